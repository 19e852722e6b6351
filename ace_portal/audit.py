"""Field history: which fields of which rows are remembered, and what must never get into it.

The list names what is kept; whatever is not named (password hashes, account IDs, tokens, drafts, keys) stays out.
"""

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.numbers import parse_importer_number
from desk.models import Claim
from exporters.models import ExporterApplication, ReportAuthorization
from form5106.models import Filing, RestoreRequest
from importers.models import ImporterApplication, ImporterRecord
from mergers.models import Merger
from ownership.models import OwnerChange
from tradeparties.models import RequestedActivity, TradeApplication
from useraccess.models import FilerCodeLink, Membership, TradeContact

ADDRESS = ["country", "street_address", "city", "state", "postal_code"]
COMPANY = ["organizational_structure", "fiscal_year_end_month", "fiscal_year_end_day", "duns", "website"]
LIMIT = ["limit_sub_account", "limit_filer_code"]


def register_models() -> None:
    """Begin to remember field changes. Called once, when the applications are ready; again changes nothing."""
    auditlog.register(
        User,
        include_fields=["email", "status", "first_name", "middle_name", "last_name", "phone", "is_staff", *ADDRESS],
        m2m_fields={"groups"},
    )
    auditlog.register(TopAccount, include_fields=["ace_id", "company_name", "merged_into", *COMPANY])
    auditlog.register(
        SubAccount,
        include_fields=["top_account", "account_type", "identifier", "name", "closed_at"],
        mask_fields=["identifier"],
        mask_callable="ace_portal.audit.masked",
    )
    auditlog.register(Membership, include_fields=["user", "top_account", "role", "began_at", "ended_at", *LIMIT])
    auditlog.register(Claim, include_fields=["kind", "row", "officer", "claimed_at", "ended_at"])
    auditlog.register(FilerCodeLink, include_fields=["top_account", "filer_code", "linked_at", "ended_at"])
    auditlog.register(
        TradeContact,
        include_fields=["first_name", "last_name", "job_title", "email", "phone", "removed_at"],
    )
    auditlog.register(
        ImporterRecord,
        include_fields=[
            *["importer_number", "company_name", "point_of_contact_email", "point_of_contact_name"],
            *["organizational_structure", "status", "sub_account", *ADDRESS],
            *["street_address_2", "address_type", *[f"physical_{field}" for field in (*ADDRESS, "address_type")]],
            *["name_qualifier", "second_name", "phone", "fax", "website", "version", "void_reason"],
            *["bond_number", "surety_code", "bond_amount", "bond_effective_on", "bond_terminates_on"],
        ],
        mask_fields=["importer_number"],
        mask_callable="ace_portal.audit.masked",
    )
    auditlog.register(
        ImporterApplication,
        include_fields=[
            *["reference", "applicant_email", "status", "record", "company_name", "reason", *COMPANY],
            *["submitted_at", "claimed_by", "claimed_at", "decided_by", "decided_at"],
            *["owner_first_name", "owner_middle_name", "owner_last_name", "owner_phone"],
            *[f"owner_{field}" for field in ADDRESS],
        ],
    )
    auditlog.register(
        TradeApplication,
        include_fields=[
            *["reference", "kind", "applicant_email", "status", "company_name", "reason", "top_account", *COMPANY],
            *["submitted_at", "claimed_by", "claimed_at", "decided_by", "decided_at"],
            *["officer_first_name", "officer_last_name", "officer_title"],
            *["owner_first_name", "owner_middle_name", "owner_last_name", "owner_phone"],
            *[f"owner_{field}" for field in ADDRESS],
        ],
    )
    auditlog.register(
        RequestedActivity,
        include_fields=["application", "account_type", "identifier", "name", "is_primary", "sub_account"],
        mask_fields=["identifier"],
        mask_callable="ace_portal.audit.masked",
    )
    auditlog.register(
        ExporterApplication,
        include_fields=["reference", "applicant_email", "status", "company_name", "submitted_at"],
    )
    auditlog.register(
        ReportAuthorization,
        include_fields=[
            *["reference", "status", "sub_account", "requested_by", "requested_at", "reason", "acts_as", "ended_at"],
            *["contact_name", "contact_email", "contact_phone", "decided_by", "decided_at", "decision_reason"],
            *["revoked_by", "revoked_at", "revocation_reason"],
        ],
    )
    auditlog.register(
        Filing,
        include_fields=[
            *["reference", "status", "actions", "files_as", "filed_by", "filer_email", "record", "company_name"],
            *["base_version", "verified_at", "held_because", "submitted_at", "decided_by", "reject_code"],
            *["decision_text", "applied_version", "ended_at"],
        ],
    )
    auditlog.register(
        RestoreRequest,
        include_fields=[
            *["reference", "status", "record", "requester_name", "requester_email", "reason", "requested_at"],
            *["decided_by", "decided_at", "decision_text"],
        ],
    )
    auditlog.register(
        OwnerChange,
        include_fields=[
            *["reference", "status", "top_account", "former_owner", "successor", "new_owner", "becomes", "reason"],
            *["requester_name", "requester_email", "submitted_at", "waiting_until", "ended_at", "stop_reason"],
            *["prepared_by", "prepared_at"],
            *["new_first_name", "new_last_name", "new_email", "decided_by", "decided_at", "objected_by", "objected_at"],
            *["settled_by", "settled_at"],
        ],
    )
    auditlog.register(
        Merger,
        include_fields=[
            *["reference", "status", "acquirer", "acquired", "whole", "proposed_by", "proposed_at", "consented_by"],
            *["prepared_by", "prepared_at"],
            *["consented_at", "decided_by", "decided_at", "ended_by", "ended_at", "stop_reason"],
        ],
    )


def masked(identifier: str) -> str:
    """What the history keeps of an identifier: the masked importer number, or the last three characters of another."""
    if identifier in ("", "None"):
        return identifier
    try:
        return parse_importer_number(identifier).masked
    except ValidationError:
        return f"…{identifier[-3:]}"
