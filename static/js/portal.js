/* Comfort on top of pages that work without it. Nothing here decides anything: the server checks it all again. */
"use strict";

(function () {
  const SECOND = 1000;
  const MINUTE = 60 * SECOND;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;

  function element(tag, attributes, text) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text) made.textContent = text;
    return made;
  }

  function statusLine(className) {
    return element("p", { class: className, role: "status" });
  }

  /* --- Error summary: focus it, and let its links land on the control with its label in view --------------- */
  function errorSummary(summary) {
    // The autofocus attribute does it in most browsers, unless the address names a part of the page; asking before it
    // had its turn makes Chromium complain. Whoever was quicker than the last picture of the page stays where they are.
    window.addEventListener("load", function () {
      const at = document.activeElement;
      if (!at || !at.matches("a, button, input, select, textarea")) summary.focus();
    });
    summary.addEventListener("click", function (event) {
      const link = event.target.closest("a[href^='#']");
      const control = link && document.getElementById(link.hash.slice(1));
      if (!control) return;
      event.preventDefault();
      const group = control.closest(".usa-form-group--error") || control;
      group.scrollIntoView();
      control.focus({ preventScroll: true });
    });
  }

  /* --- Countdowns: measured from the server's clock at the time of loading ---------------------------------- */
  function plural(count, unit) {
    return count + " " + unit + (count === 1 ? "" : "s");
  }

  function leftInWords(milliseconds) {
    if (milliseconds >= 2 * DAY) return plural(Math.floor(milliseconds / DAY), "day");
    if (milliseconds >= HOUR) {
      return Math.floor(milliseconds / HOUR) + " h " + Math.floor((milliseconds % HOUR) / MINUTE) + " min";
    }
    const minutes = Math.floor(milliseconds / MINUTE);
    const seconds = Math.floor((milliseconds % MINUTE) / SECOND);
    return minutes ? minutes + " min " + seconds + " s" : seconds + " s";
  }

  function countdown(time) {
    const loaded = Date.now();
    const serverNow = Date.parse(time.dataset.countdownNow || "") || loaded;
    const total = Date.parse(time.dataset.countdownUntil) - serverNow;
    if (Number.isNaN(total)) return;
    const shown = element("span", { class: "ace-countdown__left", "aria-hidden": "true" });
    const spoken = element("span", { class: "usa-sr-only", role: "status" });
    time.after(" ", shown, spoken);

    let before = total;
    let timer = null;
    function tick() {
      const left = total - (Date.now() - loaded);
      if (left <= 0) {
        shown.textContent = time.dataset.countdownExpired;
        if (total > 0) spoken.textContent = time.dataset.countdownExpired;
        else shown.removeAttribute("aria-hidden");
        window.clearInterval(timer);
        return;
      }
      shown.textContent = "(" + leftInWords(left) + " left)";
      for (const minutes of [5, 1]) {
        if (before > minutes * MINUTE && left <= minutes * MINUTE) spoken.textContent = plural(minutes, "minute") + " left.";
      }
      before = left;
    }
    timer = window.setInterval(tick, SECOND);
    tick();
  }

  /* --- Copy buttons ------------------------------------------------------------------------------------------ */
  function copyButton(box) {
    const text = box.querySelector("textarea");
    const button = element("button", { type: "button", class: "usa-button usa-button--outline" }, "Copy");
    button.append(element("span", { class: "usa-sr-only" }, " " + box.querySelector("label").textContent));
    const done = element("span", { class: "ace-copy__done", role: "status" });
    button.addEventListener("click", async function () {
      text.select();
      try {
        await navigator.clipboard.writeText(text.value);
        done.textContent = "Copied.";
      } catch {
        done.textContent = "The text is selected: press Ctrl+C (⌘C on a Mac) to copy it.";
      }
    });
    box.append(button, done);
  }

  /* --- Show password ----------------------------------------------------------------------------------------- */
  function showPassword(input) {
    const button = element(
      "button",
      { type: "button", class: "usa-button usa-button--unstyled ace-show-password", "aria-pressed": "false" },
      "Show password",
    );
    if (input.id) button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", function () {
      const show = input.type === "password";
      input.type = show ? "text" : "password";
      button.setAttribute("aria-pressed", String(show));
    });
    // Sent as plain text a password would be offered again by the browser's form memory.
    if (input.form) input.form.addEventListener("submit", () => { input.type = "password"; });
    input.after(button);
  }

  /* --- A second press of the same button is ignored; a retry after going back or after ten seconds is not ----- */
  function guardSubmit(form) {
    let timer = null;
    function buttons() {
      return form.querySelectorAll("button:not([type='button']), input[type='submit']");
    }
    function release() {
      window.clearTimeout(timer);
      delete form.dataset.sent;
      for (const button of buttons()) button.removeAttribute("aria-disabled");
    }
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      for (const button of buttons()) button.setAttribute("aria-disabled", "true");
      timer = window.setTimeout(release, 10 * SECOND);
    });
    window.addEventListener("pageshow", release);
  }

  /* --- Drafts: saved a moment after the last change, and when the page is left ------------------------------- */
  function autosave(form) {
    const status = statusLine("ace-autosave");
    form.append(status);
    let timer = null;
    let dirty = false;

    function draft() {
      const data = new URLSearchParams();
      for (const field of form.elements) {
        if (field.name && (field.type === "password" || field.type === "file")) continue;
        if (!field.name || field.disabled || field.matches("button, [type='submit'], fieldset")) continue;
        if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
        if (field.multiple) for (const option of field.selectedOptions) data.append(field.name, option.value);
        else data.append(field.name, field.value);
      }
      return data;
    }

    async function save() {
      window.clearTimeout(timer);
      if (!dirty || form.dataset.sent) return;
      dirty = false;
      try {
        const answer = await fetch(form.dataset.autosaveUrl, {
          method: "POST",
          body: draft(),
          credentials: "same-origin",
          headers: { "X-Requested-With": "XMLHttpRequest" },
          keepalive: true,
        });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
        const told = json ? (await answer.json()).saved_at : "";
        const clock = new Date().toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
        status.textContent = "Draft saved at " + (told || clock) + ".";
      } catch {
        dirty = true;
        status.textContent = "The draft could not be saved just now. It is tried again with your next change.";
      }
    }

    form.addEventListener("input", function () {
      dirty = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(save, 1.5 * SECOND);
    });
    window.addEventListener("pagehide", save);
  }

  /* --- Two minutes before the session ends: staying signed in must not cost what was typed -------------------- */
  function sessionWarning(body) {
    const idle = Date.parse(body.dataset.sessionExpires) - Date.parse(body.dataset.serverTime);
    if (Number.isNaN(idle) || idle > DAY) return;

    function show() {
      const box = element("div", { class: "usa-alert usa-alert--warning ace-session", role: "alert" });
      const inner = element("div", { class: "usa-alert__body" });
      const text = element("p", { class: "usa-alert__text" }, "You will be signed out in 2 minutes because you have been inactive. ");
      const stay = element("button", { type: "button", class: "usa-button usa-button--unstyled" }, "Stay signed in");
      stay.addEventListener("click", async function () {
        try {
          const answer = await fetch(window.location.href, { credentials: "same-origin" });
          if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
          box.remove();
          schedule();
        } catch {
          text.textContent = "Your session could not be prolonged. Copy what you typed and sign in again in another tab.";
        }
      });
      text.append(stay);
      inner.append(text);
      box.append(inner);
      document.querySelector("main").append(box);
    }

    function schedule() {
      window.setTimeout(show, Math.max(idle - 2 * MINUTE, 0));
    }
    schedule();
  }

  /* --- The password policy as a checklist while typing; the server has the last word ------------------------- */
  function passwordPolicy(list) {
    const input = document.getElementById(list.dataset.passwordPolicy);
    if (!input) return;
    const names = list.dataset.names.toLowerCase().split("|").filter((name) => name.length > 1);
    const kept = {
      length: (text) => text.length >= 15,
      longest: (text) => text.length <= 128,
      upper: (text) => /[A-Z]/.test(text),
      lower: (text) => /[a-z]/.test(text),
      digit: (text) => /[0-9]/.test(text),
      symbol: (text) => /[!-/:-@[-`{-~]/.test(text),
      repeat: (text) => text !== "" && !/(.)\1/.test(text),
      names: (text) => text !== "" && !names.some((name) => text.toLowerCase().includes(name)),
    };
    const said = new Map();
    for (const item of list.querySelectorAll("[data-rule]")) {
      const state = element("span", { class: "usa-sr-only" });
      item.append(state);
      said.set(item, state);
    }
    function look() {
      for (const [item, state] of said) {
        const met = kept[item.dataset.rule](input.value);
        item.classList.toggle("ace-policy__met", met);
        state.textContent = met ? " (met)" : " (not met yet)";
      }
    }
    input.addEventListener("input", look);
    look();
  }

  /* --- Sub-tabs: a list of links to parts of the page becomes tabs that show one part at a time ---------------- */
  function tabs(box) {
    const list = box.querySelector("[data-tab-list]");
    const links = [...list.querySelectorAll("a")];
    const parts = links.map((link) => document.getElementById(link.hash.slice(1)));
    function show(number, focus) {
      links.forEach(function (link, at) {
        link.setAttribute("aria-selected", String(at === number));
        link.toggleAttribute("aria-current", at === number);
        link.tabIndex = at === number ? 0 : -1;
        parts[at].hidden = at !== number;
      });
      if (focus) links[number].focus();
    }
    list.setAttribute("role", "tablist");
    links.forEach(function (link, at) {
      link.parentElement.setAttribute("role", "presentation");
      link.setAttribute("role", "tab");
      link.id = "tab-" + parts[at].id;
      link.setAttribute("aria-controls", parts[at].id);
      parts[at].setAttribute("role", "tabpanel");
      parts[at].setAttribute("aria-labelledby", link.id);
      link.addEventListener("click", function (event) {
        event.preventDefault();
        show(at, true);
      });
    });
    list.addEventListener("keydown", function (event) {
      const at = links.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
      if (to === undefined || at < 0) return;
      event.preventDefault();
      show((to + links.length) % links.length, true);
    });
    show(0, false);
  }

  function printButton(button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  function each(selector, set) {
    for (const found of document.querySelectorAll(selector)) set(found);
  }

  each("[data-copy]", copyButton);
  each("[data-countdown-until]", countdown);
  each("input[type='password']", showPassword);
  each("form[method='post']:not([data-allow-resubmit])", guardSubmit);
  each("form[data-autosave-url]", autosave);
  each("[data-password-policy]", passwordPolicy);
  each("[data-tabs]", tabs);
  each("[data-print]", printButton);
  each("body[data-session-expires]", sessionWarning);
  const summary = document.querySelector("[data-error-summary]");
  if (summary) errorSummary(summary);
})();
