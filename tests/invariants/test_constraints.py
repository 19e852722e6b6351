"""What the database itself refuses, whatever the code around it does: every constraint is broken here, in vain."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from accounts.models import User
from ace_portal.core import clock
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.exporters import authorization_samples, makers
from tests.exporters.conftest import private_files
from tests.form5106 import samples as filings
from tests.invariants import desk, mergers, trade_applications
from tests.invariants.rows import (
    ROWS,
    access_grant,
    approved,
    contact,
    copy_of,
    filer_code_link,
    grant,
    limited,
    membership,
    offered,
    place,
    requested,
    visit,
)
from tests.ownership import samples as owners

__all__ = ["private_files"]
pytestmark = pytest.mark.django_db

Row = Any
ROOMS = {
    "core",
    "verification",
    "accounts",
    "useraccess",
    "importers",
    "exporters",
    "ownership",
    "mailroom",
    "demo",
    "tradeparties",
    "mergers",
    "form5106",
    "desk",
}
MODELS = [model for model in apps.get_models() if model._meta.app_label in ROOMS]
CONSTRAINTS = {constraint.name: (model, constraint) for model in MODELS for constraint in model._meta.constraints}
UNIQUE_FIELDS = [
    pytest.param(model, field.name, id=f"{model._meta.label}.{field.name}")
    for model in MODELS
    for field in model._meta.concrete_fields
    if field.unique and not field.primary_key
]


def refused(attempt: Callable[[], object]) -> str:
    """The database's words about an attempt that it refuses."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        attempt()
    return str(caught.value)


# --- Unique ------------------------------------------------------------------------------------------------------
def shouted(row: Row) -> dict[str, Any]:
    return {"email": row.email.upper(), "date_of_birth": None}


def another_person(row: Row) -> dict[str, Any]:
    return {"email": f"{uuid4().hex}@trade.example", "first_name": row.first_name.upper()}


def another_member(row: Row) -> dict[str, Any]:
    return {"user_id": factories.person().pk}


def as_user(row: Row) -> dict[str, Any]:
    return {"role": "USER"}


def another_browser(row: Row) -> dict[str, Any]:
    return {"browser": "x" * 64}


#: Unique constraints: how the copy differs from the row (beside fields that are unique by themselves).
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_live_code": lambda row: {"digest": "0" * 64},
    "one_challenge_a_position": lambda row: {"question": "winter-memory"},
    "challenge_questions_differ": lambda row: {"position": 4},
    "user_email_once_in_any_case": shouted,
    "user_name_and_birth_once": another_person,
    "one_live_sub_account": lambda row: {"top_account_id": factories.account().pk},
    "one_live_membership": as_user,
    "one_trade_account_owner": another_member,
    "one_grant_on_a_type": lambda row: {"level": "FULL"},
    "one_grant_on_a_sub_account": lambda row: {"level": "NONE"},
    "one_live_visit": lambda row: {"everything_received": False},
    "one_live_cross_account_access": lambda row: {"filer_code": "AB1"},
    "one_access_grant_on_a_type": lambda row: {"level": "FULL"},
    "one_access_grant_on_a_sub_account": lambda row: {"level": "NONE"},
    "one_live_filer_code_link": lambda row: {"linked_by_id": factories.person().pk},
    "one_contact_for_a_user": lambda row: {"job_title": "Broker"},
    "one_place_on_the_top_account": lambda row: {},
    "one_place_on_a_sub_account": lambda row: {},
    "one_open_application_per_record": another_browser,
    "one_draft_per_browser": lambda row: {},
    "one_open_exporter_draft": lambda row: {},
    "one_open_dispute_per_ein": lambda row: {"text": "Again."},
    "one_pending_request_per_ein": lambda row: {"sub_account_id": authorization_samples.exporter().pk},
    "one_live_report_authorization": lambda row: {"ein": "52-1111111"},
    "one_affiliate_per_ein": lambda row: {"name": "Another name"},
    "one_document_of_a_kind": lambda row: {"original_name": "another.pdf"},
    "one_open_owner_proposal": lambda row: {"becomes": "USER"},
    "one_open_owner_change": lambda row: {"reason": "Again."},
    "one_version_of_a_number": lambda row: {"snapshot": {"city": "Another"}},
    "one_unfinished_load_of_a_file": lambda row: {"next_line": 9},
    "one_open_restore_request": lambda row: {"reason": "Again."},
    "letter_once_per_mailbox": lambda row: {"subject": "Another"},
    **mergers.COPIES,
    **desk.COPIES,
    **trade_applications.COPIES,
}
#: Rows that a unique constraint speaks of, where it is not the usual row of the table.
SOURCES: dict[str, Callable[[], Row]] = {
    "one_grant_on_a_sub_account": lambda: grant(own=True),
    "one_live_visit": visit,
    "one_access_grant_on_a_sub_account": lambda: access_grant(own=True),
    "one_contact_for_a_user": lambda: contact(user=True),
    "one_place_on_a_sub_account": lambda: place(on_sub_account=True),
    "one_draft_per_browser": factories.application_started,
    "challenge_questions_differ": lambda: _without_position_four(ROWS["verification.ChallengeAnswer"]()),
    **mergers.SOURCES,
}


