"""Tools → Merge Accounts: the owners' pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import SubAccount, TopAccount
from accounts.views.common import for_signed_in_posts, person_of
from ace_portal.core import clock
from ace_portal.core.errors import DomainError
from mergers import actions, presentation
from mergers import records as archives
from mergers.forms import WHOLE, ProposeForm
from mergers.models import Merger
from useraccess.context import CHOSEN, act_in
from useraccess.models import Membership, Role
from useraccess.views.common import ask, frame, member_of

PAGE = "mergers"
PAGE_SIZE = 25
#: What the pages before a decision carry along, so that what was looked at is what is decided.
PROPOSAL, LIST = "mergers.proposal", "mergers.list"
Status = Merger.Status


# Who may -------------------------------------------------------------------------------------------------------------
def _require_owner(member: Membership) -> Membership:
    if member.role != Role.TRADE_ACCOUNT_OWNER:
        raise PermissionDenied(ask(member.top_account, "Only the Trade Account Owner merges accounts."))
    return member


def _own_side(request: HttpRequest, pk: int) -> tuple[Membership, Merger]:
    """The owner's place on one of the two sides of a merger, and the merger.

    Whoever owns both accounts is on the side of the one they work in. Raises Http404 for people of neither account,
    PermissionDenied naming the owner to ask for everybody else of theirs.
    """
    known = Merger.objects.select_related("acquirer", "acquired", "proposed_by", "consented_by", "ended_by")
    row = get_object_or_404(known, pk=pk)
    here = Membership.objects.live().filter(user=person_of(request), top_account__in=[row.acquirer_id, row.acquired_id])
    places = list(here.select_related("top_account__merged_into", "user", "via__recipient").order_by("pk"))
    if not places:
        raise Http404
    owned = [one for one in places if one.role == Role.TRADE_ACCOUNT_OWNER] or places
    chosen = request.session.get(CHOSEN)
    member = next((one for one in owned if one.top_account_id == chosen), owned[0])
    act_in(request, member)
    return _require_owner(member), row


# The list and the proposal -------------------------------------------------------------------------------------------
@never_cache
@require_safe
@login_required
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """The mergers of an account, on either side, newest first."""
    member = _require_owner(member_of(request, pk))
    found = Merger.objects.of(member.top_account).select_related("acquirer", "acquired").order_by("-pk")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {**frame(member, PAGE), "page": page, "tones": presentation.TONES}
    return render(request, "mergers/list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose account and what of it; then the page to look at it once more; then it is sent."""
    member = _require_owner(member_of(request, pk))
    if member.top_account.is_shell:
        raise PermissionDenied(member.top_account.merged_in_words)
    if "looked_at" in request.POST:
        return _send(request, member)
    form = ProposeForm(request.POST or None, initial={"what": None})
    if form.is_valid():
        typed = form.cleaned_data
        try:
            found = actions.look_up(
                member.top_account,
                user_id=typed["user_id"],
                ace_id=typed["ace_id"],
                numbers=typed["numbers"],
                by=member.user,
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            return _look_again(request, member, form, found)
    return render(request, "mergers/propose.html", {**frame(member, PAGE), "form": form})


def _look_again(request: HttpRequest, member: Membership, form: ProposeForm, found: actions.Found) -> HttpResponse:
    whole = form.cleaned_data["what"] == WHOLE
    chosen = {
        "acquirer": member.top_account_id,
        "acquired": found.acquired.pk,
        "parts": None if whole else [one.pk for one in found.parts],
    }
    typed = {name: form.data.get(name, "") for name in form.fields}
    context = {
        **frame(member, PAGE),
        "acquired": found.acquired,
        "whole": whole,
        "parts": found.parts,
        "looked_at": signing.dumps({**chosen, "typed": typed}, salt=PROPOSAL, compress=True),
    }
    return render(request, "mergers/look_again.html", context)


def _send(request: HttpRequest, member: Membership) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["looked_at"], salt=PROPOSAL)
    except signing.BadSignature as error:
        raise Http404 from error
    if kept["acquirer"] != member.top_account_id:
        raise Http404
    form = ProposeForm(initial=kept["typed"])
    if "back" in request.POST:
        return render(request, "mergers/propose.html", {**frame(member, PAGE), "form": form})
    acquired = TopAccount.objects.get(pk=kept["acquired"])
    parts = None if kept["parts"] is None else list(SubAccount.objects.filter(pk__in=kept["parts"]))
    try:
        row = actions.propose(member.top_account, acquired=acquired, parts=parts, by=member.user)
    except DomainError as error:
        form = ProposeForm(kept["typed"])
        form.add_error(None, error.message)
        return render(request, "mergers/propose.html", {**frame(member, PAGE), "form": form})
    messages.success(request, f"The owner of {acquired.company_name} has been mailed and decides within 14 days.")
    return redirect("mergers:merger", row.pk)


