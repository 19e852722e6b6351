"""Desks of exporters: CBP's for applications and disputes, Census' for report authorization."""

from exporters.admin.application import ExporterApplicationAdmin
from exporters.admin.authorization import ReportAuthorizationAdmin
from exporters.admin.sub_account import EinDisputeAdmin

__all__ = ["EinDisputeAdmin", "ExporterApplicationAdmin", "ReportAuthorizationAdmin"]
