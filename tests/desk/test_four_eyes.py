"""Owner changes and mergers take two officers: who prepares does not release."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ace_portal.core.errors import DomainError, NotAllowed, WrongState
from ace_portal.core.events import history_of, journal_of, stamp
from ace_portal.core.models import Message
from desk import claims
from mergers import actions as mergers
from mergers.models import Merger
from ownership import actions as ownership
from ownership.models import OwnerChange
from tests import factories
from tests.desk.conftest import words
from tests.desk.work import page_of
from tests.harness.world import signed_in
from tests.mergers.samples import Companies
from tests.ownership import samples as owners

pytestmark = pytest.mark.django_db
KINDS = {"owner": (owners.submitted, ownership), "merger": (lambda: Companies().consented(), mergers)}
BOTH = pytest.mark.parametrize(("make", "actions"), KINDS.values(), ids=KINDS.keys())
RELEASED = {"ownerchange": "WAITING", "merger": "EXECUTED"}
IN_LINE = {"ownerchange": "SUBMITTED", "merger": "CONSENTED"}


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def press(row: Any, code: str) -> str:
    """The address of a decision's button."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{code}", args=[row.pk])


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


@BOTH
def test_one_prepares_and_another_one_releases(make: Callable[[], Any], actions: Any) -> None:
    row, first, second = make(), factories.officer(), factories.officer()
    mails = Message.objects.count()
    actions.prepare(row, text="The papers fit.", by=first)
    actions.prepare(fresh(row), text="The papers fit.", by=first)
    assert (row.status, row.prepared_by, Message.objects.count()) == ("PREPARED", first, mails)
    assert history_of(row).filter(kind__endswith="prepared").count() == 1
    assert not journal_of(row.top_account if hasattr(row, "top_account") else row.acquired).filter(
        kind__endswith="prepared"
    )
    with pytest.raises(NotAllowed, match="You prepared .* yourself"):
        actions.approve(fresh(row), text="Released.", by=first)
    assert fresh(row).status == "PREPARED"
    actions.approve(fresh(row), text="Released.", by=second)
    found = fresh(row)
    assert (found.status, found.prepared_by, found.decided_by) == (RELEASED[row._meta.model_name], first, second)


@BOTH
def test_nothing_is_released_that_nobody_prepared(make: Callable[[], Any], actions: Any) -> None:
    row = make()
    with pytest.raises(NotAllowed, match="has to be prepared"):
        actions.approve(row, text="Fine.", by=factories.officer())
    assert fresh(row).status == IN_LINE[row._meta.model_name]


@BOTH
def test_a_supervisor_is_no_exception(make: Callable[[], Any], actions: Any) -> None:
    row, boss = make(), factories.supervisor()
    actions.prepare(row, text="Fine.", by=boss)
    with pytest.raises(NotAllowed):
        actions.approve(fresh(row), text="Fine.", by=boss)


@BOTH
def test_sent_back_it_is_prepared_anew(make: Callable[[], Any], actions: Any) -> None:
    row, first, second = make(), factories.officer(), factories.officer()
    actions.prepare(row, text="Fine.", by=first)
    actions.send_back(fresh(row), text="The deed is missing.", by=second)
    found = fresh(row)
    assert (found.status, found.prepared_by, found.prepared_text) == (IN_LINE[row._meta.model_name], None, "")
    assert "The deed is missing." in history_of(row)[0].summary
    actions.prepare(found, text="Here it is.", by=second)
    actions.approve(fresh(row), text="Fine.", by=first)


@BOTH
def test_one_officer_refuses_even_what_they_prepared(make: Callable[[], Any], actions: Any) -> None:
    row, officer = make(), factories.officer()
    actions.prepare(row, text="Fine.", by=officer)
    actions.reject(fresh(row), text="Not after all.", by=officer)
    assert fresh(row).status == "REJECTED"


@BOTH
def test_a_desk_of_one_decides_at_once(make: Callable[[], Any], actions: Any, settings: Any) -> None:
    settings.FOUR_EYES = False
    row, officer = make(), factories.officer()
    with pytest.raises(NotAllowed, match="without a second officer"):
        actions.prepare(row, text="Fine.", by=officer)
    actions.approve(fresh(row), text="Fine.", by=officer)
    assert fresh(row).status == RELEASED[row._meta.model_name]
    assert fresh(row).prepared_by is None


@BOTH
def test_nobody_but_officers(make: Callable[[], Any], actions: Any) -> None:
    row = make()
    for nobody in (factories.auditor(), factories.person()):
        for decide in (actions.prepare, actions.send_back, actions.approve, actions.reject):
            with pytest.raises(NotAllowed):
                decide(row, text="No.", by=nobody)
    assert fresh(row).status == IN_LINE[row._meta.model_name]


@BOTH
def test_what_another_officer_has_claimed_is_theirs(make: Callable[[], Any], actions: Any) -> None:
    row, holder, other = make(), factories.officer(), factories.officer()
    claims.claim(row, by=holder)
    for decide in (actions.prepare, actions.reject):
        with pytest.raises(WrongState, match=f"{holder} has claimed"):
            decide(fresh(row), text="Fine.", by=other)
    actions.prepare(fresh(row), text="Fine.", by=holder)
    claims.claim(row, by=other)
    for decide in (actions.approve, actions.send_back):
        with pytest.raises(WrongState, match=f"{other} has claimed"):
            decide(fresh(row), text="Fine.", by=factories.officer())
    actions.approve(fresh(row), text="Fine.", by=other)


