"""Tools → Cross Account Access: what an account gave and received, one access with its decisions (facts-access §2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import TopAccount, User
from accounts.views.common import person_of
from ace_portal.core import private_files
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of
from ace_portal.core.refs import ref
from useraccess import history, policy, received
from useraccess.actions import cross_account as actions
from useraccess.context import CHOSEN
from useraccess.models import CrossAccountAccess, Membership
from useraccess.views.common import ask, frame, manager_of, member_of

PAGE_SIZE = 25
RECENT = 50
PAGE = "cross-account"
Status = CrossAccountAccess.Status
TONES = {Status.ACTIVE: "good", Status.REQUESTED: "waiting", Status.PENDING: "waiting"}


# Who may -------------------------------------------------------------------------------------------------------------


def owner_in(request: HttpRequest, pk: int) -> Membership:
    """The owner's place in the account of a page's address. Raises Http404, or PermissionDenied naming the owner."""
    member = member_of(request, pk)
    if not policy.may_share(member.user, member.top_account):
        refusal = "Only the Trade Account Owner gives and takes Cross Account Access."
        raise PermissionDenied(ask(member.top_account, refusal))
    return member


def own_side(request: HttpRequest, pk: int) -> tuple[Membership, CrossAccountAccess]:
    """The owner's place on one of the two sides of an access, and the access.

    Whoever owns both accounts is on the side of the one they work in. Raises Http404 for people of neither account,
    PermissionDenied naming the owner to ask for everybody else of theirs.
    """
    access = access_of(pk)
    here = Membership.objects.live().filter(
        user=person_of(request), top_account__in=[access.grantor_id, access.recipient_id]
    )
    places = list(here.select_related("top_account", "user").order_by("pk"))
    if not places:
        raise Http404
    owned = [one for one in places if policy.may_share(one.user, one.top_account)] or places
    chosen = request.session.get(CHOSEN)
    member = next((one for one in owned if one.top_account_id == chosen), owned[0])
    return owner_in(request, member.top_account_id), access


def access_of(pk: int) -> CrossAccountAccess:
    """The access with this primary key. Raises Http404."""
    known = CrossAccountAccess.objects.select_related("grantor", "recipient", "created_by", "ended_by")
    access = known.filter(pk=pk).first()
    if access is None:
        raise Http404
    return access


# The lists -----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """What this account gave and what it received: open ones first, ended ones below."""
    member = owner_in(request, pk)
    account, query = member.top_account, request.GET.get("q", "").strip()[:100]
    both = CrossAccountAccess.objects.select_related("grantor", "recipient")
    lists = [
        _list(request.GET, "given", both.filter(grantor=account), "recipient", query),
        _list(request.GET, "received", both.filter(recipient=account), "grantor", query),
    ]
    return render(request, "useraccess/access_list.html", {**frame(member, PAGE), "lists": lists, "query": query})


LABELS = {
    "given": ("Given to other companies", "This account has given no access to another company."),
    "received": ("Received from other companies", "This account has received no access from another company."),
}


def _list(asked: QueryDict, code: str, found: "QuerySet[CrossAccountAccess]", other: str, query: str) -> dict[str, Any]:
    """One of the two lists, each with pages of its own."""
    if query:
        found = found.filter(_matches(other, query))
    ended = Case(When(status__in=CrossAccountAccess.LIVE, then=Value(0)), default=Value(1))
    page = Paginator(found.order_by(ended, "-pk"), PAGE_SIZE).get_page(asked.get(code))
    heading, nothing = LABELS[code]
    turns = {
        name: _turned(asked, code, number)
        for name, number, exists in (
            ("Previous", page.number - 1, page.has_previous()),
            ("Next", page.number + 1, page.has_next()),
        )
        if exists
    }
    return {
        "code": code,
        "heading": heading,
        "nothing": nothing,
        "page": page,
        "turns": turns,
        "rows": [_row(access, getattr(access, other)) for access in page],
    }


def _matches(other: str, query: str) -> Q:
    return Q(**{f"{other}__company_name__icontains": query}) | Q(**{f"{other}__ace_id": query})


def _turned(asked: QueryDict, code: str, number: int) -> str:
    turned = asked.copy()
    turned[code] = str(number)
    return f"?{turned.urlencode()}"


def _row(access: CrossAccountAccess, other: TopAccount) -> dict[str, Any]:
    return {
        "access": access,
        "other": other,
        "tone": TONES.get(access.status, ""),
        "since": access.began_at or access.created_at,
    }


@never_cache
@require_safe
@login_required
def passing_on(request: HttpRequest, pk: int) -> HttpResponse:
    """For owner and proxies: the accounts in which their own people can be let work."""
    member = manager_of(request, pk)
    query = request.GET.get("q", "").strip()[:100]
    found = CrossAccountAccess.objects.in_force().filter(recipient=member.top_account).select_related("grantor")
    if query:
        found = found.filter(_matches("grantor", query))
    page = Paginator(found.order_by("grantor__company_name", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {**frame(member, "access-received"), "page": page, "query": query}
    return render(request, "useraccess/access_received.html", context)


# One access ----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def access(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one access, for the owners of both sides, and the buttons of the reader's side."""
    member, found = own_side(request, pk)
    given = member.top_account_id == found.grantor_id
    context = {
        **frame(member, PAGE),
        "access": found,
        "given": given,
        "other": found.recipient if given else found.grantor,
        "tone": TONES.get(found.status, ""),
        "rows": facts(found),
        "granted": received.in_words(found, to_recipient=not given),
        "buttons": _buttons(found, member),
        "lines": history.lines(history_of(found).filter(journal=ref(member.top_account))[:RECENT], history.SHOWN_LINES),
    }
    return render(request, "useraccess/access.html", context)


