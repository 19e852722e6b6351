"""CBP's desk: it reads the Business Activity Log of every account and writes to it; it reads the Action Plans."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from accounts.models import TopAccount, User
from ace_portal.core.errors import DomainError
from ace_portal.core.read_only import ReadOnlyAdmin, RecencyFilter
from ace_portal.core.refs import key_in
from useraccess.actions import activity as actions
from useraccess.activity_forms import EntryForm
from useraccess.models import ActionItem, ActivityEntry
from useraccess.views.activity import hand_out

#: The parameter of a list that shows one account's rows only.
OF_ACCOUNT = "top_account__id__exact"


class OfAccountAdmin(ReadOnlyAdmin):
    """Rows of top accounts: of all of them, or of the one that the address names."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        pk = request.GET.get(OF_ACCOUNT, "")
        account = TopAccount.objects.filter(pk=key_in(pk) or 0).first()
        return super().changelist_view(
            request, {"account": account, "subtitle": account and str(account), **(extra_context or {})}
        )


class WrittenFilter(RecencyFilter):
    field = "at"


@admin.register(ActivityEntry)
class ActivityEntryAdmin(OfAccountAdmin):
    list_display = ("subject", "top_account", "signature", "at", "attachment_name")
    list_select_related = ("top_account",)
    list_filter = (WrittenFilter,)
    search_fields = ("subject", "text", "signature", "top_account__company_name", "=top_account__ace_id")
    search_help_text = "Company, complete ACE ID, subject, text or writer."
    ordering = ("-pk",)
    fields = ("top_account", "at", "signature", "subject", "text", "file")
    readonly_fields = ("file",)
    write_template = "admin/useraccess/activityentry/write.html"

    def get_urls(self) -> list[URLPattern]:
        write, attachment = self.admin_site.admin_view(self.write), self.admin_site.admin_view(self.attachment)
        return [
            path("<int:pk>/write/", write, name="useraccess_activityentry_write"),
            path("<int:pk>/attachment/", attachment, name="useraccess_activityentry_attachment"),
            *super().get_urls(),
        ]

    @admin.display(description="Attachment")
    def file(self, entry: ActivityEntry) -> str:
        if not entry.attachment:
            return self.empty_value_display
        address = reverse("admin:useraccess_activityentry_attachment", args=[entry.pk])
        return format_html('<a href="{}">{}</a>', address, entry.attachment_name)

    def attachment(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file attached to an entry, as a download."""
        entry = get_object_or_404(ActivityEntry.objects.exclude(attachment=""), pk=self.found(request, str(pk)).pk)
        answer: Any = hand_out(entry)
        return answer  # type: ignore[no-any-return]

    def write(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write an entry into the log of the top account with this primary key, signed for CBP."""
        self.require_deciding(request)
        account = get_object_or_404(TopAccount, pk=pk)
        form = EntryForm(request.POST, request.FILES) if request.method == "POST" else EntryForm()
        if form.is_valid():
            try:
                entry = actions.add_entry(account, by=_officer(request), **form.entry())
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, f"Your entry stands in the log of {account.company_name}.")
                return HttpResponseRedirect(reverse("admin:useraccess_activityentry_change", args=[entry.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Add an entry to the log of {account.company_name}",
            "opts": self.opts,
            "media": self.media,
            "account": account,
            "form": form,
        }
        return TemplateResponse(request, self.write_template, context)


def _officer(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - require_deciding is asked before
    return request.user


@admin.register(ActionItem)
class ActionItemAdmin(OfAccountAdmin):
    list_display = ("title", "top_account", "owner", "due_on", "status", "overdue")
    list_select_related = ("top_account", "owner")
    list_filter = ("status",)
    search_fields = (
        *("title", "text", "owner__first_name", "owner__last_name"),
        *("top_account__company_name", "=top_account__ace_id"),
    )
    search_help_text = "Company, complete ACE ID, title, text or owner."
    ordering = ("due_on", "pk")
    fields = (
        *("top_account", "title", "text", "owner", "due_on", "status", "overdue"),
        *("created_at", "created_by", "closed_at"),
    )
    readonly_fields = ("overdue",)

    @admin.display(description="Overdue")
    def overdue(self, item: ActionItem) -> str:
        return "Overdue" if actions.is_overdue(item) else self.empty_value_display
