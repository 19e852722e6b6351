"""The pages on which an access is offered, asked for, approved and changed."""

from typing import Any

import pytest
from django.test import Client

from ace_portal.core.models import Message
from tests import factories
from tests.importers.screens import errors, text_of
from tests.useraccess.access_samples import (
    CONTACTS,
    DETAILS,
    LOG,
    OFFER,
    PLAN,
    Pair,
    Status,
    at,
    attorney,
    cells,
    in_days,
    looked_at,
    pdf,
    shown,
    typed_day,
    upload,
)
from tests.useraccess.people_samples import importer
from useraccess.actions import cross_account as actions
from useraccess.models import CrossAccountAccess, Level
from useraccess.rights import ISF_ROLES, Rights, rights_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    return Pair()


@pytest.fixture
def client(pair: Pair) -> Client:
    """The browser of the importer's owner."""
    return pair.browser("client's owner")


@pytest.fixture
def broker(pair: Pair) -> Client:
    """The browser of the broker's owner."""
    return pair.browser("broker's owner")


def offer_typed(pair: Pair, **changes: Any) -> dict[str, Any]:
    """What somebody types to offer the broker read-only access."""
    known = {"user_id": pair["broker's owner"].account_id, "ace_id": pair.broker.ace_id, "top_account": "Yes"}
    return {**known, "ends_on": "", **cells({DETAILS: "READ"}), **changes}


# --- Offer -------------------------------------------------------------------------------------------------------
def test_an_offer_is_looked_at_and_sent(pair: Pair, client: Client, broker: Client) -> None:
    url = at("access-offer", pair.client)
    until = in_days(90)
    page = client.post(url, offer_typed(pair, ends_on=typed_day(until)))
    assert not CrossAccountAccess.objects.exists(), "nothing is sent yet"
    assert ("End date", typed_day(until)) in shown(page)
    assert ("Importer, all sub-accounts: Importer record (5106)", "Read-Only") in shown(page)
    assert pair["broker's owner"].account_id in page.content.decode()
    answer = client.post(url, looked_at(page))
    access = CrossAccountAccess.objects.get()
    assert answer["Location"] == at("access", access)
    assert (access.grantor, access.recipient, access.ends_on) == (pair.client, pair.broker, until)
    assert rights_of(access) == Rights(top_account_access=True, grid={DETAILS: Level.READ})
    mail = Message.objects.get(template="useraccess/access_offered")
    assert mail.to_address == pair["broker's owner"].email and at("access", access) in mail.body
    assert "Accept" in text_of(broker.get(at("access", access)))


def test_everything_that_is_missing_is_said(pair: Pair, client: Client) -> None:
    answer = client.post(at("access-offer", pair.client), {})
    assert errors(answer) == [
        "Existing User ID is required.",
        "Top Account ACE ID is required.",
        "Access to Top Account is required.",
    ]


@pytest.mark.parametrize(
    ("ends_on", "sentence"),
    [
        ("13/45/2026", "End date: Write the day as MM/DD/YYYY, such as 12/31/2026."),
        ("yesterday", "End date: Write the day as MM/DD/YYYY, such as 12/31/2026."),
        (None, "The end date has passed. Choose today or a later day."),
    ],
)
def test_an_end_date_that_cannot_be_is_refused(pair: Pair, client: Client, ends_on: str | None, sentence: str) -> None:
    typed = offer_typed(pair, ends_on=typed_day(in_days(-1)) if ends_on is None else ends_on)
    answer = client.post(at("access-offer", pair.client), typed)
    assert errors(answer) == [sentence]
    assert answer.context["grid"].rights.grid == {DETAILS: Level.READ}, "nothing that was chosen is lost"


def test_an_offer_that_fits_nobody_comes_back_with_everything_as_it_was_typed(pair: Pair, client: Client) -> None:
    url = at("access-offer", pair.client)
    page = client.post(url, offer_typed(pair, user_id="nobody", ends_on=typed_day(in_days(9))))
    answer = client.post(url, looked_at(page))
    assert errors(answer) == [f"Existing User ID: {actions.NO_SUCH_RECIPIENT}"] or errors(answer) == [
        actions.NO_SUCH_RECIPIENT
    ]
    form = answer.context["form"]
    assert "user_id" in form.errors
    assert (form["user_id"].value(), form["ace_id"].value()) == ("nobody", pair.broker.ace_id)
    assert (form["top_account"].value(), form["ends_on"].value()) == ("Yes", typed_day(in_days(9)))
    assert answer.context["grid"].rights.grid == {DETAILS: Level.READ}