@BOTH
def test_what_changed_since_it_was_seen_is_not_decided(make: Callable[[], Any], actions: Any) -> None:
    row, first, second = make(), factories.officer(), factories.officer()
    seen = stamp(row)
    actions.prepare(row, text="Fine.", by=first, seen=seen)
    for decide in (actions.approve, actions.reject, actions.send_back):
        with pytest.raises(WrongState, match="has changed since you opened this page: .* prepared"):
            decide(fresh(row), text="Fine.", by=second, seen=seen)
    actions.approve(fresh(row), text="Fine.", by=second, seen=stamp(row))


def test_an_objection_is_overruled_by_somebody_else_than_the_preparer() -> None:
    row = owners.objected()
    with pytest.raises(NotAllowed, match="You prepared"):
        ownership.uphold(row, text="Still.", by=row.prepared_by)
    with pytest.raises(WrongState, match="has changed"):
        ownership.uphold(fresh(row), text="Still.", by=row.decided_by, seen=1)
    ownership.uphold(fresh(row), text="Still.", by=row.decided_by)
    assert fresh(row).status == "EXECUTED"


@pytest.mark.parametrize("make", [owners.waiting, lambda: Companies().executed()])
def test_the_database_refuses_one_pair_of_eyes(make: Callable[[], Any]) -> None:
    row = make()
    with pytest.raises(IntegrityError, match="four_eyes|CHECK"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(decided_by=row.prepared_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(prepared_by=row.decided_by)


def test_the_database_refuses_it_after_an_objection() -> None:
    row = owners.upheld()
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnerChange.objects.filter(pk=row.pk).update(settled_by=row.prepared_by)


def test_the_pages_offer_each_officer_what_is_theirs() -> None:
    row = Companies().consented()
    first, second = factories.officer(), factories.officer()
    ours, theirs = signed_in(first), signed_in(second)
    page = words(ours.get(page_of(row)))
    assert "Prepare the approval" in page and "Everything listed above moves" not in page
    seen = str(stamp(row))
    said = words(ours.post(press(row, "prepare"), {"text": "The deed fits.", "seen": seen}, follow=True))
    assert "is prepared. Another officer releases it." in said
    assert "You prepared it. Another officer releases it." in said and "Everything listed above moves" not in said
    page = words(theirs.get(page_of(row)))
    assert "Everything listed above moves" in page and "The deed fits." in page and f"Prepared by {first}" in page
    old = {"text": "Released, and these are many words.", "seen": seen}
    refused = theirs.post(press(row, "approve"), old)
    assert "has changed since you opened this page" in words(refused)
    assert "Released, and these are many words.</textarea>" in refused.content.decode()
    said = words(theirs.post(press(row, "approve"), {**old, "seen": str(stamp(row))}, follow=True))
    assert "was carried out" in said and fresh(row).status == "EXECUTED"


@pytest.mark.parametrize(
    ("make", "code", "to"),
    [
        (owners.submitted, "reject", "requester"),
        (owners.prepared, "approve", "owner"),
        (lambda: Companies().prepared(), "approve", "owner"),
        (lambda: Companies().consented(), "reject", "owner"),
    ],
)
def test_the_mails_can_be_read_before(desk: Client, make: Callable[[], Any], code: str, to: str) -> None:
    row = make()
    before = (row.status, Message.objects.count(), stamp(row))
    answer = desk.post(press(row, code), {"text": "Words of mine.", "seen": str(stamp(row)), "preview": "1"})
    page = words(answer)
    assert "would mail" in page and "Nothing was decided and nothing was sent." in page
    assert (row.requester_email if to == "requester" and isinstance(row, OwnerChange) else "To:") in page
    assert "Words of mine.</textarea>" in answer.content.decode()
    assert (fresh(row).status, Message.objects.count(), stamp(row)) == before


def test_a_preview_of_what_mails_nobody_says_so(desk: Client) -> None:
    page = words(desk.post(press(owners.submitted(), "prepare"), {"text": "Fine.", "preview": "1"}))
    assert "It would send no mail." in page


def test_a_preview_of_what_is_refused_says_why(desk: Client) -> None:
    row = Companies().prepared()
    claims.claim(row, by=(holder := factories.officer()))
    page = words(desk.post(press(row, "approve"), {"text": "Fine.", "preview": "1"}))
    assert f"{holder} has claimed" in page and "would mail" not in page
    assert Merger.objects.get(pk=row.pk).status == "PREPARED"


@BOTH
def test_stopped_or_taken_back_it_leaves_the_queue(make: Callable[[], Any], actions: Any) -> None:
    row = make()
    actions.prepare(row, text="Fine.", by=factories.officer())
    claims.claim(row, by=factories.officer())
    if isinstance(row, Merger):
        mergers.withdraw(fresh(row), by=factories.owner_of(row.acquired))
    else:
        factories.replace_owner(row.top_account)
        ownership.settle()
    assert not fresh(row).is_open
    with pytest.raises(DomainError):
        claims.claim(row, by=factories.officer())
    from desk.models import Claim

    assert not Claim.objects.live().exists()
