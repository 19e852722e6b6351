"""Add User: who it is, in which account, as what, with which rights (seed 002, Topic 5; facts-access §1.2, §1.5).

What was answered is kept in a draft, so that every page can be left and come back to.
"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.views.common import person_of
from ace_portal.core.addresses import Address
from ace_portal.core.errors import DomainError
from ace_portal.core.usps import standardized
from useraccess import actions, policy
from useraccess.context import current
from useraccess.forms import AccountForm, AddKindForm, ExistingUserForm, NewUserForm, RoleForm
from useraccess.grid import GridForm
from useraccess.models import Level, Role, UserDraft
from useraccess.rights import Rights
from useraccess.views.common import manager_of

STEPS = ["Person", "Top account", "Role", "Permissions"]


def _managing(request: HttpRequest) -> User:
    """The signed-in person, who manages at least one account. Raises PermissionDenied for everybody else."""
    user = person_of(request)
    if not policy.top_accounts_managed_by(user).exists():
        here = current(request, user)
        owner = policy.owner_of(here.top_account) if here else "the service desk"
        raise PermissionDenied(f"Only the account owner and proxies add users. Ask {owner}.")
    return user


def _draft(request: HttpRequest, pk: int) -> UserDraft:
    draft = get_object_or_404(
        UserDraft.objects.select_related("person", "top_account"), pk=pk, started_by=_managing(request)
    )
    if draft.top_account_id:
        manager_of(request, draft.top_account_id)
    return draft


def _context(step: int, **more: Any) -> dict[str, Any]:
    return {"section": "tools", "steps": STEPS, "current": step, **more}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Create New User or Add Existing User; or go on with somebody who was begun."""
    user = _managing(request)
    form = AddKindForm(request.POST or None, initial={"kind": "new"})
    if form.is_valid():
        return redirect(f"useraccess:add-{form.cleaned_data['kind']}")
    begun = UserDraft.objects.filter(started_by=user).select_related("person").order_by("-changed_at")[:10]
    return render(request, "useraccess/add.html", _context(1, form=form, begun=begun))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Contact information of a new user; of the draft `pk` when somebody comes back to it."""
    user = _managing(request)
    draft = _draft(request, pk) if pk else None
    if draft and draft.person:
        return redirect("useraccess:add-existing")
    form = NewUserForm(request.POST or None, initial=_typed(draft) if draft else {"country": "US"})
    if form.is_valid():
        facts = _in_postal_form(form)
        try:
            draft = actions.keep_new_user(draft, facts=facts, by=user)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            return redirect("useraccess:add-account", draft.pk)
    return render(request, "useraccess/add_new.html", _context(1, form=form))


def _typed(draft: UserDraft) -> dict[str, Any]:
    """What the form showed: the address as it was entered, with the box to keep it so."""
    facts = dict(draft.facts)
    entered = facts.pop("entered", None)
    born = date.fromisoformat(facts["date_of_birth"])
    typed = {**facts, "date_of_birth": f"{born:%m/%d/%Y}"}
    return {**typed, **entered, "keep_address": False} if entered else typed


def _in_postal_form(form: NewUserForm) -> dict[str, Any]:
    """The facts with the address as the Postal Service writes it, and beside it (`entered`) what was typed."""
    facts: dict[str, Any] = form.facts()
    typed = Address(
        *(facts[name] for name in ("country", "street_address", "city", "state", "postal_code")),
    )
    found = typed if form.cleaned_data["keep_address"] else standardized(typed)
    if found == typed:
        return facts
    entered = {"street_address": typed.street, "city": typed.city}
    return {**facts, "street_address": found.street, "city": found.city, "entered": entered}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def existing(request: HttpRequest) -> HttpResponse:
    """Somebody the portal knows already: names and user ID, all exact."""
    user = _managing(request)
    form = ExistingUserForm(request.POST or None)
    if form.is_valid():
        try:
            person = actions.find_existing(**form.cleaned_data, by=user)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            draft = actions.keep_existing_user(person, by=user)
            return redirect("useraccess:add-account", draft.pk)
    return render(request, "useraccess/add_existing.html", _context(1, form=form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Which top account; passed over by those who manage one."""
    draft = _draft(request, pk)
    own = policy.top_accounts_managed_by(person_of(request)).order_by("company_name", "pk")
    here = current(request, person_of(request))
    only = {"account": own[0].pk} if len(own) == 1 else None
    form = AccountForm(
        request.POST or only, accounts=own, initial={"account": draft.top_account_id or (here and here.top_account_id)}
    )
    if form.is_valid():
        chosen = next(one for one in own if str(one.pk) == form.cleaned_data["account"])
        try:
            actions.choose_account(draft, top_account=chosen, by=person_of(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("useraccess:add-role", draft.pk)
    return render(request, "useraccess/add_account.html", _context(2, form=form, draft=draft, notice=_notice(draft)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """The role, and Access to Top Account."""
    draft = _draft(request, pk)
    if draft.top_account is None:
        return redirect("useraccess:add-account", draft.pk)
    roles = policy.roles_to_give(person_of(request), draft.top_account)
    access = {True: "Yes", False: "No", None: ""}[draft.top_account_access]
    form = RoleForm(request.POST or None, roles=roles, initial={"role": draft.role, "top_account": access})
    if form.is_valid():
        answers = {"role": Role(form.cleaned_data["role"]), "access": form.cleaned_data["top_account"] == "Yes"}
        actions.choose_role(draft, **answers, by=person_of(request))
        return redirect("useraccess:add-permissions", draft.pk)
    context = _context(3, form=form, draft=draft, account=draft.top_account, notice=_notice(draft))
    return render(request, "useraccess/add_role.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def permissions(request: HttpRequest, pk: int) -> HttpResponse:
    """The permission grid; saving it adds the user."""
    draft = _draft(request, pk)
    if draft.top_account is None or not draft.role:
        return redirect("useraccess:add-role", draft.pk)
    granted = Rights(top_account_access=bool(draft.top_account_access))
    grid = GridForm(draft.top_account, granted, request.POST if request.method == "POST" else None, limits=True)
    if request.method == "POST" and request.POST.get("all") in (Level.FULL, Level.READ):
        grid.rights = grid.rights.everywhere(Level(request.POST["all"]))
        messages.info(request, everywhere_in_words(Level(request.POST["all"]), grid.rights))
    elif request.method == "POST" and not grid.error:
        try:
            member = actions.finish_adding(draft, granted=grid.rights, by=person_of(request))
        except DomainError as error:
            grid.error = error.message
        else:
            messages.success(
                request, f"{member.user} was added to {draft.top_account.company_name} and has been mailed."
            )
            return redirect("useraccess:person", member.pk)
    page = grid.page(request.GET)
    context = _context(4, draft=draft, account=draft.top_account, grid=grid, page=page, sections=grid.sections(page))
    more = {"limit": grid.limit(page), "by_role": draft.role != Role.TRADE_ACCOUNT_USER}
    return render(request, "useraccess/add_permissions.html", {**context, **more})


@login_required
@require_http_methods(["POST"])
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget somebody who was begun."""
    actions.discard_draft(_draft(request, pk), by=person_of(request))
    messages.success(request, "What was entered has been forgotten.")
    return redirect("useraccess:add")


def everywhere_in_words(level: Level, granted: Rights | None = None) -> str:
    """What the two buttons for all did to the grid, with the surprise that ACE has in store, and what they left."""
    left = " The limit to one importer number and filer code stays." if granted and granted.limit else ""
    return (
        f"Every tab is set to {level.label}. As in ACE, this also sets ISF Portal to Yes and gives all ISF Portal "
        f"roles.{left} Nothing is saved yet."
    )


def _notice(draft: UserDraft) -> dict[str, str] | None:
    """That the address was written in another way: before and after."""
    if "entered" not in draft.facts:
        return None
    before, after = draft.facts["entered"], draft.facts
    return {
        "before": f"{before['street_address']}, {before['city']}",
        "after": f"{after['street_address']}, {after['city']}",
    }
