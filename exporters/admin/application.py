"""CBP's desk: exporter applications, to look at, and to have processed again when an error stopped one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html

from ace_portal.core.models import Message
from desk.review.applications import mails_about
from desk.review.decision import Decision
from desk.review.page import ReviewAdmin, moment
from exporters import actions
from exporters.models import ExporterApplication

Status = ExporterApplication.Status


@admin.register(ExporterApplication)
class ExporterApplicationAdmin(ReviewAdmin):
    list_display = ("reference", "company_name", "masked_number", "status", "why", "submitted_at")
    list_filter = ("status", "reason")
    ordering = ("-pk",)
    decisions = (
        Decision(
            "process-again",
            "Process again",
            "An error stopped the processing and everything it had done was undone. The applicant was told by mail. "
            "The log has the place of the error; once its cause is gone, have the application processed again.",
            actions.process_again,
            "{row} is in the queue again.",
            lambda row, _: row.status == Status.FAILED,
            form=None,
            mails=False,
        ),
    )

    @admin.display(description="EIN")
    def masked_number(self, application: ExporterApplication) -> str:
        return application.masked_ein

    @admin.display(description="Reason or error")
    def why(self, application: ExporterApplication) -> str | None:
        return application.error or application.get_reason_display() or None

    def facts(self, application: ExporterApplication) -> dict[str, Any]:
        opened, born = application.sub_account, application.owner_date_of_birth
        return {
            "where": [
                ("Status", application.get_status_display()),
                ("Kind of error" if application.error else "Reason", self.why(application)),
                ("Submitted", moment(application.submitted_at)),
                ("Processed", moment(application.processed_at)),
                ("Account", format_html("{} of {}", self.link(opened), opened.top_account) if opened else ""),
            ],
            "sections": [
                {
                    "title": "Submitted",
                    "rows": [*application.rows(), {"label": "Date of Birth", "value": f"{born:%m/%d/%Y}"}],
                }
            ],
        }

    def mails(self, application: ExporterApplication) -> QuerySet[Message]:
        return mails_about(application, opened=application.status == Status.ACCEPTED)

    def nothing_to_decide(self, application: ExporterApplication, person: Any) -> str:
        return "Rules decide on exporter applications; officers have those processed again that an error stopped."