def test_a_second_offer_to_the_same_company_is_told_apart(pair: Pair, client: Client) -> None:
    pair.offered()
    url = at("access-offer", pair.client)
    answer = client.post(url, looked_at(client.post(url, offer_typed(pair))))
    assert errors(answer) == [actions.ONE_AT_A_TIME]


def test_going_back_from_the_summary_loses_nothing(pair: Pair, client: Client) -> None:
    url = at("access-offer", pair.client)
    own = DETAILS._replace(sub_account=pair.importer.pk)
    page = client.post(url, offer_typed(pair, **cells({own: "NONE"})))
    page = client.post(url, looked_at(page) | {"back": "1"})
    assert page.context["form"]["ace_id"].value() == pair.broker.ace_id
    assert page.context["grid"].rights.grid == {DETAILS: Level.READ, own: Level.NONE}
    assert not errors(page)


def test_full_access_for_all_says_its_surprise_and_keeps_what_was_typed(pair: Pair, client: Client) -> None:
    page = client.post(at("access-offer", pair.client), {"user_id": "half", "top_account": "No", "all": "READ"})
    assert "also sets ISF Portal to Yes" in page.content.decode()
    assert page.context["form"]["user_id"].value() == "half" and not errors(page)
    rights = page.context["grid"].rights
    assert rights.isf_portal and rights.isf_roles == set(ISF_ROLES) and rights.grid[DETAILS] is Level.READ


def test_a_summary_serves_the_one_decision_it_was_made_for(pair: Pair, client: Client) -> None:
    page = client.post(at("access-offer", pair.client), offer_typed(pair))
    access = pair.active()
    assert client.post(at("access-change", access), looked_at(page)).status_code == 404
    assert client.post(at("access-offer", pair.client), {"looked_at": "forged"}).status_code == 404


# --- Ask ---------------------------------------------------------------------------------------------------------
def asked(pair: Pair, **changes: Any) -> dict[str, Any]:
    """What a broker types to ask the client for read-only access."""
    known = {
        "client": pair.client.ace_id,
        "filer_code": "ow1",
        "attorney_kind": "LIMITED",
        "attorney_signed_on": typed_day(in_days(-30)),
        "attorney_ends_on": typed_day(in_days(60)),
        "attorney_file": upload(name="poa.pdf"),
        "top_account": "No",
        **cells({DETAILS: "FULL", PLAN: "READ"}),
    }
    return {name: value for name, value in (known | changes).items() if value is not None}


@pytest.mark.parametrize("by", ["ACE ID", "importer number", "importer number in other words"])
def test_a_broker_asks_by_either_number(pair: Pair, broker: Client, by: str) -> None:
    number = pair.importer.identifier
    spelled = {"ACE ID": f" {pair.client.ace_id} ", "importer number": number}.get(by, number.replace("-", " "))
    answer = broker.post(at("access-ask", pair.broker), asked(pair, client=spelled))
    access = CrossAccountAccess.objects.get()
    assert answer["Location"] == at("access", access)
    assert (access.grantor, access.recipient, access.filer_code) == (pair.client, pair.broker, "OW1")
    assert access.attorney_kind == "LIMITED" and access.attorney_ends_on == access.ends_on == in_days(60)
    assert rights_of(access).grid == {DETAILS: Level.FULL, PLAN: Level.READ}
    mail = Message.objects.get(template="useraccess/access_requested")
    assert mail.to_address == pair["client's owner"].email and at("access", access) in mail.body


def test_the_broker_sees_no_sub_account_of_anybody(pair: Pair, broker: Client) -> None:
    own = importer(pair.broker)
    page = broker.get(at("access-ask", pair.broker))
    assert own.masked_identifier not in page.content.decode()
    for sub_account in (own, pair.importer):
        forged = cells({DETAILS._replace(sub_account=sub_account.pk): "FULL"})
        answer = broker.post(at("access-ask", pair.broker), asked(pair, **forged))
        assert answer.context["grid"].error and not CrossAccountAccess.objects.exists()


