"""The same decision from several people at the same moment: one effect, one event, one mail for each person."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ace_portal.core.errors import WrongState
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from exporters.actions import authorization as actions
from exporters.models.authorization import ReportAuthorization, status_of
from tests import factories
from tests.exporters.authorization_samples import (
    analyst,
    approved,
    ask,
    browser,
    close,
    exporter,
    importer,
    letters,
    owner_of,
    page,
    requested,
    tab,
)
from tests.harness.threads import together
from useraccess.models import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def told(row: ReportAuthorization) -> Counter[str]:
    """How many messages of each kind there are about a request."""
    found = Message.objects.filter(about=ref(row)).values_list("template", flat=True)
    return Counter(template.removeprefix("exporters/report_authorization_") for template in found)


def happened(row: ReportAuthorization) -> Counter[str]:
    kinds = history_of(row).values_list("kind", flat=True)
    return Counter(kind.removeprefix("exporters.report_authorization_") for kind in kinds)


def fresh(row: ReportAuthorization) -> ReportAuthorization:
    return ReportAuthorization.objects.get(pk=row.pk)


def test_two_people_ask_for_one_ein(private_files: Path) -> None:
    sub_account = exporter()
    owner = owner_of(sub_account)
    proxies = [factories.member(sub_account.top_account, Role.PROXY_TRADE_ACCOUNT_OWNER) for _ in range(2)]
    results = together(*(lambda by=by: requested(sub_account, by=by) for by in (owner, *proxies, owner)))
    row = ReportAuthorization.objects.get()
    assert results == [row] * 4
    assert happened(row) == {"requested": 1}
    assert letters(row, "requested") == {owner.email, row.requested_by.email}
    assert row.documents.count() == 2
    assert len([path for path in private_files.rglob("*") if path.is_file()]) == 2


def test_two_browsers_send_the_form_at_once() -> None:
    sub_account = exporter()
    browsers = [browser(owner_of(sub_account)) for _ in range(3)]
    answers: list[Any] = together(*(lambda client=client: ask(client, sub_account) for client in browsers))
    assert [answer.status_code for answer in answers] == [302] * 3
    assert {answer["Location"] for answer in answers} == {tab(sub_account)}
    row = ReportAuthorization.objects.get()
    assert told(row) == {"requested": 1}
    assert browsers[0].get(page("request", sub_account)).status_code == 302


@pytest.mark.parametrize("pair", [("approve", "approve"), ("approve", "deny"), ("deny", "deny"), ("revoke", "revoke")])
def test_two_analysts_decide_at_once(pair: tuple[str, str]) -> None:
    row = approved() if pair[0] == "revoke" else requested()
    mails, events = told(row), happened(row)
    deciders = zip(pair, (analyst(), analyst()), strict=True)
    results = together(
        *(lambda name=n, by=a: getattr(actions, name)(fresh(row), reason=f"By {by}.", by=by) for n, a in deciders)
    )
    done = [result for result in results if isinstance(result, ReportAuthorization)]
    refused = [result for result in results if isinstance(result, WrongState)]
    assert (len(done), len(refused)) == (1, 1), results
    assert "Somebody was faster" in refused[0].message
    now = fresh(row)
    assert now.status == done[0].status
    assert sum((told(row) - mails).values()) == 1
    assert sum((happened(row) - events).values()) == 1
    kept = now.revocation_reason if pair[0] == "revoke" else now.decision_reason
    assert kept == f"By {now.revoked_by or now.decided_by}."


def test_a_denial_and_a_new_request_at_once() -> None:
    row = requested()
    sub_account, owner = row.sub_account, row.requested_by
    decider = analyst()
    together(
        lambda: actions.deny(fresh(row), reason="No.", by=decider),
        lambda: requested(sub_account, by=owner),
    )
    rows = list(ReportAuthorization.objects.filter(sub_account=sub_account))
    assert fresh(row).status == "DENIED"
    assert [one.status for one in rows] in (["PENDING", "DENIED"], ["DENIED"])
    assert all(told(one)["requested"] == 1 for one in rows)


def test_a_request_and_the_importer_that_makes_it_needless_at_once() -> None:
    sub_account = exporter()
    owner, account = owner_of(sub_account), sub_account.top_account
    results = together(
        lambda: requested(sub_account, by=owner),
        lambda: importer(account, sub_account.identifier),
    )
    assert isinstance(results[0], ReportAuthorization | WrongState)
    assert status_of(sub_account).label == "Authorized"
    together(actions.settle, actions.settle)
    for row in ReportAuthorization.objects.all():
        assert row.status == "NOT_NEEDED"
        assert told(row) == {"requested": 1, "not_needed": 1}
        assert happened(row) == {"requested": 1, "not_needed": 1}


def test_an_approval_and_the_importer_at_once() -> None:
    row = requested()
    decider = analyst()
    results = together(
        lambda: actions.approve(fresh(row), reason="Fine.", by=decider),
        lambda: importer(row.sub_account.top_account, row.ein),
        actions.settle,
    )
    actions.settle()
    now = fresh(row)
    assert now.status in ("AUTHORIZED", "NOT_NEEDED")
    assert isinstance(results[0], WrongState) == (now.status == "NOT_NEEDED")
    assert told(row) == {"requested": 1, "approved" if now.status == "AUTHORIZED" else "not_needed": 1}
    assert status_of(now.sub_account).label == "Authorized"


def test_an_approval_and_the_ein_leaving_at_once() -> None:
    row = requested()
    decider = analyst()
    results = together(
        lambda: actions.approve(fresh(row), reason="Fine.", by=decider),
        lambda: close(fresh(row).sub_account),
    )
    actions.settle()
    now = fresh(row)
    assert now.status in ("AUTHORIZED", "WITHDRAWN")
    assert isinstance(results[0], WrongState) == (now.status == "WITHDRAWN")
    assert sum(told(row).values()) == 2


def test_the_sweep_and_a_decision_end_an_overtaken_request_once() -> None:
    row = requested()
    close(row.sub_account)
    decider = analyst()
    together(
        actions.settle,
        lambda: actions.deny(fresh(row), reason="No.", by=decider),
        actions.settle,
    )
    assert fresh(row).status == "WITHDRAWN"
    assert told(row) == {"requested": 1, "withdrawn": 1}
    assert happened(row) == {"requested": 1, "withdrawn": 1}
