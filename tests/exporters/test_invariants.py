"""What the database itself keeps from being untrue, tried through SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from exporters import actions
from exporters.models import EinDispute, ExporterDraft
from tests import factories
from tests.exporters import makers

pytestmark = pytest.mark.django_db


def refused(sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_one_open_draft_for_each_person_and_account() -> None:
    account = factories.account()
    owner = factories.owner_of(account)
    draft = makers.draft(account, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExporterDraft.objects.create(
            top_account=account, started_by=owner, created_at=draft.created_at, updated_at=draft.updated_at
        )
    refused(f"UPDATE exporters_exporterdraft SET step = 5 WHERE id = {draft.pk}")  # noqa: S608


def test_one_live_exporter_for_each_ein() -> None:
    first, second = makers.exporter(), makers.exporter()
    refused(f"UPDATE accounts_subaccount SET identifier = '{first.identifier}' WHERE id = {second.pk}")  # noqa: S608


def test_one_open_dispute_for_each_account_and_ein() -> None:
    holder = makers.exporter()
    account = factories.account()
    owner = factories.owner_of(account)
    first = actions.dispute_ein(holder.identifier, account, text="Ours.", by=owner)
    second = actions.dispute_ein(makers.exporter().identifier, account, text="Ours, too.", by=owner)
    refused(f"UPDATE exporters_eindispute SET ein = '{first.ein}' WHERE id = {second.pk}")  # noqa: S608
    actions.resolve_dispute(first, note="Free now.", by=factories.officer())
    assert actions.dispute_ein(holder.identifier, account, text="Still ours.", by=owner) != first
    assert EinDispute.objects.count() == 3


def test_one_sub_account_for_each_accepted_application() -> None:
    first, second = makers.processed(), makers.processed()
    refused(
        f"UPDATE exporters_exporterapplication SET sub_account_id = {first.sub_account_id} WHERE id = {second.pk}"  # noqa: S608
    )
