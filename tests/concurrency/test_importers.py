"""Importer applications when two people do the same thing at the same moment: one effect, one event, one mail."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError, TooMany
from ace_portal.core.models import Event, Message
from importers import actions
from importers.forms import DetailsForm
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.harness.tasks import until
from tests.harness.threads import together
from tests.importers.screens import Applicant, identify, text_of, url
from useraccess.models import Membership
from verification.codes import CodeRefused
from verification.models import Throttle, VerificationCode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def mails(template: str) -> int:
    return Message.objects.filter(template=template).count()


def copy(application: ImporterApplication) -> ImporterApplication:
    """The row as another request has read it."""
    return ImporterApplication.objects.get(pk=application.pk)


def details() -> dict[str, Any]:
    form = DetailsForm(factories.DETAILS)
    assert form.is_valid()
    return form.details()


def refused(results: list[Any]) -> list[DomainError]:
    assert all(isinstance(result, DomainError) or not isinstance(result, Exception) for result in results), results
    return [result for result in results if isinstance(result, DomainError)]


def test_two_right_codes_at_once_count_once() -> None:
    application = factories.application_started()
    code, browser = factories.code_for(application), application.typed_in
    rows = [copy(application) for _ in range(4)]
    results = together(*[lambda row=row: actions.confirm_code(row, typed=code, browser=browser) for row in rows])
    assert refused(results) == []
    assert copy(application).status == "VERIFIED"
    assert events("importers.code_accepted") == 1
    assert VerificationCode.objects.exclude(used_at=None).count() == 1


@pytest.mark.concurrency
def test_two_codes_that_were_both_found_right_count_once() -> None:
    """Both comparisons are over before the first of the two may write."""
    application = factories.application_started()
    code, browser = factories.code_for(application), application.typed_in
    results: list[Any] = []
    people = [
        Thread(target=lambda: results.append(_in_thread(copy(application), code, browser)), daemon=True)
        for _ in range(2)
    ]
    with transaction.atomic():
        ImporterApplication.objects.select_for_update().get(pk=application.pk)
        for person in people:
            person.start()
        until(lambda: VerificationCode.objects.get().tries == 2, "both codes are compared")
    for person in people:
        person.join(60)
    assert results == [None, None]
    assert (copy(application).status, events("importers.code_accepted")) == ("VERIFIED", 1)


def _in_thread(row: ImporterApplication, code: str, browser: str) -> Any:
    try:
        return actions.confirm_code(row, typed=code, browser=browser)
    except DomainError as error:
        return error
    finally:
        connections.close_all()


@pytest.mark.parametrize("guesses", [5, 12])
def test_guesses_at_once_never_get_more_than_five_tries(guesses: int) -> None:
    application = factories.application_started()
    code, browser = factories.code_for(application), application.typed_in
    wrong = [f"{number:06d}" for number in range(30) if f"{number:06d}" != code][:guesses]
    rows = [copy(application) for _ in wrong]
    results = together(
        *[
            lambda row=row, typed=typed: actions.confirm_code(row, typed=typed, browser=browser)
            for row, typed in zip(rows, wrong, strict=True)
        ]
    )
    assert len(refused(results)) == guesses
    live = VerificationCode.objects.get()
    assert live.tries == 5 and live.used_at is None
    assert sum(isinstance(r, CodeRefused) and r.code == "wrong" for r in results) <= 5
    with pytest.raises(DomainError):
        actions.confirm_code(copy(application), typed=code, browser=browser)


def test_a_right_code_among_many_wrong_ones_counts_once_or_not_at_all() -> None:
    application = factories.application_started()
    code, browser = factories.code_for(application), application.typed_in
    typed = [f"{number:06d}" for number in range(9) if f"{number:06d}" != code][:7] + [code]
    rows = [copy(application) for _ in typed]
    together(
        *[lambda r=r, t=t: actions.confirm_code(r, typed=t, browser=browser) for r, t in zip(rows, typed, strict=True)]
    )
    opened = copy(application).status == "VERIFIED"
    assert events("importers.code_accepted") == VerificationCode.objects.exclude(used_at=None).count() == int(opened)
    assert VerificationCode.objects.get().tries <= 5


def test_a_double_click_on_the_first_screen_is_one_draft_and_one_code() -> None:
    record = factories.ImporterRecordFactory.create()
    client = Client()
    client.get("/apply/importer/")

    def click() -> Any:
        tab = Client()
        tab.cookies = client.cookies
        return identify(tab, record)["Location"]

    first, second = together(click, click)
    assert first == second
    assert ImporterApplication.objects.count() == 1
    assert (mails("importers/code"), mails("importers/continue")) == (1, 1)
    assert (events("importers.application_started"), events("importers.code_sent")) == (1, 1)


def test_two_clicks_on_send_a_new_code_are_one_code() -> None:
    application = factories.application_started()
    Throttle.objects.all().delete()
    rows = [copy(application) for _ in range(3)]
    results = together(
        *[lambda row=row, n=n: actions.send_code(row, browser=f"tab {n}", ip="10.0.0.1") for n, row in enumerate(rows)]
    )
    assert sum(isinstance(result, TooMany) for result in results) == 2, results
    assert (mails("importers/code"), events("importers.code_sent")) == (2, 2)
    assert VerificationCode.objects.filter(used_at=None, replaced_at=None).count() == 1


def test_a_double_submit_is_one_application_and_both_land_on_the_status_page() -> None:
    applicant = Applicant()
    applicant.fill_in()
    status = url(applicant.application, "status")
    answers = together(lambda: applicant.post("answers"), lambda: applicant.post("answers"))
    assert [answer["Location"] for answer in answers] == [status, status]
    assert (mails("importers/submitted"), events("importers.submitted")) == (1, 1)


def test_two_applicants_submit_for_one_record_and_the_slower_is_told() -> None:
    record = factories.ImporterRecordFactory.create()
    first = Applicant(record=record)
    # A code a minute goes to one contact: the second one's is let through as if that minute had passed.
    Throttle.objects.all().delete()
    second = Applicant(record=record)
    for applicant in (first, second):
        applicant.fill_in()
    answers = together(lambda: first.post("answers"), lambda: second.post("answers"))
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    told = next(answer for answer in answers if answer.status_code == 200)
    assert "Another application for this importer record was submitted first" in text_of(told)
    assert sorted([first.status(), second.status()]) == ["SUBMITTED", "VERIFIED"]
    assert (mails("importers/submitted"), events("importers.submitted")) == (1, 1)


def counted(application: ImporterApplication) -> dict[str, int]:
    return {
        "accounts": TopAccount.objects.count(),
        "sub-accounts": SubAccount.objects.count(),
        "owners": User.objects.filter(email=application.applicant_email).count(),
        "memberships": Membership.objects.count(),
        "approved": events("importers.approved"),
        "welcome": mails("importers/approved"),
        "account id": mails("accounts/account_id"),
    }


ONE_OF_EACH = dict.fromkeys(
    ("accounts", "sub-accounts", "owners", "memberships", "approved", "welcome", "account id"), 1
)


def test_two_officers_approve_and_one_account_is_opened() -> None:
    application = factories.application_submitted()
    officers = [factories.officer(device=False) for _ in range(3)]
    rows = [copy(application) for _ in officers]
    results = together(
        *[lambda row=row, by=by: actions.approve(row, by=by) for row, by in zip(rows, officers, strict=True)]
    )
    slower = refused(results)
    assert len(slower) == 2 and all("Somebody was faster" in error.message for error in slower)
    assert counted(application) == ONE_OF_EACH
    decided = copy(application)
    assert decided.status == "APPROVED" and decided.decided_by in officers


def test_one_officers_double_click_on_approve_opens_one_account() -> None:
    officer = factories.officer(device=False)
    application = factories.application_in_review(by=officer)
    rows = [copy(application), copy(application)]
    assert refused(together(*[lambda row=row: actions.approve(row, by=officer) for row in rows])) == []
    assert counted(application) == ONE_OF_EACH


Decision = Callable[[ImporterApplication], Any]


def deciding(kind: str) -> Decision:
    by = factories.officer(device=False)
    return {
        "approve": lambda row: actions.approve(row, by=by),
        "reject": lambda row: actions.reject(row, reason="OTHER", text="No.", by=by),
        "withdraw": actions.withdraw,
        "claim": lambda row: actions.claim(row, by=by),
        "ask": lambda row: actions.ask_for_information(row, question="Who?", by=by),
    }[kind]


#: Which pairs may not both happen; "claim" before "withdraw", for one, is no contradiction.
PAIRS = [
    ("approve", "reject"),
    ("approve", "withdraw"),
    ("reject", "withdraw"),
    ("reject", "reject"),
    ("claim", "claim"),
    ("ask", "ask"),
    ("ask", "approve"),
]
TEMPLATES = {
    "approve": "importers/approved",
    "reject": "importers/rejected",
    "withdraw": "importers/withdrawn",
    "claim": "importers/in_review",
    "ask": "importers/information_requested",
}


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_of_two_decisions_at_once_one_is_taken(one: str, other: str) -> None:
    application = factories.application_submitted()
    rows, decisions = [copy(application), copy(application)], [deciding(one), deciding(other)]
    results = together(lambda: decisions[0](rows[0]), lambda: decisions[1](rows[1]))
    assert len(refused(results)) == 1
    assert sum(mails(TEMPLATES[kind]) for kind in {one, other}) == 1
    opened = int(copy(application).status == "APPROVED")
    assert TopAccount.objects.count() == SubAccount.objects.count() == opened
    assert ImporterRecord.objects.exclude(sub_account=None).count() == opened


def test_two_withdrawals_are_one() -> None:
    application = factories.application_submitted()
    rows = [copy(application), copy(application)]
    assert refused(together(*[lambda row=row: actions.withdraw(row) for row in rows])) == []
    assert (mails("importers/withdrawn"), events("importers.withdrawn")) == (1, 1)


def test_two_answers_at_once_are_one() -> None:
    application = factories.application_asked()
    client = Client()
    post = lambda: client.post(url(application, "status"), {"text": "Me."})  # noqa: E731
    together(post, post)
    assert copy(application).status == "IN_REVIEW"
    assert (mails("importers/answered"), events("importers.answered")) == (1, 1)


def test_two_applications_of_one_person_open_one_account() -> None:
    """Two records, one e-mail address: whoever is approved first takes it."""
    first = factories.application_submitted(email="toni@trade.example")
    second = factories.application_submitted(email="Toni@trade.example")
    officers = [factories.officer(device=False) for _ in range(2)]
    results = together(
        lambda: actions.approve(copy(first), by=officers[0]), lambda: actions.approve(copy(second), by=officers[1])
    )
    (slower,) = refused(results)
    assert "already belongs to a portal" in slower.message
    assert (TopAccount.objects.count(), SubAccount.objects.count(), Membership.objects.count()) == (1, 1, 1)
    assert (mails("accounts/account_id"), mails("importers/approved"), events("importers.approved")) == (1, 1, 1)
    assert sorted([copy(first).status, copy(second).status]) == ["APPROVED", "SUBMITTED"]


def test_an_approval_and_another_way_to_the_record_link_it_once() -> None:
    application = factories.application_submitted()
    record, account, officer = application.record, factories.account(), factories.officer(device=False)
    before = TopAccount.objects.count()

    def other_way() -> Any:
        return accounts.open_sub_account(
            account, account_type="IMPORTER", identifier=record.importer_number, name="Other", by=None
        )

    results = together(lambda: actions.approve(copy(application), by=officer), other_way)
    assert len(refused(results)) == 1
    assert SubAccount.objects.filter(identifier=record.importer_number).count() == 1
    approved = copy(application).status == "APPROVED"
    assert TopAccount.objects.count() - before == mails("importers/approved") == int(approved)


def test_a_draft_that_expires_while_it_is_submitted_ends_in_one_of_the_two() -> None:
    application = factories.application_filled_in()
    ImporterApplication.objects.update(created_at=clock.now() - timedelta(days=31))
    results = together(lambda: actions.submit(copy(application), details=details()), actions.expire_drafts)
    status = copy(application).status
    assert status in ("SUBMITTED", "EXPIRED"), results
    assert mails("importers/submitted") == events("importers.submitted") == int(status == "SUBMITTED")
    assert events("importers.draft_expired") == int(status == "EXPIRED")


def test_two_housekeepers_close_each_draft_once() -> None:
    for _ in range(4):
        factories.application_started()
    ImporterApplication.objects.update(created_at=clock.now() - timedelta(days=31))
    assert sum(together(actions.expire_drafts, actions.expire_drafts)) == 4
    assert events("importers.draft_expired") == 4


def test_two_saves_of_different_fields_keep_both() -> None:
    application = factories.application_verified()
    parts = [{name: value} for name, value in factories.DETAILS.items()][:6]
    rows = [copy(application) for _ in parts]
    together(*[lambda row=row, part=part: actions.keep_draft(row, part) for row, part in zip(rows, parts, strict=True)])
    assert copy(application).draft == {name: value for part in parts for name, value in part.items()}