def facts(found: CrossAccountAccess) -> list[dict[str, Any]]:
    """What there is to say about an access, for a summary list."""
    asked = "Asked for" if found.attorney_kind else "Offered"
    rows = [
        ("Account", str(found.grantor)),
        ("Company with access", str(found.recipient)),
        ("Status", found.get_status_display()),
        (f"{asked} on", f"{_day(found.created_at)}, by {found.created_by}"),
    ]
    if found.status in CrossAccountAccess.WAITING:
        rows.append(("To be answered by", _day(found.answer_until)))
    if found.began_at:
        rows.append(("Since", _day(found.began_at)))
    rows.append(("End date", f"{found.ends_on:%m/%d/%Y}" if found.ends_on else "None"))
    if found.ended_at:
        rows.append(("Ended on", _day(found.ended_at) + (f", by {found.ended_by}" if found.ended_by else "")))
    if found.attorney_kind and found.attorney_signed_on:
        until = f", valid until {found.attorney_ends_on:%m/%d/%Y}" if found.attorney_ends_on else ""
        told = f"{found.get_attorney_kind_display()}, signed on {found.attorney_signed_on:%m/%d/%Y}{until}"
        rows += [("Filer code", found.filer_code), ("Power of attorney", told)]
    return [{"label": label, "value": value} for label, value in rows]


def _day(at: Any) -> str:
    return f"{timezone.localtime(at):%B %-d, %Y}"


def _buttons(found: CrossAccountAccess, member: Membership) -> list[dict[str, str]]:
    """What the reader's side may do with an access now, the first as the main button."""
    given = member.top_account_id == found.grantor_id
    pages: list[tuple[str, str]] = []
    if found.status == Status.REQUESTED and given:
        pages.append(("Approve", "access-approve"))
    if found.status == Status.ACTIVE and given:
        pages.append(("Change", "access-change"))
    if found.is_in_force and not given:
        pages.append(("People who work there", "access-people"))
    pages += [
        (one.label, f"access-{name}")
        for name, one in DECISIONS.items()
        if found.status in one.states and one.side(found).pk == member.top_account_id
    ]
    return [{"label": label, "url": reverse(f"useraccess:{name}", args=[found.pk])} for label, name in pages]