FILE_AGAIN = "Choose the PDF file again before you send the request: a browser never keeps it. Your answers are kept."


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"filer_code": "AB"}, "filer_code", "A filer code has three letters or digits, such as AB1."),
        ({"filer_code": "A-1"}, "filer_code", "A filer code has three letters or digits, such as AB1."),
        ({"filer_code": "äb1"}, "filer_code", "A filer code is written with plain letters, digits"),
        ({"attorney_ends_on": ""}, "attorney_ends_on", "A limited power of attorney has a last day. Enter it."),
        ({"attorney_kind": ""}, "attorney_kind", "Kind of power of attorney is required."),
        ({"attorney_signed_on": ""}, "attorney_signed_on", "Date signed is required."),
        ({"client": "12"}, "client", "This is not an importer number"),
        ({"client": "9" * 10}, "client", "This is not an importer number"),
        ({"attorney_file": None}, "attorney_file", "Power of attorney is required."),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(
    pair: Pair, broker: Client, changes: dict[str, Any], field: str, sentence: str
) -> None:
    answer = broker.post(at("access-ask", pair.broker), asked(pair, **changes))
    assert answer.context["form"].errors[field][0].startswith(sentence)
    if "attorney_file" not in changes:
        assert answer.context["form"].errors["attorney_file"] == [FILE_AGAIN]
    assert not CrossAccountAccess.objects.exists()
    assert answer.context["form"]["filer_code"].value() == changes.get("filer_code", "ow1")
    assert answer.context["grid"].rights.grid == {DETAILS: Level.FULL, PLAN: Level.READ}


@pytest.mark.parametrize(
    ("signed", "until", "field", "sentence"),
    [
        (1, 60, "attorney_signed_on", "This day is still to come. Enter the day it was signed."),
        (-30, -30, "attorney_ends_on", "Valid until must be after the date signed."),
        (-30, -31, "attorney_ends_on", "Valid until must be after the date signed."),
        (-30, -1, "attorney_ends_on", "The power of attorney has run out. Ask your client for a new one."),
    ],
)
@pytest.mark.parametrize("kind", ["LIMITED", "GENERAL"])
def test_the_days_of_a_power_of_attorney_fit_together(
    pair: Pair, broker: Client, signed: int, until: int, field: str, sentence: str, kind: str
) -> None:
    days = {"attorney_signed_on": typed_day(in_days(signed)), "attorney_ends_on": typed_day(in_days(until))}
    answer = broker.post(at("access-ask", pair.broker), asked(pair, attorney_kind=kind, **days))
    assert answer.context["form"].errors[field] == [sentence]


def test_a_general_power_of_attorney_may_have_no_last_day(pair: Pair, broker: Client) -> None:
    broker.post(at("access-ask", pair.broker), asked(pair, attorney_kind="GENERAL", attorney_ends_on=""))
    access = CrossAccountAccess.objects.get()
    assert access.ends_on is access.attorney_ends_on is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04", "The file is not a PDF document"),
        (pdf()[:-20], "The PDF is incomplete or damaged"),
        (pdf(padding=10 * 1024 * 1024), "The file is larger than 10 MB."),
    ],
)
def test_only_a_whole_pdf_of_up_to_10_mb_is_taken(pair: Pair, broker: Client, content: bytes, said: str) -> None:
    answer = broker.post(at("access-ask", pair.broker), asked(pair, attorney_file=upload(content)))
    assert answer.context["form"].errors["attorney_file"][0].startswith(said)


def test_a_client_that_does_not_exist_is_said_at_the_field(pair: Pair, broker: Client) -> None:
    answer = broker.post(at("access-ask", pair.broker), asked(pair, client=factories.importer_number()))
    assert answer.context["form"].errors["client"] == [actions.NO_SUCH_CLIENT]
    assert answer.context["form"].errors["attorney_file"] == [FILE_AGAIN]


def test_read_only_for_all_keeps_what_was_typed_so_far(pair: Pair, broker: Client) -> None:
    answer = broker.post(at("access-ask", pair.broker), {"client": "12-3", "attorney_kind": "GENERAL", "all": "READ"})
    assert answer.context["form"]["client"].value() == "12-3" and not errors(answer)
    assert answer.context["grid"].rights.isf_portal


# --- Approve -----------------------------------------------------------------------------------------------------
def test_a_request_is_trimmed_looked_at_and_approved(pair: Pair, client: Client, broker: Client) -> None:
    access = pair.requested(poa=attorney("LIMITED", ends_on=in_days(60)))
    url = at("access-approve", access)
    page = client.get(url)
    assert page.context["grid"].rights == OFFER and page.context["form"]["ends_on"].value() == typed_day(in_days(60))
    assert (
        pair.importer.masked_identifier in page.content.decode()
        and at("access-attorney", access) in page.content.decode()
    )
    own = DETAILS._replace(sub_account=pair.importer.pk)
    chosen = {
        "top_account": "No",
        "ends_on": typed_day(in_days(30)),
        **cells({DETAILS: "READ", LOG: "NONE", own: "FULL"}),
    }
    page = client.post(url, chosen)
    changes = {one["what"]: (one["before"], one["after"]) for one in page.context["changes"]}
    assert changes["Access to Top Account"] == ("Yes", "No")
    assert changes["Business Activity Log"] == ("Read-Only", "None")
    answer = client.post(url, looked_at(page), follow=True)
    assert "Old Wharf Brokers may work in your account now." in answer.content.decode()
    access.refresh_from_db()
    assert access.status == Status.ACTIVE and access.ends_on == in_days(30)
    assert rights_of(access) == Rights(grid={DETAILS: Level.READ, own: Level.FULL})
    assert broker.get(url).status_code == 403


