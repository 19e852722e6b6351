"""Filers and officers at the same moment: one version each, no number twice, nothing overwritten."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from accounts.applications import conversation
from ace_portal.core.errors import DomainError
from desk.models import Claim
from form5106 import actions
from form5106.models import Action, AssignedNumbers, RecordVersion
from importers.models import ImporterRecord
from tests import factories
from tests.exporters.conftest import private_files
from tests.form5106.samples import (
    asked,
    at_the_desk,
    company,
    content,
    filled_in,
    fresh,
    happened,
    kept,
    restore_requested,
    told,
)
from tests.harness.moving_time import later
from tests.harness.threads import together
from useraccess.attachments import Attachment

__all__ = ["later", "private_files"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def outcomes(results: list[Any]) -> tuple[int, int]:
    """How many went through, and how many were refused with a sentence; anything else is a fault."""
    refused = [one for one in results if isinstance(one, DomainError)]
    faults = [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)]
    assert not faults, faults
    return len(results) - len(refused), len(refused)


def handing_in(filing: Any) -> Any:
    said = content(filing)
    return lambda: actions.submit(fresh(filing), content=said)


def test_no_cbp_assigned_number_is_given_twice() -> None:
    filings = [filled_in(number="", typed={"street_address": f"{n} Quay Street"}) for n in range(1, 5)]
    results = together(*[handing_in(filing) for filing in filings])
    assert outcomes(results) == (4, 0)
    numbers = sorted(ImporterRecord.objects.values_list("importer_number", flat=True))
    assert [int(number[-5:]) for number in numbers] == [1, 2, 3, 4]
    assert AssignedNumbers.objects.get().last == 4


def test_one_company_that_asks_twice_gets_one_number() -> None:
    filings = [filled_in(number="") for _ in range(3)]
    assert outcomes(together(*[handing_in(filing) for filing in filings])) == (1, 2)
    assert ImporterRecord.objects.count() == 1 and AssignedNumbers.objects.get().last == 1


def test_two_first_filings_of_one_number_make_one_record() -> None:
    number = factories.importer_number()
    filings = [filled_in(number=number) for _ in range(3)]
    assert outcomes(together(*[handing_in(filing) for filing in filings])) == (1, 2)
    assert RecordVersion.objects.get().record == ImporterRecord.objects.get()


def test_of_two_changes_one_is_applied_and_the_other_told() -> None:
    _, record, owner = company()
    filings = [filled_in(record, [Action.NAME], by=owner) for _ in range(2)]
    for place, filing in enumerate(filings):
        kept(filing, {"company_name": f"Harbor Number {place} Inc."})
    results = together(*[handing_in(filing) for filing in filings])
    assert outcomes(results) == (1, 1)
    assert [type(one) for one in results if isinstance(one, DomainError)] == [actions.Overtaken]
    assert (fresh(record).version, RecordVersion.objects.filter(record=record).count()) == (2, 2)


def test_submitting_in_two_browsers_is_submitting_once() -> None:
    filing = filled_in()
    assert outcomes(together(*[handing_in(filing)] * 3)) == (3, 0)
    assert happened(filing)["accepted"] == 1 and ImporterRecord.objects.count() == 1


def test_an_officer_accepts_another_rejects() -> None:
    filing, one, other = at_the_desk(), factories.officer(), factories.officer()
    results = together(
        lambda: actions.accept(fresh(filing), by=one),
        lambda: actions.reject(fresh(filing), reject_code="MVM", text="No.", by=other),
    )
    assert outcomes(results) == (1, 1)
    assert happened(filing)["accepted"] + happened(filing)["rejected"] == 1


def test_restoring_is_decided_once() -> None:
    row, officer = restore_requested(), factories.officer()
    results = together(
        lambda: actions.grant(fresh(row), text="Seen.", by=officer),
        lambda: actions.refuse(fresh(row), text="Not seen.", by=officer),
    )
    assert outcomes(results) == (1, 1)
    assert (fresh(row.record).status == "ACTIVE") == (fresh(row).status == "GRANTED")


# --- Questions and answers ---------------------------------------------------------------------------------------
both = pytest.mark.parametrize("make", [at_the_desk, restore_requested])


def what(row: Any, name: str) -> str:
    """The name of an event or a mail: a request's have a prefix."""
    return name if row._meta.model_name == "filing" else f"restore_{name}"


