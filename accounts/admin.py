"""The desk's view of people, top accounts and sub-accounts."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from accounts import actions
from accounts.models import SubAccount, User
from ace_portal.core.errors import DomainError
from ace_portal.core.read_only import ReadOnlyAdmin

#: Until the first sign-in the account ID opens the temporary password, so it is a secret between portal and person.
UNUSED = (User.Status.INVITED, User.Status.FIRST_SIGN_IN)


class UserAdmin(ReadOnlyAdmin):
    """What the desk sees of a person. useraccess.admin adds what takes the rules of access, and registers it."""

    list_display = ("__str__", "email", "status", "is_staff", "last_seen_at")
    list_filter = ("status", "is_staff")
    search_fields = ("email", "first_name", "last_name")
    search_help_text = "E-mail address, name, or the complete user ID of somebody who has signed in."
    ordering = ("last_name", "first_name", "pk")
    change_form_template = "admin/accounts/user/change_form.html"
    fields = (
        *("email", "status", "user_id", "is_staff", "desks"),
        *("first_name", "middle_name", "last_name", "phone"),
        *("street_address", "city", "state", "postal_code", "country"),
        *("created_at", "retrieval_expires_at", "retrieved_at", "password_changed_at", "last_seen_at"),
    )
    readonly_fields = ("user_id", "desks")

    @admin.display(description="User ID")
    def user_id(self, person: User) -> str:
        if person.status in UNUSED:
            return "Hidden until the first sign-in: it opens the temporary password."
        return person.account_id

    @admin.display(description="Desks")
    def desks(self, person: User) -> str:
        return ", ".join(person.groups.order_by("name").values_list("name", flat=True)) or "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        known = Q(account_id=search_term.strip()) & ~Q(status__in=UNUSED)
        return (found | queryset.filter(known) if search_term.strip() else found), duplicates

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.send_account_id)
        return [path("<int:pk>/send-account-id/", view, name="accounts_user_send_account_id"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        offered = self.found(request, object_id).status in UNUSED
        return super().change_view(request, object_id, form_url, {"may_be_invited": offered, **(extra_context or {})})

    def send_account_id(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mail a person who never signed in the account ID once more; it is good for another 21 days."""
        person = self.found(request, str(pk))
        if request.method == "POST":
            try:
                actions.invite(person, by=request.user)  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, f"The account ID is on its way to {person.email}.")
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[pk]))


class TopAccountAdmin(ReadOnlyAdmin):
    """What the desk sees of a company's account. useraccess.admin adds its history, and registers it."""

    list_display = ("company_name", "ace_id", "created_at")
    search_fields = ("company_name", "=ace_id")
    search_help_text = "Company name or complete ACE ID."
    ordering = ("company_name", "pk")
    fields = (
        *("ace_id", "company_name", "created_at", "merged_into", "merged_at"),
        *("organizational_structure", "fiscal_year_end", "duns", "website"),
    )
    readonly_fields = ("fiscal_year_end",)


class SubAccountAdmin(ReadOnlyAdmin):
    """What the desk sees of a sub-account. useraccess.admin adds its history, and registers it."""

    list_display = ("name", "kind", "masked_identifier", "top_account", "created_at", "closed_at")
    list_select_related = ("top_account",)
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "identifier", "top_account__company_name", "=top_account__ace_id")
    ordering = ("name", "identifier", "pk")
    fields = ("name", "kind", "masked_identifier", "top_account", "created_at", "closed_at")
    readonly_fields = ("kind", "masked_identifier")

    @admin.display(description="Account type")
    def kind(self, sub_account: SubAccount) -> str:
        return sub_account.type.label