def _without_position_four(row: Row) -> Row:
    type(row).objects.filter(user=row.user, position=4).delete()
    return row


@pytest.mark.parametrize("name", COPIES)
def test_a_second_row_is_refused(name: str) -> None:
    model, constraint = CONSTRAINTS[name]
    row = SOURCES.get(name, ROWS[model._meta.label])()
    row = model._default_manager.get(pk=row.pk)
    again = copy_of(row, same=set(), **COPIES[name](row))
    said = refused(lambda: model._default_manager.bulk_create([again]))
    if connection.vendor == "postgresql" or not constraint.fields:
        assert name in said
    else:
        columns = {f"{model._meta.db_table}.{model._meta.get_field(field).column}" for field in constraint.fields}
        assert all(column in said for column in columns), said


@pytest.mark.parametrize(("model", "field"), UNIQUE_FIELDS)
def test_a_value_that_is_given_once_is_not_given_again(model: type[models.Model], field: str) -> None:
    row = model._default_manager.get(pk=ROWS[model._meta.label]().pk)
    if getattr(row, field) in (None, ""):
        row = LINKED[f"{model._meta.label}.{field}"]()
    again = copy_of(row, same={field}, **APART.get(model._meta.label, lambda row: {})(row))
    said = refused(lambda: model._default_manager.bulk_create([again]))
    column = model._meta.get_field(field).column
    assert column in said, said


#: Rows whose unique link is set.
LINKED: dict[str, Callable[[], Row]] = {
    "exporters.ExporterApplication.sub_account": makers.processed,
    "exporters.ExporterDraft.sub_account": lambda: _finished_draft(),
    **trade_applications.LINKED,
}
#: Changes that keep a copy clear of the table's other constraints.
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "accounts.User": lambda row: {"email": f"{uuid4().hex}@trade.example", "date_of_birth": None},
    "importers.ImporterApplication": lambda row: {"record_id": factories.ImporterRecordFactory.create().pk},
    "exporters.ExporterDraft": lambda row: {"started_by_id": factories.person().pk},
    "exporters.EinDispute": lambda row: {"ein": "52-1111111"},
    "exporters.ReportAuthorization": lambda row: {
        "ein": "52-1111111",
        "sub_account_id": authorization_samples.exporter().pk,
    },
    "exporters.AuthorizationDocument": lambda row: {"authorization_id": _bare_request().pk},
    "form5106.RestoreRequest": lambda row: {"record_id": factories.ImporterRecordFactory.create().pk},
    "form5106.RecordVersion": lambda row: {"number": row.number + 1},
    "ownership.OwnerChange": lambda row: {"top_account_id": factories.account().pk},
    **mergers.APART,
    **trade_applications.APART,
}


def _bare_request() -> Row:
    request = authorization_samples.requested()
    request.documents.all().delete()
    return request


def _finished_draft() -> Row:
    draft = ROWS["exporters.ExporterDraft"]()
    type(draft).objects.filter(pk=draft.pk).update(sub_account=makers.exporter())
    draft.refresh_from_db()
    return draft


# --- Check -------------------------------------------------------------------------------------------------------
def now() -> Any:
    return clock.now()


def someone() -> User:
    return factories.officer(device=False)


