"""The desk's view of trade contacts: who they are and where they are shown. The accounts keep them themselves."""

from django.contrib import admin

from ace_portal.core.addresses import format_phone
from ace_portal.core.read_only import ReadOnlyAdmin
from useraccess.contacts import card, place_name
from useraccess.models import TradeContact


@admin.register(TradeContact)
class TradeContactAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "top_account", "user", "job_title", "created_at", "removed_at")
    list_select_related = ("user", "top_account")
    list_filter = (("removed_at", admin.EmptyFieldListFilter), ("user", admin.EmptyFieldListFilter))
    search_fields = (
        *("first_name", "last_name", "job_title", "email"),
        *("user__first_name", "user__last_name", "user__email"),
        *("top_account__company_name", "=top_account__ace_id"),
    )
    search_help_text = "Name, job title or e-mail address of the contact; company name or complete ACE ID."
    ordering = ("-pk",)
    fields = (
        *("top_account", "user", "sign_in", "first_name", "last_name", "job_title", "email", "telephone"),
        *("shown_on", "created_at", "removed_at"),
    )
    readonly_fields = ("sign_in", "telephone", "shown_on")

    @admin.display(description="Sign-in")
    def sign_in(self, contact: TradeContact) -> str:
        return card(contact).sign_in

    @admin.display(description="Telephone number")
    def telephone(self, contact: TradeContact) -> str:
        return format_phone(contact.phone) or "–"

    @admin.display(description="Shown on")
    def shown_on(self, contact: TradeContact) -> str:
        places = contact.places.select_related("sub_account")
        return "\n".join(f"{place_name(one.sub_account)} ({one.get_topic_display()})" for one in places) or "–"
