"""One member of an account: who it is, what they may do, and what owner and proxies decide about them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import suspended_at
from accounts.models import User
from ace_portal.core.addresses import format_phone
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of
from ace_portal.core.refs import key_in
from useraccess import actions, policy, rights
from useraccess.actions import ChangedMeanwhile, SubAccountGone
from useraccess.forms import RoleForm
from useraccess.grid import GridForm
from useraccess.models import Level, Membership, Role
from useraccess.rights import Rights
from useraccess.views.add import everywhere_in_words
from useraccess.views.common import ask, frame, manager_of

#: What the page before saving carries along, so that what was looked at is what is saved.
SALT = "useraccess.change"
RECENT = 10


def _found(request: HttpRequest, pk: int) -> tuple[Membership, Membership]:
    """The reader's own membership, and the one of the page's address. Raises Http404 or PermissionDenied."""
    member = Membership.objects.live().filter(pk=pk).select_related("user", "top_account").first()
    if member is None:
        raise Http404
    return manager_of(request, member.top_account_id, even_merged=True), member


def _to_manage(request: HttpRequest, pk: int) -> tuple[Membership, Membership]:
    own, member = _found(request, pk)
    if not policy.may_manage(own.user, member):
        if own.pk == member.pk:
            raise PermissionDenied("Nobody changes their own rights.")
        raise PermissionDenied(ask(member.top_account, f"You may not change what {member.user} may do."))
    return own, member


@never_cache
@require_safe
@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Who it is, what they may do, and the buttons for those who may press them."""
    own, member = _found(request, pk)
    user = member.user
    may_manage = policy.may_manage(own.user, member)
    shut_out = user.status in (User.Status.SUSPENDED, User.Status.DEACTIVATED)
    context = {
        **frame(own, "people"),
        "member": member,
        "rows": _rows(member),
        "by_role": member.role in policy.OWNERS,
        "granted": rights.in_words(rights.changes({}, rights.flat(member.role, rights.rights_of(member)))),
        "events": history_of(member)[:RECENT],
        "may_change": may_manage,
        "may_revoke": policy.may_revoke(own.user, member),
        "may_reactivate": shut_out and policy.may_reactivate(own.user, user),
        "may_deactivate": user.status != User.Status.DEACTIVATED and policy.may_deactivate(own.user, member),
        "may_reset_factor": policy.may_reset_factor(own.user, user),
    }
    return render(request, "useraccess/person.html", context)


def _rows(member: Membership) -> list[dict[str, Any]]:
    user = member.user
    days = "" if user.status != User.Status.ACTIVE or user.is_staff else f"{suspended_at(user):%B %-d, %Y}"
    return [
        {"label": "Role", "value": member.get_role_display()},
        {"label": "Status", "value": user.get_status_display()},
        {"label": "E-mail", "value": user.email},
        {"label": "Telephone number", "value": format_phone(user.phone) if user.phone else ""},
        {"label": "Last sign-in", "value": f"{user.last_seen_at:%B %-d, %Y}" if user.last_seen_at else "Never"},
        {"label": "Suspended, without a sign-in, on", "value": days},
        {"label": "In this account since", "value": f"{member.began_at:%B %-d, %Y}"},
    ]


# Change role and rights ----------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Role and rights: first the grid, then what would change, then it is saved."""
    own, member = _to_manage(request, pk)
    if "looked_at" in request.POST:
        return _save(request, own, member)
    current = rights.rights_of(member)
    sent = request.POST if request.method == "POST" else None
    form = _role_form(own, member, current, sent)
    grid = GridForm(member.top_account, current, sent)
    if sent is None or not form.is_valid() or grid.error:
        return _grid_page(request, own, member, form, grid, member.version)
    version = key_in(sent.get("version", "")) or 0
    if sent.get("all") in (Level.FULL, Level.READ):
        grid.rights = grid.rights.everywhere(Level(sent["all"]))
        messages.info(request, everywhere_in_words(Level(sent["all"])))
        return _grid_page(request, own, member, form, grid, version)
    role, granted = Role(form.cleaned_data["role"]), _granted(form, grid)
    return _what_changes(request, own, member, role=role, granted=granted, version=version)


def _role_form(own: Membership, member: Membership, current: Rights, sent: Any) -> RoleForm:
    initial = {"role": member.role, "top_account": "Yes" if current.top_account_access else "No"}
    roles = policy.roles_to_give(own.user, member.top_account)
    return RoleForm(sent, roles=roles, initial=initial)


def _granted(form: RoleForm, grid: GridForm) -> Rights:
    return Rights(
        top_account_access=form.cleaned_data["top_account"] == "Yes",
        isf_portal=grid.rights.isf_portal,
        isf_roles=grid.rights.isf_roles,
        grid=grid.rights.grid,
    )


def _grid_page(
    request: HttpRequest,
    own: Membership,
    member: Membership,
    form: RoleForm,
    grid: GridForm,
    version: int,
    meanwhile: dict[str, Any] | None = None,
) -> HttpResponse:
    page = grid.page(request.GET)
    context = {
        **frame(own, "people"),
        "member": member,
        "form": form,
        "grid": grid,
        "page": page,
        "query": request.GET.get("q", ""),
        "sections": grid.sections(page),
        "version": version,
        "meanwhile": meanwhile,
    }
    return render(request, "useraccess/change.html", context)