def test_a_limited_power_of_attorney_bounds_the_end_date_and_fills_it_in(pair: Pair, client: Client) -> None:
    access = pair.requested(poa=attorney("LIMITED", ends_on=in_days(60)))
    url, chosen = at("access-approve", access), {"top_account": "No", **cells({DETAILS: "READ"})}
    answer = client.post(url, chosen | {"ends_on": typed_day(in_days(61))})
    until = typed_day(in_days(60))
    assert answer.context["form"].errors["ends_on"] == [
        f"The power of attorney ends on {until}: the access cannot last longer."
    ]
    page = client.post(url, chosen | {"ends_on": ""})
    assert ("End date", until) in shown(page)


def test_a_request_that_was_withdrawn_meanwhile_is_said(pair: Pair, client: Client) -> None:
    access = pair.requested()
    url = at("access-approve", access)
    page = client.post(url, {"top_account": "No", "ends_on": "", **cells({DETAILS: "READ"})})
    actions.withdraw(access, by=pair["broker's owner"])
    answer = client.post(url, looked_at(page), follow=True)
    assert "This access is withdrawn meanwhile." in answer.content.decode()


# --- Change ------------------------------------------------------------------------------------------------------
def changed(access: CrossAccountAccess, **changes: str) -> dict[str, str]:
    """What the grid page sends when nothing but `changes` was touched."""
    granted = rights_of(access)
    return {
        "version": str(access.version),
        "top_account": "Yes" if granted.top_account_access else "No",
        "ends_on": typed_day(access.ends_on) if access.ends_on else "",
        **cells({at: str(level) for at, level in granted.grid.items()}),
        **changes,
    }


def test_a_change_is_looked_at_before_it_is_saved(pair: Pair, client: Client) -> None:
    access = pair.active()
    url = at("access-change", access)
    page = client.post(url, changed(access, ends_on=typed_day(in_days(5)), **cells({DETAILS: "READ"})))
    assert [(one["what"], one["before"], one["after"]) for one in page.context["changes"]] == [
        ("End date", "None", typed_day(in_days(5))),
        ("Importer, all sub-accounts: Importer record (5106)", "Full", "Read-Only"),
    ]
    answer = client.post(url, looked_at(page), follow=True)
    access.refresh_from_db()
    assert (access.ends_on, access.version) == (in_days(5), 2)
    assert rights_of(access).grid == {DETAILS: Level.READ, LOG: Level.READ}
    assert "Importer, all sub-accounts: Importer record (5106): Full → Read-Only" in text_of(answer)
    assert Message.objects.filter(
        template="useraccess/access_changed", to_address=pair["broker's owner"].email
    ).exists()


def test_nothing_changed_is_said(pair: Pair, client: Client) -> None:
    access = pair.active()
    answer = client.post(at("access-change", access), changed(access), follow=True)
    assert "Nothing was changed." in answer.content.decode()


@pytest.mark.parametrize("when", ["before the summary", "after the summary"])
def test_whoever_was_overtaken_sees_both_changes_together(pair: Pair, client: Client, when: str) -> None:
    access = pair.active(ends_on=in_days(50))
    url, mine = at("access-change", access), changed(access, top_account="No", **cells({CONTACTS: "READ"}))
    page = client.post(url, mine) if when == "after the summary" else None
    faster = Rights(top_account_access=True, grid={DETAILS: Level.READ, LOG: Level.READ})
    actions.update(access, granted=faster, ends_on=in_days(20), version=1, by=pair["client's owner"])
    page = client.post(url, looked_at(page) if page else mine)
    assert "changed this while you were looking at it" in page.content.decode()
    assert page.context["grid"].rights.grid == {DETAILS: Level.READ, LOG: Level.READ, CONTACTS: Level.READ}
    form = page.context["form"]
    assert (form["top_account"].value(), form["ends_on"].value()) == ("No", typed_day(in_days(20)))
    assert page.context["version"] == 2
    told = [(one["what"], one["after"]) for one in page.context["meanwhile"]["changes"]]
    assert told == [
        ("End date", typed_day(in_days(20))),
        ("Importer, all sub-accounts: Importer record (5106)", "Read-Only"),
    ]
    access.refresh_from_db()
    assert CONTACTS not in rights_of(access).grid, "nothing was saved yet"
