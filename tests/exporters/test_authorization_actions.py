"""What can be done to a request in each of its states, by whom, and what comes of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from exporters.actions import authorization as actions
from exporters.models.authorization import AuthorizationDocument, ReportAuthorization, status_of
from tests import factories
from tests.exporters.authorization_samples import (
    DETAILS,
    STATES,
    analyst,
    approved,
    close,
    denied,
    ein,
    exporter,
    importer,
    leave,
    letters,
    owner_of,
    requested,
    revoked,
)
from useraccess.models import Role

pytestmark = pytest.mark.django_db
DECISIONS: dict[str, Callable[..., ReportAuthorization]] = {
    "approve": actions.approve,
    "deny": actions.deny,
    "revoke": actions.revoke,
}
#: From each state, what each button leads to; what is missing is refused.
STEPS = {
    ("PENDING", "approve"): "AUTHORIZED",
    ("PENDING", "deny"): "DENIED",
    ("AUTHORIZED", "revoke"): "REVOKED",
}
#: What the sub-account shows after each state of its latest request.
SHOWN = {
    "PENDING": "Pending",
    "AUTHORIZED": "Authorized",
    "DENIED": "Denied",
    "REVOKED": "Not Authorized",
    "NOT_NEEDED": "Not Authorized",
}


def stored(private: Path) -> list[Path]:
    return [path for path in private.rglob("*") if path.is_file()]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("decision", DECISIONS)
def test_each_decision_from_each_state(state: str, decision: str) -> None:
    row = STATES[state]()
    mails, events = Message.objects.filter(about=ref(row)).count(), history_of(row).count()
    wanted = STEPS.get((state, decision))
    if wanted is None:
        with pytest.raises(WrongState, match=f"request {row.reference} is now “{row.get_status_display()}”"):
            DECISIONS[decision](row, reason="Because.", by=analyst())
    else:
        DECISIONS[decision](row, reason="Because.", by=analyst())
    row.refresh_from_db()
    assert row.status == (wanted or state)
    assert history_of(row).count() == events + bool(wanted)
    assert Message.objects.filter(about=ref(row)).count() == mails + bool(wanted)


@pytest.mark.parametrize(("state", "shown"), SHOWN.items())
def test_what_the_sub_account_shows(state: str, shown: str) -> None:
    standing = status_of(STATES[state]().sub_account)
    assert (standing.label, standing.automatic) == (shown, False)
    assert standing.may_be_requested == (shown in ("Not Authorized", "Denied"))


def test_without_a_request_an_ein_is_not_authorized() -> None:
    standing = status_of(exporter())
    assert (standing.label, standing.automatic, standing.request) == ("Not Authorized", False, None)
    assert standing.may_be_requested


@pytest.mark.parametrize("suffix", ["00", "01", "AB"])
def test_an_importer_number_that_begins_with_the_ein_authorizes_at_once(suffix: str) -> None:
    sub_account = exporter()
    importer(sub_account.top_account, sub_account.identifier, suffix)
    standing = status_of(sub_account)
    assert (standing.label, standing.automatic, standing.may_be_requested) == ("Authorized", True, False)


def test_only_a_live_importer_of_the_same_account_authorizes() -> None:
    sub_account = exporter()
    importer(factories.account(), sub_account.identifier)
    assert status_of(sub_account).label == "Not Authorized"
    own = importer(sub_account.top_account, sub_account.identifier, "01")
    assert status_of(sub_account).label == "Authorized"
    close(own)
    assert status_of(sub_account).label == "Not Authorized"


def test_an_ein_that_only_looks_alike_is_not_covered() -> None:
    sub_account = exporter(number="26-1234123")
    importer(sub_account.top_account, "261234-1234", "5")
    importer(sub_account.top_account, "26-1234124")
    assert status_of(sub_account).label == "Not Authorized"


@pytest.mark.parametrize("state", ["DENIED", "REVOKED", "WITHDRAWN", "NOT_NEEDED"])
def test_it_can_be_requested_again(state: str) -> None:
    before = STATES[state]()
    sub_account = before.sub_account
    if state == "WITHDRAWN":
        sub_account = exporter(sub_account.top_account, sub_account.identifier)
    again = requested(sub_account)
    assert again.pk != before.pk
    assert status_of(sub_account).label == "Pending"
    before.refresh_from_db()
    assert before.status == state


@pytest.mark.parametrize("cover", [False, True])
def test_what_is_authorized_is_not_requested(cover: bool) -> None:
    sub_account = exporter() if cover else approved().sub_account
    if cover:
        importer(sub_account.top_account, sub_account.identifier)
    before = ReportAuthorization.objects.count()
    with pytest.raises(WrongState, match="is authorized for reports already"):
        requested(sub_account)
    assert ReportAuthorization.objects.count() == before


def test_a_request_keeps_all_that_was_said() -> None:
    sub_account = exporter()
    row = requested(sub_account)
    assert {field: getattr(row, field) for field in DETAILS} == DETAILS
    assert (row.ein, row.requested_by, row.status) == (sub_account.identifier, owner_of(sub_account), "PENDING")
    assert [(one.ein, one.name) for one in row.affiliates.all()] == [("52-7654321", "Acme Parts Inc.")]
    assert [one.kind for one in row.documents.all()] == ["letter", "certification"]


def test_asked_twice_by_two_people_it_is_one_request(private_files: Path) -> None:
    sub_account = exporter()
    proxy = factories.member(sub_account.top_account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    first = requested(sub_account)
    assert requested(sub_account) == first
    assert requested(sub_account, by=proxy, reason="Another one.") == first
    first.refresh_from_db()
    assert (first.requested_by, first.reason) == (owner_of(sub_account), DETAILS["reason"])
    assert ReportAuthorization.objects.count() == 1
    assert len(stored(private_files)) == AuthorizationDocument.objects.count() == 2
    assert history_of(first).count() == 1
    assert letters(first, "requested") == {owner_of(sub_account).email}


def test_a_refused_request_leaves_no_file(private_files: Path) -> None:
    sub_account = approved().sub_account
    files = set(stored(private_files))
    with pytest.raises(WrongState):
        requested(sub_account)
    with pytest.raises(NotAllowed):
        requested(exporter(), by=factories.person())
    assert set(stored(private_files)) == files


@pytest.mark.parametrize("who", ["user", "outsider", "former owner", "analyst"])
def test_who_may_not_ask_is_told_whom_to_ask(who: str) -> None:
    sub_account = exporter()
    account = sub_account.top_account
    owner = owner_of(sub_account)
    person: User = {
        "user": lambda: factories.member(account, Role.TRADE_ACCOUNT_USER),
        "outsider": lambda: factories.owner_of(factories.account()),
        "former owner": factories.person,
        "analyst": analyst,
    }[who]()
    if who == "former owner":
        leave(factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER, person), account)
    with pytest.raises(NotAllowed, match=f"Ask {owner}"):
        requested(sub_account, by=person)
    assert not ReportAuthorization.objects.exists()


def test_only_exporter_sub_accounts_have_it() -> None:
    sub_account = exporter()
    with pytest.raises(WrongState, match="has left this account"):
        requested(importer(sub_account.top_account, ein()), by=owner_of(sub_account))


@pytest.mark.parametrize("decision", DECISIONS)
def test_only_analysts_decide(decision: str) -> None:
    row = approved() if decision == "revoke" else requested()
    before = row.status
    for person in (owner_of(row.sub_account), factories.officer(), factories.person()):
        with pytest.raises(NotAllowed, match="Only a Census analyst"):
            DECISIONS[decision](row, reason="Mine.", by=person)
    row.refresh_from_db()
    assert row.status == before


@pytest.mark.parametrize(
    ("make", "field", "by", "reason"),
    [
        (approved, "decided", "decided_by", "Papers in order."),
        (denied, "decided", "decided_by", "The letter is not signed."),
        (revoked, "revoked", "revoked_by", "The company was sold."),
    ],
)
def test_the_reason_is_kept_on_file_and_out_of_the_journal(make: Any, field: str, by: str, reason: str) -> None:
    decider = analyst(first_name="Zoe", last_name="Quill")
    row = make(by=decider)
    assert (row.revocation_reason if field == "revoked" else row.decision_reason) == reason
    assert getattr(row, by) == decider
    journal = [
        (event.summary, event.by_label, event.before, event.after) for event in journal_of(row.sub_account.top_account)
    ]
    assert any("Census" in summary and row.masked_ein in summary for summary, *_ in journal)
    assert not any(reason in str(line) or "Quill" in str(line) or row.ein in str(line) for line in journal)
    assert history_of(row).filter(by=decider).exists()
