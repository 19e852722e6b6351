"""Create Exporter in the browser: the top account, four steps, and the request to ACE Support about a taken EIN."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError
from ace_portal.core.numbers import parse_ein
from exporters import actions, presentation
from exporters.forms import AddressesForm, CompanyForm, ContactsForm, DisputeForm
from exporters.forms.parts import RefiningForm
from exporters.models import EinDispute, ExporterDraft
from useraccess import policy
from useraccess.models import Membership

STEPS = ["Company information", "Addresses", "Contacts", "Review and submit"]
#: The steps that are filled in: URL name, form and template of each.
FORMS: dict[str, type[RefiningForm]] = {"company": CompanyForm, "addresses": AddressesForm, "contacts": ContactsForm}
NAMES = [*FORMS, "review"]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required is on every caller
    return request.user


def _require_owner(user: User, account: TopAccount) -> None:
    """Owner and proxies pass; a user of the account is told whom to ask; for anybody else there is no such page."""
    if policy.role_in(user, account) is None:
        raise Http404
    if not policy.may_change_structure(user, account):
        raise PermissionDenied(
            policy.refusal(
                account, f"Only the account owner and proxies create sub-accounts of {account.company_name}."
            )
        )


def _draft(request: HttpRequest, token: str) -> ExporterDraft:
    drafts = ExporterDraft.objects.select_related("top_account", "sub_account")
    draft = get_object_or_404(drafts, token=token, started_by=request.user)
    _require_owner(_user(request), draft.top_account)
    return draft


@require_safe
@login_required
def create(request: HttpRequest) -> HttpResponse:
    """Choose the top account, where there is a choice."""
    user = _user(request)
    own = list(policy.top_accounts_managed_by(user))
    if len(own) == 1:
        return redirect("exporters:top-account", own[0].pk)
    if not own:
        # In one's own company there is somebody to ask; another one's account is none of these.
        employed = Membership.objects.live().filter(user=user)
        if account := policy.top_accounts_visible_to(user).filter(memberships__in=employed).first():
            _require_owner(user, account)
        raise PermissionDenied("You have no top account to create an exporter under.")
    return render(request, "exporters/choose.html", {"section": "accounts", "accounts": own})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def top_account(request: HttpRequest, pk: int) -> HttpResponse:
    """The top account's details, and Continue: into the steps, or back to where this person stopped."""
    user = _user(request)
    account = get_object_or_404(TopAccount, pk=pk)
    _require_owner(user, account)
    begun = ExporterDraft.objects.filter(top_account=account, started_by=user, sub_account=None).first()
    if request.method == "POST":
        draft = actions.start_draft(account, by=user)
        return redirect(f"exporters:{NAMES[draft.step - 1]}", draft.token)
    rows = [
        {"label": "Company Name", "value": account.company_name},
        {"label": "ACE ID", "value": account.ace_id},
        {"label": "Company Organizational Structure", "value": account.get_organizational_structure_display()},
        {"label": "Account's Fiscal Year End Date", "value": account.fiscal_year_end},
        {"label": "DUNS", "value": account.duns},
        {"label": "Account Owner", "value": str(policy.owner_of(account))},
    ]
    context = {"section": "accounts", "account": account, "rows": rows, "draft": begun}
    return render(request, "exporters/top_account.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def step(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """One of the steps that are filled in. What was typed is kept before it is looked at, whatever button was used."""
    draft = _draft(request, token)
    if draft.sub_account:
        return redirect("portal:sub-account", draft.sub_account.pk)
    form, context = _step_form(request, draft, name), _step_context(draft, name)
    if request.method == "POST":
        number = NAMES.index(name)
        leaving = "back" in request.POST or "later" in request.POST
        good = not leaving and form.is_valid() and _ein_is_free(request, draft, name, form, context)
        actions.keep_step(
            draft, name=name, typed=form.typed(), next_step=number + 2 if good else number + 1, by=_user(request)
        )
        if good:
            return redirect(f"exporters:{NAMES[number + 1]}", token)
        if leaving:
            return _leave(request, draft, number)
    return render(request, f"exporters/step_{name}.html", {**context, "form": form})


def _step_form(request: HttpRequest, draft: ExporterDraft, name: str) -> RefiningForm:
    """The form of a step: as sent, or as kept. `?check` shows what is still missing in it."""
    kept = draft.typed(name)
    if request.method == "POST":
        return FORMS[name](request.POST)
    return FORMS[name](kept) if "check" in request.GET else FORMS[name](initial=kept)


def _step_context(draft: ExporterDraft, name: str) -> dict[str, Any]:
    return {
        "section": "accounts",
        "draft": draft,
        "account": draft.top_account,
        "steps": STEPS,
        "current": NAMES.index(name) + 1,
        "step_name": name,
    }


def _ein_is_free(
    request: HttpRequest, draft: ExporterDraft, name: str, form: RefiningForm, context: dict[str, Any]
) -> bool:
    """Say at the first step already that an EIN cannot be added, and what can be done."""
    if name != "company":
        return True
    try:
        actions.check_ein(form.cleaned_data["ein"], draft.top_account, by=_user(request))
    except DomainError as error:
        form.add_error("ein", error.message)
        context |= _way_on(error)
        return False
    return True


def _way_on(error: DomainError) -> dict[str, Any]:
    """What a page shows under the error of a taken EIN: the sub-account that has it, or the way to ACE Support."""
    if isinstance(error, actions.EinIsHere):
        return {"found_here": error.sub_account}
    return {"may_dispute": isinstance(error, actions.EinIsElsewhere)}


def _leave(request: HttpRequest, draft: ExporterDraft, number: int) -> HttpResponse:
    """Back, or away for now."""
    if "back" in request.POST and number > 0:
        return redirect(f"exporters:{NAMES[number - 1]}", draft.token)
    if "later" in request.POST:
        messages.success(request, "Saved. You can go on from here at any time.")
    return redirect("exporters:top-account", draft.top_account.pk)


@require_POST
@login_required
def autosave(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Keep what was typed so far, without leaving the page."""
    draft = _draft(request, token)
    typed = FORMS[name](request.POST).typed()
    try:
        actions.keep_step(draft, name=name, typed=typed, next_step=NAMES.index(name) + 1, by=_user(request))
    except DomainError as error:
        return JsonResponse({"error": error.message}, status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(clock.now()):%-I:%M %p}"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review(request: HttpRequest, token: str) -> HttpResponse:
    """Check the answers, then Submit. A second Submit lands on the sub-account that the first one created."""
    draft = _draft(request, token)
    if draft.sub_account:
        return redirect("portal:sub-account", draft.sub_account.pk)
    company, addresses, contacts = (
        CompanyForm(draft.typed("company")),
        AddressesForm(draft.typed("addresses")),
        ContactsForm(draft.typed("contacts")),
    )
    for name, form in zip(FORMS, (company, addresses, contacts), strict=True):
        if not form.is_valid():
            return redirect(f"{_address_of(draft, name)}?check")
    context = _step_context(draft, "review") | {"problem": ""}
    if request.method == "POST":
        try:
            sub_account = actions.create_exporter(draft, facts(company, addresses, contacts), by=_user(request))
        except DomainError as error:
            context |= {"problem": error.message, **_way_on(error)}
        else:
            messages.success(request, f"Exporter sub-account {sub_account.name} was created.")
            return redirect("portal:sub-account", sub_account.pk)
    context |= presentation.answer_rows(draft, company, addresses, contacts)
    return render(request, "exporters/review.html", context)


def _address_of(draft: ExporterDraft, name: str) -> str:
    return redirect(f"exporters:{name}", draft.token).url


def facts(company: CompanyForm, addresses: AddressesForm, contacts: ContactsForm) -> actions.ExporterFacts:
    """The cleaned answers of the three steps."""
    mailing, physical = addresses.addresses()
    said = company.cleaned_data
    return actions.ExporterFacts(
        ein=said["ein"],
        name=said["legal_name"],
        doing_business_as=said["doing_business_as"],
        duns=said["duns"],
        naics=said["naics"],
        mailing=mailing,
        physical=physical,
        contacts=contacts.contacts(),
    )


@require_POST
@login_required
def discard(request: HttpRequest, token: str) -> HttpResponse:
    """Throw the draft away."""
    draft = _draft(request, token)
    actions.discard_draft(draft, by=_user(request))
    messages.success(request, "What you had typed was thrown away.")
    return redirect("exporters:top-account", draft.top_account.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dispute(request: HttpRequest, token: str) -> HttpResponse:
    """Ask ACE Support about the EIN of the draft, which another account holds."""
    draft = _draft(request, token)
    try:
        ein = parse_ein(draft.typed("company").get("ein", ""))
    except ValidationError:
        return redirect("exporters:company", token)
    form = DisputeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            raised = actions.dispute_ein(ein, draft.top_account, text=form.cleaned_data["text"], by=_user(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"ACE Support has your request {raised.reference} and answers by mail.")
            return redirect("exporters:top-account", draft.top_account.pk)
    context = {
        "section": "accounts",
        "draft": draft,
        "account": draft.top_account,
        "ein": ein,
        "form": form,
        "open_dispute": EinDispute.objects.filter(top_account=draft.top_account, ein=ein, status="OPEN").first(),
    }
    return render(request, "exporters/dispute.html", context)
