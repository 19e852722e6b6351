"""The terms of an access: offered, asked for, approved, changed. A grid, what it comes to, then the decision."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import TopAccount
from ace_portal.core.errors import DomainError
from ace_portal.core.refs import key_in
from useraccess import received, rights
from useraccess.actions import cross_account as actions
from useraccess.actions import filer_codes
from useraccess.actions.people import ChangedMeanwhile, changes_since
from useraccess.cross_account_forms import AskForm, OfferForm, TermsForm
from useraccess.grid import GridForm, TypesOnlyGrid
from useraccess.models import CrossAccountAccess, Level, Membership
from useraccess.rights import Flat, Rights, rights_of
from useraccess.views.add import everywhere_in_words
from useraccess.views.common import ask as whom_to_ask
from useraccess.views.common import frame
from useraccess.views.cross_account import PAGE, facts, own_side, owner_in

SALT = "useraccess.cross-account"
Status = CrossAccountAccess.Status


@dataclass(frozen=True)
class Terms:
    """One of the pages on which the terms of an access are chosen, looked at and decided."""

    own: Membership
    account: TopAccount
    form: Callable[..., TermsForm]
    decide: Callable[[dict[str, Any]], CrossAccountAccess]
    title: str
    button: str
    done: str
    cancel: str
    access: CrossAccountAccess | None = None
    #: What was granted or asked for so far; the page before the decision shows what differs.
    so_far: Flat = field(default_factory=dict)
    only_changes: bool = False

    @property
    def start(self) -> Rights:
        return rights_of(self.access) if self.access else Rights()

    @property
    def version(self) -> int:
        return self.access.version if self.access else 0

    @property
    def subject(self) -> str:
        """What a page before the decision is good for: no other access, no other kind of decision."""
        return f"{self.button}:{self.access.pk if self.access else self.account.pk}"


def _answer(request: HttpRequest, terms: Terms) -> HttpResponse:
    """The grid; then what it comes to; then the decision."""
    if "looked_at" in request.POST:
        return _decided(request, terms)
    sent = request.POST if request.method == "POST" else None
    grid = GridForm(terms.account, terms.start, sent)
    if sent is None:
        return _grid_page(request, terms, terms.form(None, initial=_first(terms)), grid)
    version = key_in(sent.get("version", "")) or 0
    if sent.get("all") in (Level.FULL, Level.READ):
        grid.rights = grid.rights.everywhere(Level(sent["all"]))
        messages.info(request, everywhere_in_words(Level(sent["all"])))
        return _grid_page(request, terms, terms.form(None, initial=sent.dict()), grid, version=version)
    form = terms.form(sent)
    if not form.is_valid() or grid.error:
        return _grid_page(request, terms, form, grid, version=version)
    granted = replace(grid.rights, top_account_access=form.cleaned_data["top_account"] == "Yes")
    after = actions.in_texts(granted, form.cleaned_data["ends_on"])
    return _before_deciding(request, terms, {"typed": _typed(form), "after": after, "version": version})


def _first(terms: Terms) -> dict[str, Any]:
    if terms.access is None:
        return {}
    return {**_ends_on(terms.so_far), "top_account": terms.so_far["top-account"]}


def _ends_on(texts: Flat) -> dict[str, str]:
    return {"ends_on": texts["ends-on"]}


def _typed(form: TermsForm) -> dict[str, str]:
    """What of the form is no right: whom an offer is for."""
    return {name: form.cleaned_data[name] for name in ("user_id", "ace_id") if name in form.cleaned_data}


def _grid_page(
    request: HttpRequest,
    terms: Terms,
    form: TermsForm,
    grid: GridForm,
    *,
    version: int | None = None,
    meanwhile: Any = None,
) -> HttpResponse:
    page = grid.page(request.GET)
    context = {
        **frame(terms.own, PAGE),
        "terms": terms,
        "form": form,
        "grid": grid,
        "page": page,
        "sections": grid.sections(page),
        "query": request.GET.get("q", ""),
        "version": terms.version if version is None else version,
        "meanwhile": meanwhile,
        "rows": facts(terms.access) if terms.access else [],
    }
    return render(request, "useraccess/access_terms.html", context)


def _before_deciding(request: HttpRequest, terms: Terms, kept: dict[str, Any]) -> HttpResponse:
    """The page before the decision: what it comes to in words, and what was chosen, signed."""
    if terms.only_changes and terms.access and kept["version"] != terms.access.version:
        return _meanwhile(request, terms, kept["after"], _made_since(terms.access, kept["version"]))
    changes = rights.changes(terms.so_far, kept["after"]) if terms.so_far else []
    if terms.only_changes and not changes:
        messages.info(request, "Nothing was changed.")
        return redirect(terms.cancel)
    context = {
        **frame(terms.own, PAGE),
        "terms": terms,
        "typed": kept["typed"],
        "changes": rights.in_words(changes),
        "granted": [] if terms.only_changes else received.words(kept["after"]),
        "looked_at": signing.dumps({**kept, "subject": terms.subject}, salt=SALT, compress=True),
    }
    return render(request, "useraccess/access_summary.html", context)


def _decided(request: HttpRequest, terms: Terms) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["looked_at"], salt=SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    if kept["subject"] != terms.subject:
        raise Http404
    granted, ends_on = actions.out_of_texts(kept["after"])
    if "back" in request.POST:
        return _again(request, terms, kept, granted)
    try:
        access = terms.decide({**kept["typed"], "granted": granted, "ends_on": ends_on, "version": kept["version"]})
    except ChangedMeanwhile as error:
        return _meanwhile(request, terms, kept["after"], error)
    except DomainError as error:
        return _again(request, terms, kept, granted, error)
    messages.success(request, terms.done)
    return redirect("useraccess:access", access.pk)


def _again(
    request: HttpRequest, terms: Terms, kept: dict[str, Any], granted: Rights, error: DomainError | None = None
) -> HttpResponse:
    """The grid with everything as it was chosen, and the error at its field."""
    typed = {**kept["typed"], "top_account": kept["after"]["top-account"], **_ends_on(kept["after"])}
    form = terms.form(typed if error else None, initial=typed)
    if error:
        form.is_valid()
        form.add_error(error.field if error.field in form.fields else None, error.message)
    return _grid_page(request, terms, form, GridForm(terms.account, granted), version=kept["version"])


def _made_since(access: CrossAccountAccess, version: int) -> ChangedMeanwhile:
    return ChangedMeanwhile(*changes_since(access, version, kind=actions.CHANGED, journal=access.grantor))


def _meanwhile(request: HttpRequest, terms: Terms, wanted: Flat, error: ChangedMeanwhile) -> HttpResponse:
    """Somebody was faster: both sets of changes are in the grid, theirs are named, nothing is saved."""
    assert terms.access is not None  # noqa: S101 - only an access can be changed
    terms.access.refresh_from_db()
    now = actions.flat(terms.access)
    looked_at = rights.undone(now, error.changes)
    merged = rights.applied(now, rights.changes(looked_at, wanted))
    granted, _ = actions.out_of_texts(merged)
    form = terms.form(None, initial={**_ends_on(merged), "top_account": merged["top-account"]})
    told = {"message": error.message, "changes": rights.in_words(error.changes)}
    return _grid_page(request, terms, form, GridForm(terms.account, granted), meanwhile=told)


# The pages -----------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer another company's owner access to the own account."""
    own = owner_in(request, pk)

    def decide(chosen: dict[str, Any]) -> CrossAccountAccess:
        del chosen["version"]
        return actions.invite(own.top_account, **chosen, by=own.user)

    terms = Terms(
        own=own,
        account=own.top_account,
        form=OfferForm,
        decide=decide,
        title="Offer access to your account",
        button="Send offer",
        done="The offer has been sent. The other owner has been mailed.",
        cancel=reverse("useraccess:cross-account", args=[pk]),
    )
    return _answer(request, terms)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant what a broker asked for, or less of it."""
    own, found = _of_grantor(request, pk)
    if found.status != Status.REQUESTED:
        return _too_late(request, found)

    def decide(chosen: dict[str, Any]) -> CrossAccountAccess:
        actions.approve(found, granted=chosen["granted"], ends_on=chosen["ends_on"], by=own.user)
        return found

    terms = Terms(
        own=own,
        account=own.top_account,
        form=_bounded_by(found),
        decide=decide,
        title=f"Access for {found.recipient.company_name}",
        button="Approve",
        done=f"{found.recipient.company_name} may work in your account now. Its owner has been mailed.",
        cancel=reverse("useraccess:access", args=[pk]),
        access=found,
        so_far=actions.flat(found),
    )
    return _answer(request, terms)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what another company may do in the own account: less or more of it."""
    own, found = _of_grantor(request, pk)
    if found.status != Status.ACTIVE:
        return _too_late(request, found)

    def decide(chosen: dict[str, Any]) -> CrossAccountAccess:
        actions.update(found, **chosen, by=own.user)
        return found

    terms = Terms(
        own=own,
        account=own.top_account,
        form=_bounded_by(found),
        decide=decide,
        title=f"What {found.recipient.company_name} may do in your account",
        button="Save",
        done=f"The access of {found.recipient.company_name} was changed. Its owner has been mailed.",
        cancel=reverse("useraccess:access", args=[pk]),
        access=found,
        so_far=actions.flat(found),
        only_changes=True,
    )
    return _answer(request, terms)


