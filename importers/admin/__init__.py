"""CBP's desk for importers: the 5106 records, the queue of applications, the review page with its buttons."""

from importers.admin.applications import ImporterApplicationAdmin
from importers.admin.records import ImporterRecordAdmin

__all__ = ["ImporterApplicationAdmin", "ImporterRecordAdmin"]
