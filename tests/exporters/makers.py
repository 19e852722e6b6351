"""Exporter applications and sub-accounts in every state, made by the decisions that lead there."""

from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import SubAccount, TopAccount, User
from exporters import actions
from exporters.actions import application as processing
from exporters.models import ExporterApplication, ExporterDraft
from tests import factories
from tests.core.sample import Page, words
from tests.importers.screens import errors, text_of

__all__ = ["errors", "text_of"]

#: What a newcomer types into the form, by field name.
TYPED = {
    "ein": "98-7654321",
    "company_name": "Copper Kettle Exports LLC",
    "country": "US",
    "street_address": "100 Main Street",
    "city": "Baltimore",
    "state": "MD",
    "postal_code": "21201",
    "fiscal_year_end_0": "9",
    "fiscal_year_end_1": "30",
    "duns": "15-048-3782",
    "owner_first_name": "Toni",
    "owner_middle_name": "",
    "owner_last_name": "Kettle",
    "owner_date_of_birth": "03/21/1985",
    "owner_phone": "410-555-0123",
    "owner_fax": "",
    "email": "toni@kettle.example",
    "email_again": "toni@kettle.example",
    "terms": "on",
    "picture_token": "any",
    "picture": "PASSED",
    "key": "",
}
COMPANY = {
    "ein": "98-7654321",
    "legal_name": "Copper Kettle Exports LLC",
    "doing_business_as": "",
    "duns": "",
    "naics": "",
}
ADDRESSES = {
    "mailing_country": "US",
    "mailing_street_address": "PO Box 12",
    "mailing_city": "Baltimore",
    "mailing_state": "MD",
    "mailing_postal_code": "21201",
    "physical_country": "US",
    "physical_street_address": "100 Main Street",
    "physical_city": "Baltimore",
    "physical_state": "MD",
    "physical_postal_code": "21201",
}
CONTACTS = {
    "first_first_name": "Kim",
    "first_last_name": "Harbor",
    "first_title": "Export Manager",
    "first_phone": "410-555-0123",
    "first_fax": "",
    "first_email": "kim@kettle.example",
    **{f"second_{name}": "" for name in ("first_name", "last_name", "title", "phone", "fax", "email")},
}


def ein() -> str:
    """A fresh EIN in normal form."""
    return f"98-{factories.serial():07d}"


def submitted(**facts: Any) -> ExporterApplication:
    """An application that waits for a worker; `facts` are fields of ExporterApplication."""
    number = factories.serial()
    answers = {
        "ein": ein(),
        "company_name": f"Exporter {number} LLC",
        "country": "US",
        "street_address": "100 Main Street",
        "city": "Baltimore",
        "state": "MD",
        "postal_code": "21201",
        "fiscal_year_end_month": 9,
        "fiscal_year_end_day": 30,
        "duns": "15-048-3782",
        "owner_first_name": "Toni",
        "owner_middle_name": "",
        "owner_last_name": f"Kettle{number}",
        "owner_date_of_birth": date(1985, 3, 21),
        "owner_phone": "+14105550123",
        "owner_fax": "",
        "applicant_email": f"toni{number}@kettle.example",
    }
    # Last names carry digits only here, to be different; the form would refuse them.
    return actions.submit(
        answers=answers | facts,
        key=f"key {number}",
        browser=f"browser {number}",
        ip=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    )


def processed(**facts: Any) -> ExporterApplication:
    """An application a worker has decided."""
    row = submitted(**facts)
    assert actions.process(row.pk)
    row.refresh_from_db()
    return row


def rejected(**facts: Any) -> ExporterApplication:
    """An application whose EIN is used already."""
    return processed(ein=processed().ein, **facts)


class Breakdown(RuntimeError):
    """An error nobody thought of."""


def break_processing(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    """Let the last step of opening an account fail, after everything else was written."""

    def fail(*_: object, **__: object) -> None:
        raise error or Breakdown("the words of an error may quote 98-7654321")

    monkeypatch.setattr(processing, "open_exporter", fail)


def failed(**facts: Any) -> ExporterApplication:
    """An application whose processing was stopped by an error."""
    with pytest.MonkeyPatch.context() as patch:
        break_processing(patch)
        return processed(**facts)


def exporter(top_account: TopAccount | None = None, number: str = "", name: str = "") -> SubAccount:
    """An exporter sub-account under a top account, made by its owner."""
    top_account = top_account or factories.account()
    address = {
        "country": "US",
        "street_address": "100 Main Street",
        "city": "Baltimore",
        "state": "MD",
        "postal_code": "21201",
    }
    facts = actions.ExporterFacts(
        ein=number or ein(),
        name=name or f"Exporter {factories.serial()} LLC",
        mailing=address,
        physical=address,
        contacts=[],
    )
    return actions.open_exporter(top_account, facts, by=factories.owner_of(top_account))


def importer(top_account: TopAccount | None = None, number: str = "") -> SubAccount:
    """An importer sub-account with this importer number under a top account."""
    top_account = top_account or factories.account()
    return factories.accounts.open_sub_account(
        top_account,
        account_type="IMPORTER",
        identifier=number or factories.importer_number(),
        name="An Importer",
        by=None,
    )


def draft(top_account: TopAccount, by: User, **changes: str) -> ExporterDraft:
    """Create Exporter, filled in up to the review; `changes` go to the company step."""
    begun = actions.start_draft(top_account, by=by)
    steps = {"company": COMPANY | {"ein": ein()} | changes, "addresses": ADDRESSES, "contacts": CONTACTS}
    for number, (name, typed) in enumerate(steps.items(), start=2):
        actions.keep_step(begun, name=name, typed=typed, next_step=number, by=by)
    return begun


def page(draft: ExporterDraft, name: str) -> str:
    """The address of a step, or another page of a draft."""
    return reverse(f"exporters:{name}", args=[draft.token])


def apply(client: Client, **changes: Any) -> HttpResponse:
    """The form, sent with TYPED, changed."""
    return client.post("/apply/exporter/", TYPED | changes)


def heading(answer: HttpResponse) -> str:
    """The page's heading."""
    return words(Page(answer.content.decode()).one("h1").text)
