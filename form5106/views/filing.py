"""Filing Form 5106 in the browser: what is filed, the form page by page, the answers."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from ace_portal.core.addresses import Address
from ace_portal.core.errors import DomainError
from ace_portal.core.refs import key_in
from ace_portal.core.usps import standardized
from form5106 import actions, policy, presentation
from form5106.forms import NoCodeForm, StartForm, StepForm
from form5106.layout import GROUPS, LINE, steps_of
from form5106.models import FiledAs, Filing
from form5106.parts import Step
from form5106.snapshots import differences, has_moved, snapshot
from importers.checks import has_valid_contact
from importers.forms import CodeForm
from importers.models import ImporterRecord
from verification import codes
from verification.visitors import browser_of, ip_of

Status = Filing.Status


def user_of(request: HttpRequest) -> User | None:
    """Whoever has signed in; None for a stranger."""
    return request.user if isinstance(request.user, User) else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What is filed, about whom, by whom."""
    user, browser = user_of(request), browser_of(request)
    who: dict[str, Any] = {"browser": browser, "known": user is not None}
    who["is_broker"] = user is not None and policy.is_broker(user)
    form = StartForm(request.POST or None, initial=_beginning(request, user), **who)
    context: dict[str, Any] = {"form": form, "section": "tools"}
    if form.is_valid():
        data = dict(form.cleaned_data)
        try:
            filing = actions.start(
                actions=data["actions"],
                importer_number=data["importer_number"],
                company_name=data["company_name"],
                files_as=FiledAs(data.get("files_as") or FiledAs.COMPANY),
                email=user.email if user else data["email"],
                by=user,
                ip=ip_of(request),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            context["linked"] = error.code == "linked"
        else:
            return redirect("form5106:resume", filing.token)
    return render(request, "form5106/start.html", context)


def _beginning(request: HttpRequest, user: User | None) -> dict[str, Any]:
    """What a link from a record's page fills in: number and name, for those who see them there."""
    pk = key_in(request.GET.get("record", ""))
    known = ImporterRecord.objects.select_related("sub_account__top_account").filter(pk=pk).first() if pk else None
    found: dict[str, Any] = {"actions": request.GET.getlist("action"), "files_as": FiledAs.COMPANY}
    if known and user and policy.may_read(user, known):
        found |= {"importer_number": known.importer_number, "company_name": known.company_name}
    return found


def found(request: HttpRequest, token: str) -> Filing:
    """The filing of a link. Raises Http404 for all but its filer, and for a filer who lost the right to file."""
    filing = get_object_or_404(
        Filing.objects.select_related("record__sub_account__top_account", "filed_by", "decided_by"), token=token
    )
    user = user_of(request)
    if filing.filed_by_id is not None and (user is None or filing.filed_by_id != user.pk):
        raise Http404
    if user and filing.filed_by_id and filing.record and not policy.may_file(user, filing.record):
        raise Http404
    return filing


def _elsewhere(filing: Filing) -> HttpResponse | None:
    """Where a filer belongs instead of a page of the form: the end of the filing, or its code."""
    if filing.status == Status.EXPIRED:
        return redirect("form5106:start")
    if not filing.is_draft:
        return redirect("form5106:status", filing.token)
    if policy.needs_code(filing):
        return redirect("form5106:code" if _has_contact(filing) else "form5106:no-code", filing.token)
    return None


def _has_contact(filing: Filing) -> bool:
    return filing.record is not None and has_valid_contact(filing.record)


@never_cache
@require_safe
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: continue wherever the filing stands."""
    filing = found(request, token)
    if filing.status == Status.EXPIRED:
        messages.warning(request, "This filing was not finished in 30 days, or thrown away. Start a new one.")
    return _elsewhere(filing) or redirect("form5106:step", token, _first_open(filing))


def _first_open(filing: Filing) -> str:
    """The first page that was not seen yet or still lacks something; the last one of a form that is complete."""
    pages, wrong = [step.slug for step in steps_of(filing)], presentation.whole(filing)[1]
    seen = filing.draft.get(actions.SEEN, [])
    return next((page for page in pages if page not in seen or page == wrong), pages[-1])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, token: str, slug: str) -> HttpResponse:
    """One page of the form. What was typed is kept before it is looked at."""
    filing = found(request, token)
    if other := _elsewhere(filing):
        return other
    pages = steps_of(filing)
    place = next((place for place, page in enumerate(pages) if page.slug == slug), None)
    if place is None:
        raise Http404
    if request.method == "POST":
        form = StepForm(filing, pages[place], request.POST)
        answer = _keep(request, filing, form, pages, place)
        if answer is not None:
            return answer
    elif "check" in request.GET:
        form = StepForm.of_draft(filing, pages[place])
        form.is_valid()
    else:
        form = StepForm(filing, pages[place], more=_asked(request))
    context = {
        "section": "tools",
        "filing": filing,
        "form": form,
        "page": pages[place],
        "steps": presentation.titles(filing),
        "current": place + 2,
        "back": pages[place - 1].slug if place else "",
    }
    return render(request, "form5106/step.html", context)


def _keep(request: HttpRequest, filing: Filing, form: StepForm, pages: list[Step], place: int) -> HttpResponse | None:
    """Keep what was typed and say where to go; None to stay because something is wrong."""
    try:
        actions.keep(filing, form.typed(), page=form.step.slug)
    except DomainError as error:
        messages.warning(request, error.message)
        return redirect("form5106:resume", filing.token)
    if "save" in request.POST:
        messages.success(request, "Saved. Continue now, or later with the link in your mail.")
        return redirect("form5106:step", filing.token, pages[place].slug)
    # What cannot be kept stays on the page, with its error.
    if request.POST.get("more") in form.asked and not form.unreadable():
        return redirect(_with_another(form, request.POST["more"]))
    if "back" in request.POST and place:
        return redirect("form5106:step", filing.token, pages[place - 1].slug)
    if not form.is_valid():
        return None
    if place + 1 < len(pages):
        return redirect("form5106:step", filing.token, pages[place + 1].slug)
    return redirect("form5106:answers", filing.token)


def _with_another(form: StepForm, group: str) -> str:
    """The address of the page with one more slot of a group. It ends with the slot's first field, to go on there."""
    slots = dict(form.asked)
    slots[group], field = form.following(group)
    return f"{_address(form.filing, form.step.slug)}?{urlencode(slots)}#{field}"


def _asked(request: HttpRequest) -> dict[str, int]:
    """How many slots of each group an address asks for."""
    return {group.name: key_in(request.GET.get(group.name, "")) or 1 for group in GROUPS}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, token: str) -> HttpResponse:
    """Check your answers, then Submit. A second Submit lands on the status page."""
    filing = found(request, token)
    if other := _elsewhere(filing):
        return other
    content, wrong = presentation.whole(filing)
    if wrong:
        return redirect(f"{_address(filing, wrong)}?check=1")
    suggested = _suggestion(content)
    if request.method == "POST" and "as-suggested" in request.POST and suggested:
        actions.keep(filing, suggested)
        messages.success(request, "The mailing address stands as the Postal Service writes it.")
        return redirect("form5106:answers", token)
    problem = ""
    if request.method == "POST":
        try:
            actions.submit(filing, content=presentation.unmarked(content))
        except actions.CodeNeeded as error:
            messages.info(request, error.message)
            return redirect("form5106:code", token)
        except actions.Overtaken:
            return redirect("form5106:overtaken", token)
        except DomainError as error:
            problem = error.message
        else:
            return redirect("form5106:status", token)
    steps = presentation.titles(filing)
    context = {
        "section": "tools",
        "filing": filing,
        "head_rows": presentation.head_rows(filing),
        "parts": presentation.parts(filing, content, change=True),
        "changes": differences(filing.base, content) if filing.base and policy.sees_the_record(filing) else [],
        "suggested": suggested,
        "problem": problem,
        "steps": steps,
        "current": len(steps),
        "back": steps_of(filing)[-1].slug,
    }
    return render(request, "form5106/answers.html", context)


