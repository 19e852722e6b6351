"""What is mailed, to whom, in which words: read in the mailbox, as it came out of a real mail server."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from ace_portal.core.models import Message
from exporters.actions import authorization as actions
from exporters.models.authorization import ReportAuthorization
from tests import factories
from tests.exporters.authorization_samples import (
    analyst,
    approved,
    close,
    exporter,
    importer,
    owner_of,
    requested,
)
from tests.harness.mail import Letter, Postman
from tests.harness.tasks import Worker
from useraccess.models import Role

pytestmark = pytest.mark.django_db
Mailbox = Callable[[str], list[Letter]]
AS_OWNER = "You get this mail as the Trade Account Owner of the account."
AS_REQUESTER = "You get this mail because you made the request."
AS_BOTH = "You made this request and are the Trade Account Owner of the account."


def withdraw(row: ReportAuthorization, **_: Any) -> None:
    close(row.sub_account)
    actions.settle()


def cover(row: ReportAuthorization, **_: Any) -> None:
    importer(row.sub_account.top_account, row.ein)
    actions.settle()


#: What happens to a request, the subject of the mail, and a sentence of it.
OUTCOMES: dict[str, tuple[Any, str, str]] = {
    "approved": (actions.approve, "Report authorization approved", "are included in the export reports"),
    "denied": (actions.deny, "Report authorization denied", "are not included in the export reports"),
    "withdrawn": (withdraw, "Report authorization: request withdrawn", "is no longer part of the account"),
    "not needed": (cover, "Report authorization: no request needed any more", "is authorized for reports now"),
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_owner_and_requester_are_both_told_once(mailbox: Mailbox, outcome: str) -> None:
    run, subject, sentence = OUTCOMES[outcome]
    sub_account = exporter()
    proxy = factories.member(sub_account.top_account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    row = requested(sub_account, by=proxy)
    run(row, reason="Secret thoughts.", by=analyst())
    for person, why in ((owner_of(sub_account), AS_OWNER), (proxy, AS_REQUESTER)):
        asked, decided = mailbox(person.email)[-2:]
        assert asked.subject == f"Report authorization requested (EIN: {row.masked_ein})"
        assert decided.subject == f"{subject} (EIN: {row.masked_ein})"
        told = " ".join(decided.body.split())
        assert sentence in told
        assert why in told
        assert row.reference in told
        assert "export-reports@ace-simulator.example" in told and "1-202-555-0150" in told
        assert "does not come from U.S. Customs" in told
        assert row.ein not in decided.body
        assert "Secret thoughts." not in decided.body
        if outcome != "withdrawn":
            assert decided.links[0] == f"http://testserver/accounts/sub/{sub_account.pk}/?tab=authorization"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_one_mail_if_owner_and_requester_are_the_same(mailbox: Mailbox, postman: Postman, outcome: str) -> None:
    run, subject, _ = OUTCOMES[outcome]
    row = requested()
    run(row, reason="Fine.", by=analyst())
    mailbox("nobody@trade.example")
    told = [letter for letter in postman.letters if letter.subject.startswith(subject)]
    assert [letter.to for letter in told] == [owner_of(row.sub_account).email]
    assert AS_BOTH in " ".join(told[0].body.split())


def test_a_revocation_says_why(mailbox: Mailbox) -> None:
    row = approved()
    actions.revoke(row, reason="The certification has expired.", by=analyst(last_name="Quill"))
    letter = mailbox(owner_of(row.sub_account).email)[-1]
    assert letter.subject == f"Report authorization revoked (EIN: {row.masked_ein})"
    assert "The reason: The certification has expired." in letter.body
    assert "Authorization for Reports: Not Authorized" in letter.body
    assert "Quill" not in letter.body


def test_the_contact_of_census_is_configurable(mailbox: Mailbox, settings: Any) -> None:
    settings.CENSUS_EMAIL, settings.CENSUS_PHONE = "branch@census.example", "1-202-555-0177"
    row = requested()
    letter = mailbox(owner_of(row.sub_account).email)[-1]
    assert "branch@census.example, 1-202-555-0177" in letter.body


def test_nothing_is_sent_for_a_decision_that_was_rolled_back(mailbox: Mailbox, worker: Worker) -> None:
    row = requested()
    before = Message.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.approve(row, reason="Fine.", by=analyst())
        raise RuntimeError("the server goes down")
    assert Message.objects.exclude(template="accounts/account_id").count() <= before
    assert not [letter for letter in mailbox(owner_of(row.sub_account).email) if "approved" in letter.subject]


def test_the_sweep_ends_what_was_overtaken(mailbox: Mailbox) -> None:
    from ace_portal.celery import app

    left, covered, waiting = requested(), requested(), requested()
    close(left.sub_account)
    importer(covered.sub_account.top_account, covered.ein)
    task = app.tasks["exporters.settle_authorizations"]
    assert [task.apply(throw=True).get() for _ in range(2)] == [2, 0]
    found = {row.pk: row.status for row in ReportAuthorization.objects.all()}
    assert found == {left.pk: "WITHDRAWN", covered.pk: "NOT_NEEDED", waiting.pk: "PENDING"}
    assert mailbox(owner_of(left.sub_account).email)[-1].subject.startswith("Report authorization: request withdrawn")


def test_the_sweep_is_on_the_schedule(settings: Any) -> None:
    planned = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert "exporters.settle_authorizations" in planned