def mails(row: Any, name: str) -> int:
    return sum(number for (template, _), number in told(row).items() if template == what(row, name))


def test_a_question_and_a_withdrawal_have_one_order() -> None:
    filing, officer = at_the_desk(), factories.officer()
    results = together(lambda: asked(fresh(filing), by=officer), lambda: actions.withdraw(fresh(filing)))
    outcomes(results)
    # Withdrawn in any case: a question that came first is no obstacle, one that came second is refused.
    assert fresh(filing).status == "WITHDRAWN" and not isinstance(results[1], Exception)
    asked_first = not isinstance(results[0], Exception)
    assert conversation(filing).count() == mails(filing, "information_requested") == asked_first
    assert not Claim.objects.live().exists()


@both
def test_two_officers_ask_and_one_has_it(make: Callable[[], Any]) -> None:
    row, officers = make(), [factories.officer(), factories.officer()]
    results = together(*[lambda by=by: asked(fresh(row), by=by) for by in officers])  # type: ignore[misc]
    assert outcomes(results) == (1, 1)
    question = conversation(row).get()
    assert Claim.objects.live().get().officer == question.author
    assert mails(row, "information_requested") == happened(row)[what(row, "information_requested")] == 1


@both
def test_one_officer_who_presses_twice_asks_once(make: Callable[[], Any]) -> None:
    row, officer = make(), factories.officer()
    assert outcomes(together(*[lambda: asked(fresh(row), by=officer)] * 3)) == (3, 0)
    assert conversation(row).count() == mails(row, "information_requested") == Claim.objects.count() == 1


@both
def test_the_same_answer_sent_twice_at_once_is_one_with_one_file(make: Callable[[], Any], private_files: Path) -> None:
    row = asked(make())

    def answering() -> Any:
        paper = Attachment(BytesIO(b"%PDF-"), "letter.pdf")
        return actions.answer(fresh(row), text="Since March.", attachment=paper)

    assert outcomes(together(*[answering] * 3)) == (3, 0)
    assert conversation(row).filter(from_desk=False).count() == mails(row, "answered") == 1
    assert len(list((private_files / "application-messages").iterdir())) == 1


@both
def test_of_two_different_answers_one_is_taken(make: Callable[[], Any]) -> None:
    row = asked(make())
    results = together(*[lambda words=words: actions.answer(fresh(row), text=words) for words in ("One.", "Two.")])  # type: ignore[misc]
    assert outcomes(results) == (1, 1)
    assert conversation(row).filter(from_desk=False).count() == mails(row, "answered") == 1


@both
def test_an_answer_and_the_end_of_waiting_have_one_outcome(make: Callable[[], Any], later: Any) -> None:
    row = asked(make())
    later(days=31)
    outcomes(together(lambda: actions.answer(fresh(row), text="Late."), actions.chase_answers))
    answered = conversation(row).filter(from_desk=False).count()
    assert (mails(row, "answered"), mails(row, "closed")) == (answered, 1 - answered)
    assert (fresh(row).status in ("SUBMITTED", "OPEN")) == bool(answered)


@both
def test_two_sweeps_remind_once(make: Callable[[], Any], later: Any) -> None:
    row = asked(make())
    later(days=8)
    assert sum(together(actions.chase_answers, actions.chase_answers)) == 1
    assert mails(row, "reminder") == 1


def test_an_answer_and_a_rejection_leave_one_decision() -> None:
    officer = factories.officer()
    filing = asked(at_the_desk(), by=officer)
    results = together(
        lambda: actions.answer(fresh(filing), text="Since March."),
        lambda: actions.reject(fresh(filing), reject_code="MVM", text="No.", by=officer),
    )
    outcomes(results)
    assert fresh(filing).status == "REJECTED" and not isinstance(results[1], Exception)
    assert not Claim.objects.live().exists()