def _address(filing: Filing, slug: str) -> str:
    return str(redirect("form5106:step", filing.token, slug)["Location"])


def _suggestion(content: dict[str, Any]) -> dict[str, str]:
    """The mailing address as the Postal Service would write it, where that is another way and fits; else nothing."""
    if "street_address" not in content or content["street_address_2"]:
        return {}
    typed = Address(*(content[name] for name in ("country", "street_address", "city", "state", "postal_code")))
    better = standardized(typed)
    if better == typed or len(better.street) > LINE:
        return {}
    return {"street_address": better.street, "city": better.city}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def overtaken(request: HttpRequest, token: str) -> HttpResponse:
    """Another filing was faster: what it changed, and one press to go on from there."""
    filing = found(request, token)
    if other := _elsewhere(filing):
        return other
    if request.method == "POST":
        actions.rebase(filing)
        messages.success(request, "You go on from what is on file now. Check your answers once more, then submit.")
        return redirect("form5106:resume" if policy.needs_code(filing) else "form5106:answers", token)
    if filing.record is None or not has_moved(filing):
        return redirect("form5106:answers", token)
    shown = policy.sees_the_record(filing)
    changes = differences(filing.base, snapshot(filing.record)) if shown else []
    return render(
        request, "form5106/overtaken.html", {"section": "tools", "filing": filing, "changes": changes, "shown": shown}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, token: str) -> HttpResponse:
    """The code from the mailbox that is on file. Whatever goes wrong with it, the filing stays."""
    filing = found(request, token)
    if not filing.is_draft or policy.is_verified(filing) or not _has_contact(filing):
        return redirect("form5106:resume", token)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            actions.confirm_code(filing, typed=form.cleaned_data["code"], browser=browser_of(request))
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            complete = not presentation.whole(filing)[1]
            return redirect("form5106:answers" if complete else "form5106:resume", token)
    context = {
        "section": "tools",
        "form": form,
        "filing": filing,
        "address": codes.mask_address(filing.record.point_of_contact_email),  # type: ignore[union-attr]
        "until": codes.live_until(actions.CODE_PURPOSE, filing),
        "is_trusted": policy.is_trusted(filing),
    }
    return render(request, "form5106/code.html", context)


