"""Three parts: the application, the EIN sub-account, the authorization for reports."""

from exporters.models.application import ExporterApplication
from exporters.models.authorization import AuthorizationAffiliate, AuthorizationDocument, ReportAuthorization
from exporters.models.sub_account import EinDispute, ExporterContact, ExporterDraft, ExporterSubAccount

__all__ = [
    "AuthorizationAffiliate",
    "AuthorizationDocument",
    "EinDispute",
    "ExporterApplication",
    "ExporterContact",
    "ExporterDraft",
    "ExporterSubAccount",
    "ReportAuthorization",
]
