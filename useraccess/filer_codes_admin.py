"""CBP's desk reads which filer codes belong to which account; owners and proxies link them."""

from django.contrib import admin

from ace_portal.core.read_only import ReadOnlyAdmin, RecencyFilter
from useraccess.models import FilerCodeLink


class LinkedFilter(RecencyFilter):
    title = "linked"
    field = "linked_at"


@admin.register(FilerCodeLink)
class FilerCodeLinkAdmin(ReadOnlyAdmin):
    list_display = ("filer_code", "top_account", "linked_at", "linked_by", "ended_at")
    list_select_related = ("top_account", "linked_by")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), LinkedFilter)
    search_fields = ("=filer_code", "top_account__company_name", "=top_account__ace_id")
    search_help_text = "Filer code, company or complete ACE ID."
    ordering = ("-pk",)
    fields = ("filer_code", "top_account", "linked_at", "linked_by", "ended_at", "ended_by")