@require_POST
def new_code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code and go back to its page."""
    filing = found(request, token)
    try:
        actions.send_code(filing, browser=browser_of(request), ip=ip_of(request))
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "A code is on its way. Codes sent earlier no longer work.")
    return redirect("form5106:code", token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def no_code(request: HttpRequest, token: str) -> HttpResponse:
    """Nobody reads the mailbox on file any more: say why, and go on to the desk."""
    filing = found(request, token)
    if not filing.is_draft or filing.record is None or policy.is_verified(filing):
        return redirect("form5106:resume", token)
    form = NoCodeForm(request.POST or None, initial={"reason": filing.no_code_reason})
    if form.is_valid():
        actions.go_on_without_code(filing, reason=form.cleaned_data["reason"])
        complete = not presentation.whole(filing)[1]
        return redirect("form5106:answers" if complete else "form5106:resume", token)
    context = {"section": "tools", "form": form, "filing": filing, "has_contact": _has_contact(filing)}
    return render(request, "form5106/no_code.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, then throw a draft away."""
    filing = found(request, token)
    if not filing.is_draft:
        return redirect("form5106:resume", token)
    if request.method == "POST":
        actions.discard(filing)
        messages.success(request, f"Filing {filing.reference} was thrown away.")
        return redirect("form5106:home")
    return render(request, "form5106/discard.html", {"section": "tools", "filing": filing})