def _what_changes(
    request: HttpRequest, own: Membership, member: Membership, *, role: Role, granted: Rights, version: int
) -> HttpResponse:
    """The page before saving: every change, and what was chosen, signed."""
    given = granted.tidy() if role == Role.TRADE_ACCOUNT_USER else rights.BY_ROLE
    after = rights.flat(role, given)
    found = rights.changes(rights.flat(member.role, rights.rights_of(member)), after)
    if version != member.version:
        by, made = actions.changes_since(member, version)
        return _meanwhile(request, own, member, after, ChangedMeanwhile(by, made))
    if not found:
        messages.info(request, "Nothing was changed.")
        return redirect("useraccess:person", member.pk)
    looked_at = signing.dumps({"member": member.pk, "version": version, "after": after}, salt=SALT, compress=True)
    context = {
        **frame(own, "people"),
        "member": member,
        "changes": rights.in_words(found),
        "looked_at": looked_at,
    }
    return render(request, "useraccess/what_changes.html", context)


def _save(request: HttpRequest, own: Membership, member: Membership) -> HttpResponse:
    try:
        kept = signing.loads(request.POST["looked_at"], salt=SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    if kept["member"] != member.pk:
        raise Http404
    role, granted = rights.unflat(kept["after"])
    if "back" in request.POST:
        grid = GridForm(member.top_account, granted)
        form = _shown_role(own, member, role, granted)
        return _grid_page(request, own, member, form, grid, kept["version"])
    try:
        actions.change(member, role=role, granted=granted, version=kept["version"], by=own.user)
    except ChangedMeanwhile as error:
        return _meanwhile(request, own, member, kept["after"], error)
    except SubAccountGone as error:
        messages.error(request, error.message)
        left = replace(granted, grid={at: level for at, level in granted.grid.items() if at not in error.cells})
        form = _shown_role(own, member, role, left)
        return _grid_page(request, own, member, form, GridForm(member.top_account, left), kept["version"])
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"The rights of {member.user} have been changed.")
    return redirect("useraccess:person", member.pk)


def _shown_role(own: Membership, member: Membership, role: Role, granted: Rights) -> RoleForm:
    initial = {"role": role, "top_account": "Yes" if granted.top_account_access else "No"}
    return RoleForm(roles=policy.roles_to_give(own.user, member.top_account), initial=initial)


def _meanwhile(
    request: HttpRequest, own: Membership, member: Membership, wanted: rights.Flat, error: ChangedMeanwhile
) -> HttpResponse:
    """Somebody was faster: both sets of changes are in the grid, theirs are named, nothing is saved."""
    member.refresh_from_db()
    current = rights.flat(member.role, rights.rights_of(member))
    looked_at = rights.undone(current, error.changes)
    role, merged = rights.unflat(rights.applied(current, rights.changes(looked_at, wanted)))
    grid = GridForm(member.top_account, merged)
    form = _shown_role(own, member, role, merged)
    told = {"message": error.message, "changes": rights.in_words(error.changes)}
    return _grid_page(request, own, member, form, grid, member.version, told)


# Decisions that take one more press ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """A decision about a member: who may take it, what it does, and the words of its page."""

    may: Callable[[User, Membership], bool]
    do: Callable[[Membership, User], object]
    title: str
    text: str
    button: str
    done: str


DECISIONS = {
    "revoke": Decision(
        may=policy.may_revoke,
        do=lambda member, by: actions.revoke(member, by=by),
        title="Revoke the access of {}?",
        text="Access to this account ends with their next click, in every open session. They are mailed. They stay a "
        "portal user, and everything they did here stays in the history.",
        button="Revoke access",
        done="The access of {} has been revoked. They have been mailed.",
    ),
    "deactivate": Decision(
        may=policy.may_deactivate,
        do=lambda member, by: actions.deactivate(member, by=by),
        title="Deactivate {}?",
        text="They cannot sign in any more until somebody reactivates them. Role and rights in this account are kept. "
        "They are mailed.",
        button="Deactivate",
        done="{} cannot sign in any more. They have been mailed.",
    ),
    "reactivate": Decision(
        may=lambda by, member: policy.may_reactivate(by, member.user),
        do=lambda member, by: actions.reactivate(member.user, by=by),
        title="Reactivate {}?",
        text="They can sign in again as before, and the 45 days start anew. They are mailed.",
        button="Reactivate",
        done="{} can sign in again. They have been mailed.",
    ),
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """Revoke, deactivate, reactivate: the page that asks once more, and the decision."""
    own, member = _found(request, pk)
    known = DECISIONS[decision]
    if not known.may(own.user, member):
        raise PermissionDenied(ask(member.top_account, f"You may not do this to {member.user}."))
    if request.method == "POST":
        try:
            known.do(member, own.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, known.done.format(member.user))
        if decision == "revoke":
            return redirect("useraccess:people", member.top_account_id)
        return redirect("useraccess:person", member.pk)
    context = {**frame(own, "people"), "member": member, "decision": known, "title": known.title.format(member.user)}
    return render(request, "useraccess/decide.html", context)
