"""Filings of Form 5106, the versions they made of a record, numbers that CBP gave, requests to restore a record."""

from form5106.models.filing import Action, FiledAs, Filing
from form5106.models.number import AssignedNumbers
from form5106.models.restore import RestoreRequest
from form5106.models.version import RecordVersion

__all__ = ["Action", "AssignedNumbers", "FiledAs", "Filing", "RecordVersion", "RestoreRequest"]