@never_cache
@require_safe
@login_required
def power_of_attorney(request: HttpRequest, pk: int) -> FileResponse:
    """The document a broker handed in, for the owners of both sides."""
    _, found = own_side(request, pk)
    if not found.attorney_file:
        raise Http404
    name = f"power-of-attorney-{found.recipient.ace_id}.pdf"
    try:
        return private_files.attachment(found.attorney_file, filename=name, content_type="application/pdf")
    except FileNotFoundError as error:
        raise Http404 from error


# Decisions that take one more press ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """A decision about an access: whose it is in which states, what it does, and the words of its page."""

    states: tuple[str, ...]
    side: Callable[[CrossAccountAccess], TopAccount]
    do: Callable[[CrossAccountAccess, User], None]
    label: str
    title: str
    text: str
    done: str


def _grantor(found: CrossAccountAccess) -> TopAccount:
    return found.grantor


def _recipient(found: CrossAccountAccess) -> TopAccount:
    return found.recipient


def _made(found: CrossAccountAccess) -> TopAccount:
    return found.grantor if found.status == Status.PENDING else found.recipient


def _asked(found: CrossAccountAccess) -> TopAccount:
    return found.recipient if found.status == Status.PENDING else found.grantor


DECISIONS = {
    "accept": Decision(
        states=(Status.PENDING,),
        side=_recipient,
        do=lambda found, by: actions.accept(found, by=by),
        label="Accept",
        title="Accept the access to the account of {grantor}?",
        text="From your next click on you may work there, within what was granted. Your own people may, too, once you "
        "pass it on to them.",
        done="You may work in the account of {grantor} now. Its owner has been mailed.",
    ),
    "reject": Decision(
        states=CrossAccountAccess.WAITING,
        side=_asked,
        do=lambda found, by: actions.reject(found, by=by),
        label="Reject",
        title="Turn down the access of {recipient} to the account of {grantor}?",
        text="Nothing is granted. The other owner is mailed, and may try once more.",
        done="The access was turned down. The other owner has been mailed.",
    ),
    "withdraw": Decision(
        states=CrossAccountAccess.WAITING,
        side=_made,
        do=lambda found, by: actions.withdraw(found, by=by),
        label="Withdraw",
        title="Take back the access of {recipient} to the account of {grantor} before it is answered?",
        text="The other owner can answer it no longer, and is mailed.",
        done="It was taken back. The other owner has been mailed.",
    ),
    "revoke": Decision(
        states=(Status.ACTIVE,),
        side=_grantor,
        do=lambda found, by: actions.revoke(found, by=by),
        label="Revoke",
        title="Revoke the access of {recipient}?",
        text="It ends with their next click, for everybody of the company. Their owner is mailed. Everything they did "
        "here stays in the history.",
        done="The access of {recipient} has been revoked. Their owner has been mailed.",
    ),
    "release": Decision(
        states=(Status.ACTIVE,),
        side=_recipient,
        do=lambda found, by: actions.release(found, by=by),
        label="Give back",
        title="Give back the access to the account of {grantor}?",
        text="You and everybody you passed it on to can work there no longer, from the next click on. The other owner "
        "is mailed.",
        done="The access to the account of {grantor} has been given back. Its owner has been mailed.",
    ),
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """Accept, reject, withdraw, revoke, give back: the page that asks once more, and the decision."""
    member, found = own_side(request, pk)
    known = DECISIONS[decision]
    if found.status not in known.states:
        messages.error(request, f"This access is {found.get_status_display().lower()} meanwhile.")
        return redirect("useraccess:access", pk)
    if known.side(found).pk != member.top_account_id:
        raise PermissionDenied(ask(known.side(found), f"Only {known.side(found).company_name} decides this."))
    names = {"grantor": found.grantor.company_name, "recipient": found.recipient.company_name}
    if request.method == "POST":
        try:
            known.do(found, member.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, known.done.format(**names))
        return redirect("useraccess:access", pk)
    context = {**frame(member, PAGE), "access": found, "decision": known, "title": known.title.format(**names)}
    return render(request, "useraccess/access_decide.html", context)