def _asked(make: Callable[[], Row]) -> Callable[[], Row]:
    """A row about which the desk has asked something."""
    return lambda: filings.asked(make())


HALF_A_DATE = [{"fiscal_year_end_month": None}, {"fiscal_year_end_day": None}]
NO_DATE = [
    {"fiscal_year_end_month": 13, "fiscal_year_end_day": 1},
    {"fiscal_year_end_month": 0, "fiscal_year_end_day": 1},
    {"fiscal_year_end_month": 1, "fiscal_year_end_day": 32},
]
WITHOUT_SUB_ACCOUNT = [{"sub_account": None, "level": "NONE"}]
Changes = list[dict[str, Any]]

RECORD = factories.ImporterRecordFactory.create
#: Check constraints: the row, and every way to break it. A value may be a function, called when it is needed.
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "one_simulation_clock": [(ROWS["core.SimulationClock"], [{"id": 2}])],
    "message_sent_has_time": [(ROWS["core.Message"], [{"status": "SENT"}, {"sent_at": now}])],
    "message_sending_has_lease": [
        (ROWS["core.Message"], [{"status": "SENDING"}, {"lease": uuid4}, {"leased_until": now}])
    ],
    "message_secret_is_erased": [
        (
            ROWS["core.Message"],
            [{"secret": True, "status": "SENT", "sent_at": now}, {"secret": True, "status": "EXPIRED"}],
        )
    ],
    "code_lives_a_while": [(ROWS["verification.VerificationCode"], [{"expires_at": F("created_at")}])],
    "five_challenge_questions": [(ROWS["verification.ChallengeAnswer"], [{"position": 0}, {"position": 6}])],
    "user_temporary_password_state": [
        (
            ROWS["accounts.User"],
            [{"status": "FIRST_SIGN_IN"}, {"temporary_password_expires_at": now}, {"status": "NEW"}],
        )
    ],
    "topaccount_fiscal_year_end": [(ROWS["accounts.TopAccount"], [{"fiscal_year_end_month": 2}, *NO_DATE])],
    "sub_account_closed_later": [
        (ROWS["accounts.SubAccount"], [{"closed_at": F("created_at") - timedelta(seconds=1)}])
    ],
    "message_from_desk_has_author": [(ROWS["accounts.ApplicationMessage"], [{"author": None}, {"from_desk": False}])],
    "load_finished_later": [(ROWS["importers.RecordLoad"], [{"finished_at": F("started_at") - timedelta(seconds=1)}])],
    "membership_ended_later": [(membership, [{"ended_at": F("began_at") - timedelta(seconds=1)}])],
    "isf_roles_need_isf_portal": [(membership, [{"isf_roles": "FILER"}])],
    "grant_level_known": [(grant, [{"level": "SOME"}, {"level": ""}])],
    "grant_of_none_is_an_exception": [(grant, [{"level": "NONE"}]), (lambda: grant(own=True), WITHOUT_SUB_ACCOUNT)],
    "draft_of_a_new_or_a_known_person": [(ROWS["useraccess.UserDraft"], [{"person": someone}])],
    "draft_of_no_owner": [(ROWS["useraccess.UserDraft"], [{"role": "TAO"}])],
    "contact_named_once": [
        (contact, [{"user": someone}, {"first_name": ""}, {"last_name": ""}]),
        (lambda: contact(user=True), [{"user": None}, {"first_name": "Pat"}, {"email": "p@x.example"}, {"phone": "1"}]),
    ],
    "contact_removed_later": [(contact, [{"removed_at": F("created_at") - timedelta(seconds=1)}])],
    "contact_topic_known": [(place, [{"topic": "LUNCH"}, {"topic": ""}])],
    "activity_attachment_has_a_name": [
        (ROWS["useraccess.ActivityEntry"], [{"attachment": "a1"}, {"attachment_name": "letter.pdf"}])
    ],
    "action_item_closed_has_time": [
        (ROWS["useraccess.ActionItem"], [{"status": "DONE"}, {"status": "CANCELLED"}, {"closed_at": now}])
    ],
    "action_item_closed_later": [
        (
            ROWS["useraccess.ActionItem"],
            [{"status": "DONE", "closed_at": F("created_at") - timedelta(seconds=1)}],
        )
    ],
    "importerapplication_claimed_by_at": [
        (factories.application_submitted, [{"claimed_by": someone}, {"claimed_at": now}])
    ],
    "importerapplication_decided_by_at": [(factories.application_rejected, [{"decided_by": None}])],
    "importerapplication_fiscal_year_end": [(factories.application_submitted, [*HALF_A_DATE, *NO_DATE])],
    "importerapplication_submitted_at": [
        (factories.application_started, [{"status": "SUBMITTED"}, {"submitted_at": now}, {"status": "WITHDRAWN"}]),
        (factories.application_submitted, [{"submitted_at": None}, {"status": "VERIFIED"}, {"status": "EXPIRED"}]),
    ],
    "importerapplication_decided_at": [
        (factories.application_submitted, [{"status": "APPROVED"}, {"decided_by": someone, "decided_at": now}]),
        (factories.application_rejected, [{"status": "WITHDRAWN"}, {"decided_by": None, "decided_at": None}]),
    ],
    "exporterapplication_claimed_by_at": [(makers.submitted, [{"claimed_by": someone}, {"claimed_at": now}])],
    "exporterapplication_decided_by_at": [(makers.submitted, [{"decided_by": someone}, {"decided_at": now}])],
    "exporterapplication_fiscal_year_end": [(makers.submitted, [*HALF_A_DATE, *NO_DATE])],
    "exporterapplication_submitted_at": [(makers.submitted, [{"submitted_at": None}])],
    "exporterapplication_processed_at": [
        (makers.submitted, [{"processed_at": now}]),
        (makers.rejected, [{"processed_at": None}]),
    ],
    "exporterapplication_reason": [
        (makers.rejected, [{"reason": ""}]),
        (makers.submitted, [{"reason": "EIN_USED"}]),
    ],
    "exporterapplication_error": [(makers.failed, [{"error": ""}]), (makers.submitted, [{"error": "OSError"}])],
    "exporterapplication_sub_account": [
        (makers.processed, [{"sub_account": None}]),
        (makers.submitted, [{"sub_account": makers.exporter}]),
    ],
    "exporter_draft_step": [(ROWS["exporters.ExporterDraft"], [{"step": 0}, {"step": 5}])],
    "ein_dispute_resolved": [
        (
            ROWS["exporters.EinDispute"],
            [{"status": "RESOLVED"}, {"note": "x"}, {"resolved_at": now}, {"resolved_by": someone}],
        )
    ],
    "reportauthorization_decided": [
        (authorization_samples.requested, [{"decision_reason": "x"}, {"decided_at": now}, {"status": "DENIED"}]),
        (authorization_samples.approved, [{"decision_reason": ""}, {"decided_by": None}, {"status": "PENDING"}]),
    ],
    "reportauthorization_revoked": [
        (authorization_samples.approved, [{"status": "REVOKED"}, {"revoked_at": now}, {"revocation_reason": "x"}]),
        (authorization_samples.revoked, [{"revocation_reason": ""}, {"status": "AUTHORIZED"}]),
    ],
    "reportauthorization_ended": [
        (authorization_samples.requested, [{"ended_at": now}, {"status": "WITHDRAWN"}]),
        (authorization_samples.not_needed, [{"ended_at": None}]),
    ],
}
BREAKS |= {
    "ownerproposal_ended": [
        (owners.proposed, [{"ended_at": now}, {"status": "ACCEPTED"}, {"status": "NEW"}]),
        (owners.accepted, [{"ended_at": None}, {"ended_at": F("proposed_at") - timedelta(seconds=1)}]),
    ],
    "ownerproposal_of_another": [(owners.proposed, [{"successor": F("proposed_by")}])],
    "ownerproposal_becomes": [(owners.proposed, [{"becomes": "TAO"}, {"becomes": ""}])],
    "ownerchange_successor": [
        (owners.submitted, [{"successor": someone}, {"new_email": ""}, {"new_date_of_birth": None}]),
        (lambda: owners.submitted(*owners.with_colleague()), [{"successor": None}, {"new_first_name": "Kim"}]),
    ],
    "ownerchange_becomes": [(owners.submitted, [{"becomes": "PTAO"}, {"becomes": ""}])],
    "ownerchange_submitted_at": [
        (owners.submitted, [{"submitted_at": None}]),
        (owners.begun, [{"submitted_at": now}, {"status": "SUBMITTED"}]),
    ],
    "ownerchange_decided": [
        (owners.submitted, [{"decided_at": now}, {"decided_by": someone}, {"decision_text": "x"}]),
        (owners.waiting, [{"decided_at": None}, {"decided_by": None}, {"decision_text": ""}]),
    ],
    "ownerchange_waiting_until": [
        (owners.submitted, [{"waiting_until": now}]),
        (owners.waiting, [{"waiting_until": None}]),
    ],
    "ownerchange_objected": [
        (owners.waiting, [{"status": "OBJECTED"}, {"objected_by": someone}]),
        (owners.objected, [{"objected_at": None}, {"objected_by": None}]),
    ],
    "ownerchange_settled": [
        (owners.objected, [{"settled_at": now}, {"settled_by": someone}, {"settled_text": "x"}]),
        (owners.upheld, [{"settled_at": None}, {"settled_by": None}, {"settled_text": ""}]),
    ],
    "ownerchange_new_owner": [
        (owners.submitted, [{"new_owner": someone}]),
        (owners.executed, [{"new_owner": None}]),
    ],
    "ownerchange_ended_at": [
        (owners.submitted, [{"ended_at": now}]),
        (owners.rejected, [{"ended_at": None}]),
    ],
    "ownerchange_stop_reason": [
        (owners.submitted, [{"stop_reason": "x"}]),
        (owners.stopped, [{"stop_reason": ""}]),
    ],
}
BREAKS |= {
    "visitors_are_users": [
        (visit, [{"role": "PTAO"}, {"via": None}]),
        (membership, [{"everything_received": True}]),
    ],
    "limit_is_whole_and_for_users": [
        (limited, [{"limit_filer_code": ""}, {"limit_sub_account": None}, {"role": "PTAO"}]),
        (membership, [{"limit_filer_code": "AB1"}]),
    ],
    "filer_code_link_ended_later": [
        (filer_code_link, [{"ended_at": F("linked_at") - timedelta(seconds=1)}, {"ended_by": F("linked_by")}])
    ],
    "filer_code_link_of_a_code": [(filer_code_link, [{"filer_code": ""}])],
    "cross_account_access_to_another": [(offered, [{"recipient": F("grantor")}])],
    "cross_account_access_ended": [
        (offered, [{"ended_at": now}, {"status": "WITHDRAWN"}]),
        (approved, [{"ended_at": now}, {"status": "REVOKED"}]),
    ],
    "cross_account_access_began": [
        (offered, [{"began_at": now}, {"status": "ACTIVE"}]),
        (approved, [{"began_at": None}]),
    ],
    "cross_account_isf_roles_need_isf_portal": [(offered, [{"isf_roles": "FILER"}])],
    "power_of_attorney_whole": [
        (offered, [{"attorney_kind": "GENERAL"}, {"attorney_file": "a/1"}]),
        (requested, [{"attorney_kind": ""}, {"attorney_signed_on": None}, {"attorney_file": ""}]),
        (lambda: requested(limited=True), [{"attorney_ends_on": None}]),
    ],
    "power_of_attorney_bounds_the_access": [
        (approved, [{"ends_on": F("attorney_ends_on") + timedelta(days=1)}, {"ends_on": None}])
    ],
    "importerrecord_second_name": [(RECORD, [{"second_name": "Old Harbor"}, {"name_qualifier": "DBA"}])],
    "importerrecord_is_somewhere": [(RECORD, [{"address_type": "6"}, {"address_type": "7"}, {"address_type": "8"}])],
    "importerrecord_is_in_no_box": [(RECORD, [{"physical_address_type": "6"}, {"physical_address_type": "7"}])],
    "importerrecord_bond_number": [(RECORD, [{"bond_is_continuous": True}])],
    "importerrecord_version": [(RECORD, [{"version": 0}])],
    "filing_of_a_record": [
        (filings.at_the_desk, [{"base_version": None}, {"record": None}, {"actions": "NEW"}]),
        (filings.begun, [{"actions": "NAME"}, {"base_version": 1}]),
    ],
    "filing_submitted_at": [
        (filings.at_the_desk, [{"submitted_at": None}, {"status": "DRAFT"}]),
        (_asked(filings.at_the_desk), [{"submitted_at": None}]),
        (filings.begun, [{"submitted_at": now}, {"status": "SUBMITTED"}]),
    ],
    "filing_ended_at": [
        (filings.at_the_desk, [{"ended_at": now}, {"status": "WITHDRAWN"}]),
        (_asked(filings.at_the_desk), [{"ended_at": now}]),
        (filings.submitted, [{"ended_at": None}]),
    ],
    "filing_applied_version": [
        (filings.submitted, [{"applied_version": None}, {"record": None}]),
        (filings.at_the_desk, [{"applied_version": 2}]),
    ],
    "filing_reject_code": [
        (filings.at_the_desk, [{"reject_code": "MVM"}, {"status": "REJECTED", "ended_at": now}]),
    ],
    "filing_reason": [
        (filings.at_the_desk, [{"reason": "NO_ANSWER"}]),
        (filings.submitted, [{"reason": "NO_ANSWER"}]),
    ],
    "recordversion_number": [(ROWS["form5106.RecordVersion"], [{"number": 0}])],
    "assignednumbers_last": [(ROWS["form5106.AssignedNumbers"], [{"last": 100000}])],
    "restorerequest_decided": [
        (filings.restore_requested, [{"decided_at": now}, {"decision_text": "No."}, {"status": "GRANTED"}]),
        (filings.restore_requested, [{"status": "CLOSED"}]),
        (
            _asked(filings.restore_requested),
            [
                {"decided_at": now},
                {"decision_text": "No."},
                {"status": "CLOSED", "decided_at": now, "decided_by": someone},
                {"status": "CLOSED", "decided_at": now, "decision_text": "No."},
            ],
        ),
    ],
    "access_grant_level_known": [(access_grant, [{"level": "SOME"}, {"level": ""}])],
    "access_grant_of_none_is_an_exception": [
        (access_grant, [{"level": "NONE"}]),
        (lambda: access_grant(own=True), WITHOUT_SUB_ACCOUNT),
    ],
}
BREAKS |= mergers.BREAKS | desk.BREAKS | trade_applications.BREAKS
#: Of rows that are never changed: a broken one is added instead.
WRITTEN_ONCE = {"activity_attachment_has_a_name"}
ATTEMPTS = [
    pytest.param(name, make, changes, id=f"{name}: {', '.join(changes)} #{number}")
    for name, ways in BREAKS.items()
    for make, several in ways
    for number, changes in enumerate(several)
]