def _of_grantor(request: HttpRequest, pk: int) -> tuple[Membership, CrossAccountAccess]:
    own, found = own_side(request, pk)
    if own.top_account_id != found.grantor_id:
        raise PermissionDenied(whom_to_ask(found.grantor, "Only the owner of the account itself decides this."))
    return own, found


def _bounded_by(found: CrossAccountAccess) -> Callable[..., TermsForm]:
    return lambda *args, **kwargs: TermsForm(*args, latest=found.attorney_ends_on, **kwargs)


def _too_late(request: HttpRequest, found: CrossAccountAccess) -> HttpResponse:
    messages.error(request, f"This access is {found.get_status_display().lower()} meanwhile.")
    return redirect("useraccess:access", found.pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a client for access to its account, on a power of attorney."""
    own = owner_in(request, pk)
    sent = request.POST if request.method == "POST" else None
    grid = TypesOnlyGrid(own.top_account, Rights(), sent)
    own_codes = filer_codes.own_codes(own.top_account)
    form = AskForm(sent, None if sent is None else request.FILES, own_codes=own_codes)
    if sent and sent.get("all") in (Level.FULL, Level.READ):
        grid.rights = grid.rights.everywhere(Level(sent["all"]))
        messages.info(request, everywhere_in_words(Level(sent["all"])))
        form = AskForm(initial=sent.dict(), own_codes=own_codes)
    elif form.is_valid() and not grid.error:
        try:
            access = actions.request(
                own.top_account,
                client=form.cleaned_data["client"],
                filer_code=form.cleaned_data["filer_code"],
                attorney=form.attorney(),
                proposed=replace(grid.rights, top_account_access=form.cleaned_data["top_account"] == "Yes"),
                by=own.user,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, "The request has been sent. The client’s owner has been mailed.")
            return redirect("useraccess:access", access.pk)
    page = grid.page(request.GET)
    context = {**frame(own, PAGE), "form": form, "grid": grid, "page": page, "sections": grid.sections(page)}
    return render(request, "useraccess/access_ask.html", context)
