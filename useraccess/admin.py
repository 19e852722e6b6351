"""The desk's view of who belongs to which top account, and its help for people who cannot get in."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from accounts.admin import SubAccountAdmin, TopAccountAdmin, UserAdmin
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.errors import DomainError
from ace_portal.core.read_only import ReadOnlyAdmin
from useraccess import actions, history, policy
from useraccess.forms import ReasonForm
from useraccess.models import Membership
from verification import factors


@admin.register(User)
class PersonAdmin(UserAdmin):
    """A person, with the buttons of the desk: reset a lost second step, let a suspended person in again."""

    reset_template = "admin/useraccess/reset_factor.html"

    def get_urls(self) -> list[URLPattern]:
        reset, reactivate = self.admin_site.admin_view(self.reset_factor), self.admin_site.admin_view(self.reactivate)
        return [
            path("<int:pk>/reset-second-step/", reset, name="accounts_user_reset_factor"),
            path("<int:pk>/reactivate/", reactivate, name="accounts_user_reactivate"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        person = self.found(request, object_id)
        offered = {
            "factor_may_be_reset": policy.may_reset_factor(_officer(request), person) and factors.has_factor(person),
            "may_be_reactivated": person.status == User.Status.SUSPENDED
            and policy.may_reactivate(_officer(request), person),
        }
        return super().change_view(request, object_id, form_url, {**offered, **(extra_context or {})})

    def reset_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's lost second factor away: first the page that asks for the reason, then it is done."""
        person = self.found_to_decide(request, str(pk))
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                actions.reset_factor(person, reason=form.cleaned_data["reason"], by=_officer(request))
            except DomainError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, f"The second step of {person} was reset. They have been mailed.")
            return self._back(person)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Reset the second step of {person}?",
            "opts": self.opts,
            "media": self.media,
            "person": person,
            "form": form,
        }
        return TemplateResponse(request, self.reset_template, context)

    def reactivate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a suspended person in again; the 45 days start anew."""
        person = self.found(request, str(pk))
        if request.method == "POST":
            try:
                actions.reactivate(person, by=_officer(request))
            except DomainError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, f"{person} may sign in again. They have been mailed.")
        return self._back(person)

    @staticmethod
    def _back(person: User) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[person.pk]))


@admin.register(TopAccount)
class AccountAdmin(TopAccountAdmin):
    """A top account, with the history that its owner and proxies see."""

    change_form_template = "admin/accounts/topaccount/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.account_history)
        return [
            path("<int:pk>/account-history/", view, name="accounts_topaccount_account_history"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def account_history(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every decision on the account, its people and their rights, newest first."""
        account = self.found(request, str(pk))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Account history: {account}",
            "opts": self.opts,
            "media": self.media,
            "account": account,
            **history.page_of(account, request.GET),
        }
        return TemplateResponse(request, "admin/useraccess/account_history.html", context)


@admin.register(SubAccount)
class SubAccountHistoryAdmin(SubAccountAdmin):
    """A sub-account, with the history that goes along with it from account to account."""

    change_form_template = "admin/accounts/subaccount/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.sub_account_history)
        return [
            path("<int:pk>/sub-account-history/", view, name="accounts_subaccount_sub_account_history"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def sub_account_history(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every decision on the sub-account and on what hangs on it, newest first."""
        found = self.found(request, str(pk))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Sub-account history: {found}",
            "opts": self.opts,
            "media": self.media,
            **history.page_of_sub_account(found, request.GET),
        }
        return TemplateResponse(request, "admin/useraccess/sub_account_history.html", context)


def _officer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - admin_view is on every caller
    return request.user


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "top_account", "role", "began_at", "ended_at")
    list_select_related = ("user", "top_account")
    list_filter = ("role",)
    search_fields = (
        *("user__email", "user__first_name", "user__last_name"),
        *("top_account__company_name", "=top_account__ace_id"),
    )
    ordering = ("-pk",)
    fields = ("user", "top_account", "role", "began_at", "ended_at", "limit_sub_account", "limit_filer_code")


# Each topic registers its own pages.
from useraccess import activity_admin, contacts_admin, cross_account_admin, filer_codes_admin  # noqa: E402, F401
