"""The buttons of the review page."""

from importers import actions
from importers.models import ImporterApplication
from useraccess.review.buttons import buttons


def _opened(application: ImporterApplication) -> str:
    sub_account = application.record.sub_account
    ace_id = sub_account.top_account.ace_id if sub_account else ""
    return (
        f"Account opened: ACE ID {ace_id}. Two mails are on their way to {application.applicant_email}: the account ID "
        "with the way to a temporary password, and the welcome."
    )


DECISIONS = buttons(approve=actions.approve, opened=_opened, reasons=ImporterApplication.Reason.choices)