# One merger ----------------------------------------------------------------------------------------------------------
@never_cache
@require_safe
@login_required
def merger(request: HttpRequest, pk: int) -> HttpResponse:
    """A merger as its side sees it: what moves and whom it concerns, and what there is to decide."""
    member, row = _own_side(request, pk)
    return _merger_page(request, member, row)


def _merger_page(request: HttpRequest, member: Membership, row: Merger) -> HttpResponse:
    acquires = member.top_account_id == row.acquirer_id
    answers = not acquires and row.status == Status.PROPOSED and not row.is_late
    context: dict[str, Any] = {
        **frame(member, PAGE),
        "row": row,
        "rows": presentation.rows(row),
        "tone": presentation.TONES.get(Status(row.status), ""),
        "timeline": presentation.timeline(row, member.top_account),
        "acquires": acquires,
        "may_answer": answers,
        "may_withdraw": row.is_open and (acquires or row.is_at_the_desk),
        "may_download": not acquires and row.is_open,
    }
    if acquires:
        context |= presentation.what_comes(row)
    elif row.is_open:
        context |= presentation.what_moves(row)
        seen = {"merger": row.pk, "seen": [one.pk for one in context["moving"]]}
        context["seen"] = signing.dumps(seen, salt=LIST, compress=True)
    else:
        context["named"] = presentation.named(row)
    return render(request, "mergers/merger.html", context)


def _decide(request: HttpRequest, pk: int, run: Callable[[Merger, Membership], object], done: str) -> HttpResponse:
    member, row = _own_side(request, pk)
    try:
        run(row, member)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("mergers:merger", pk)


@for_signed_in_posts
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Consent to exactly what the page showed."""

    def run(row: Merger, member: Membership) -> object:
        try:
            kept = signing.loads(request.POST.get("seen", ""), salt=LIST)
        except signing.BadSignature:
            kept = {}
        seen = kept.get("seen", []) if kept.get("merger") == row.pk else None
        if seen is None:
            raise actions.ListChanged
        return actions.consent(row, seen=seen, by=member.user)

    return _decide(request, pk, run, "You consented. The CBP desk decides next; until then you may take it back.")


@for_signed_in_posts
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to a proposal."""
    done = "You declined. Nothing moves, and the other owner is told by mail."
    return _decide(request, pk, lambda row, member: actions.decline(row, by=member.user), done)


@for_signed_in_posts
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the proposal, or the consent, back."""
    done = "It was taken back. Nothing moves, and the other owner is told by mail."
    return _decide(request, pk, lambda row, member: actions.withdraw(row, by=member.user), done)


@never_cache
@require_safe
@login_required
def records(request: HttpRequest, pk: int) -> FileResponse:
    """The records of what would move, for the owner who gives it away, while nothing has moved."""
    member, row = _own_side(request, pk)
    if member.top_account_id != row.acquired_id or not row.is_open:
        raise Http404
    name = f"records-{row.acquired.ace_id}-{clock.now():%Y-%m-%d}.zip"
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    archive = archives.archive(row)
    return FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip", headers=headers)