@pytest.mark.parametrize(("name", "make", "changes"), ATTEMPTS)
def test_a_row_that_breaks_its_promise_is_refused(name: str, make: Callable[[], Row], changes: dict[str, Any]) -> None:
    row = make()
    values = {
        field: value() if callable(value) and not isinstance(value, F) else value for field, value in changes.items()
    }
    rows = CONSTRAINTS[name][0]._default_manager
    if name in WRITTEN_ONCE:
        assert name in refused(lambda: rows.bulk_create([copy_of(row, same=set(), **values)]))
    else:
        assert name in refused(lambda: rows.filter(pk=row.pk).update(**values))


# --- All of them -------------------------------------------------------------------------------------------------
def test_every_constraint_is_broken_above() -> None:
    assert {*COPIES, *BREAKS} == set(CONSTRAINTS)
    for name in COPIES:
        assert isinstance(CONSTRAINTS[name][1], models.UniqueConstraint)
    for name in BREAKS:
        assert isinstance(CONSTRAINTS[name][1], models.CheckConstraint)


def test_every_table_with_a_promise_has_a_row_to_break() -> None:
    promising = {model for model, _ in CONSTRAINTS.values()} | {param.values[0] for param in UNIQUE_FIELDS}
    assert {model._meta.label for model in promising} == set(ROWS)


def test_nothing_a_decision_points_at_can_be_deleted() -> None:
    application = factories.application_approved()
    account = factories.account_of(application)
    for row in (account, account.sub_accounts.get(), application.decided_by, application.record):
        with pytest.raises(models.ProtectedError):
            row.delete()
    assert ImporterApplication.objects.count() == ImporterRecord.objects.count() == 1
