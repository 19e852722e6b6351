"""The desk's view of outgoing messages and of the memory of decisions."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from ace_portal.core import mail
from ace_portal.core.models import Event, Message
from ace_portal.core.preview import without_links
from ace_portal.core.read_only import ReadOnlyAdmin, RecencyFilter, page_link
from ace_portal.core.refs import ref


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("subject", "to_address", "status", "attempts", "last_error", "next_try")
    list_filter = ("status",)
    search_fields = ("to_address", "subject", "=message_id")
    search_help_text = "Address or subject."
    ordering = ("-id",)
    change_form_template = "admin/core/message/change_form.html"
    fields = (
        *("subject", "to_address", "status", "attempts", "last_error", "next_try"),
        *("created_at", "expires_at", "sent_at", "about_what", "template", "message_id", "text"),
    )
    readonly_fields = ("next_try", "about_what", "text")

    def shown(self) -> models.QuerySet[Any]:
        return super().shown().exclude(self.elsewhere("about"))

    @admin.display(description="Next try")
    def next_try(self, message: Message) -> str:
        """In real time, as workers count it; nothing for a message that has come to its end."""
        if message.status not in (Message.Status.QUEUED, Message.Status.SENDING):
            return "–"
        return date_format(localtime(message.next_attempt_at), "DATETIME_FORMAT")

    @admin.display(description="About")
    def about_what(self, message: Message) -> str:
        return page_link(self.admin_site, message.about)

    @admin.display(description="Text")
    def text(self, message: Message) -> str:
        if message.secret:
            return "Not shown: it carries a secret for the person it is addressed to."
        return without_links(message.body)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.send_again)
        return [path("<int:pk>/send-again/", view, name="core_message_send_again"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        message = self.found(request, object_id)
        failed = message.status == Message.Status.FAILED
        offered = {"may_be_sent_again": failed and message.body, "is_erased": failed and not message.body}
        return super().change_view(request, object_id, form_url, {**offered, **(extra_context or {})})

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put a message that was given up back into the outbox."""
        message = self.found(request, str(pk))
        if request.method == "POST":
            if mail.send_again(message, by=request.user):
                messages.success(request, f"The message to {message.to_address} is in the outbox again.")
            else:
                messages.error(request, "This message was not given up, or its text has been erased. Nothing was sent.")
        return HttpResponseRedirect(reverse("admin:core_message_change", args=[pk]))


class EventRecencyFilter(RecencyFilter):
    field = "at"


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("summary", "by_label", "at")
    list_filter = (EventRecencyFilter, "kind")
    search_fields = ("=subject", "=journal", "summary", "by_label")
    search_help_text = "Reference of an application, what happened, or who did it."
    ordering = ("-id",)
    change_form_template = "admin/core/event/change_form.html"
    fields = ("at", "summary", "by_label", "kind", "subject_page", "journal_page", "before", "after")
    readonly_fields = ("subject_page", "journal_page")

    def shown(self) -> models.QuerySet[Any]:
        return super().shown().exclude(self.elsewhere("subject"))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        rows = _rows_with_reference(search_term.strip())
        return (found | queryset.filter(subject__in=rows) if rows else found), duplicates

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        summary = self.found(request, object_id).summary
        return super().change_view(request, object_id, form_url, {"title": summary, **(extra_context or {})})

    @admin.display(description="Decided on")
    def subject_page(self, event: Event) -> str:
        return page_link(self.admin_site, event.subject)

    @admin.display(description="In the journal of")
    def journal_page(self, event: Event) -> str:
        return page_link(self.admin_site, event.journal)


def _rows_with_reference(text: str) -> list[str]:
    """References to the rows of any model (applications) that people know by this reference number."""
    if not text:
        return []
    known = [model for model in apps.get_models() if any(f.name == "reference" for f in model._meta.fields)]
    return [ref(row) for model in known for row in model._default_manager.filter(reference__iexact=text)]
