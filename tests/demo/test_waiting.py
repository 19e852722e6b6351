"""What waits in the demo beside applications: made by the portal's decisions, and there to be played to its end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory

from accounts.models import SubAccount, User
from ace_portal.core import clock
from ace_portal.core.events import history_of
from ace_portal.core.numbers import parse_importer_number
from ace_portal.core.pdf import check_pdf
from demo import cast, clockwork, exporting, turns, world
from desk import registry
from exporters import actions as exporters
from exporters.actions import authorization
from exporters.models import EinDispute, ExporterApplication
from exporters.models.authorization import ReportAuthorization, ReportStatus, status_of
from exporters.work import REQUESTS
from form5106 import actions as form5106
from form5106.models import Filing, RestoreRequest
from importers.models import ImporterRecord
from mergers import actions as mergers
from mergers.models import Merger
from ownership import actions as ownership
from ownership.models import OwnerChange
from tests.harness.rehearsal import reload_urls
from tests.harness.world import made_once, signed_in
from useraccess import policy

pytestmark = pytest.mark.django_db

TURNS = {turn.key: turn for turn in (*cast.AT_THE_DESKS, *cast.IN_THE_ACCOUNTS)}


@pytest.fixture(scope="module", autouse=True)
def stage(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, int]]:
    """The demo world, loaded once for this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.PRIVATE_FILES_DIR", tmp_path_factory.mktemp("private"))
        patch.setattr("django.conf.settings.DEMO", True)
        patch.setattr("django.conf.settings.MAILROOM", True)
        reload_urls()
        clock._forget()
        with made_once(django_db_blocker, world.load) as added:
            yield added
    reload_urls()
    clock._forget()


def person(one: cast.Person) -> User:
    return User.objects.get(email=one.email)


def kinds(row: Any) -> list[str]:
    """What happened to a row, oldest first."""
    return list(history_of(row).order_by("pk").values_list("kind", flat=True))


def record(number: str) -> ImporterRecord:
    return ImporterRecord.objects.get(importer_number=number)


rosa, milo = cast.OFFICERS


def test_every_kind_of_work_waits_but_what_only_an_error_brings_to_the_desk() -> None:
    waiting = {kind.code for kind in registry.kinds() if kind.open().exists()}
    assert waiting == {kind.code for kind in registry.kinds()} - {"exporters.exporterapplication"}
    assert REQUESTS.open().count() == 1


def test_loading_again_adds_nothing_also_once_everything_is_decided() -> None:
    assert not any(world.load().values())
    officer, other = person(rosa), person(milo)
    form5106.reject(Filing.objects.get(), reject_code="R15", text="No.", by=officer)
    form5106.refuse(RestoreRequest.objects.get(), text="No.", by=officer)
    ownership.reject(OwnerChange.objects.get(), text="No.", by=officer)
    mergers.approve(mergers.prepare(Merger.objects.get(), text="Yes.", by=officer), text="Yes.", by=other)
    exporters.resolve_dispute(EinDispute.objects.get(), note="Asked the broker.", by=officer)
    authorization.deny(ReportAuthorization.objects.get(), reason="No.", by=person(cast.ANALYST))
    assert not any(world.load().values())


def test_a_filing_waits_because_nobody_reads_the_mailbox_on_file() -> None:
    filing = Filing.objects.get()
    assert kinds(filing) == ["form5106.begun", "form5106.without_code", "form5106.submitted"]
    assert "point of contact" in filing.held_because
    form5106.accept(filing, by=person(rosa))
    assert record(cast.FILING.importer_number).point_of_contact_email == cast.FILING.filer.email


def test_a_voided_record_is_restored_on_a_letter() -> None:
    asked = RestoreRequest.objects.get()
    assert kinds(asked) == ["form5106.restore_requested"]
    check(asked.proof, asked.proof_size)
    form5106.grant(asked, text="The letter is genuine.", by=person(rosa))
    assert record(cast.RESTORATION.importer_number).status == ImporterRecord.Status.ACTIVE


def test_another_owner_is_prepared_by_one_officer_and_released_by_the_other() -> None:
    change = OwnerChange.objects.get()
    assert kinds(change) == [
        *("ownership.change_begun", "ownership.code_sent", "ownership.change_submitted", "ownership.change_prepared")
    ]
    check(change.proof, change.proof_size)
    assert change.prepared_by == person(milo)
    change = ownership.approve(change, text="Letter read.", by=person(rosa))
    assert change.waiting_until
    assert change.waiting_until - clock.now() < 3 * clockwork.STEPS["1-day"][1]
    OwnerChange.objects.update(waiting_until=clock.now())
    assert ownership.settle() == 1
    assert policy.owner_of(change.top_account) == person(cast.OWNER_CHANGE.successor)


def test_a_merger_both_owners_want_waits_for_two_officers() -> None:
    merger = Merger.objects.get()
    assert kinds(merger) == ["mergers.proposed"] * 2 + ["mergers.consented"] * 2
    assert (merger.proposed_by, merger.consented_by) == (person(cast.OWNER), person(cast.HERON_OWNER))
    merger = mergers.approve(mergers.prepare(merger, text="Yes.", by=person(rosa)), text="Yes.", by=person(milo))
    owned = SubAccount.objects.live().filter(top_account=merger.acquirer).order_by("identifier")
    assert [one.identifier for one in owned] == [cast.TAKEOVER.importer_number, "63-100000900"]


def test_an_exporter_waits_for_census_and_misses_an_ein() -> None:
    assert kinds(ExporterApplication.objects.get()) == ["exporters.submitted", "exporters.accepted"]
    sub_account = exporting.exporter()
    assert sub_account
    asked, dispute = ReportAuthorization.objects.get(), EinDispute.objects.get()
    assert kinds(asked) == ["exporters.report_authorization_requested"]
    assert kinds(dispute) == ["exporters.ein_disputed"]
    for one in asked.documents.all():
        check(one.stored_name, one.size)
    authorization.approve(asked, reason="Papers in order.", by=person(cast.ANALYST))
    assert status_of(sub_account).status == ReportStatus.AUTHORIZED
    holder = SubAccount.objects.live().get(identifier=dispute.ein).top_account
    assert policy.owner_of(holder) == person(cast.BROKER.person)


def check(stored: str, size: int) -> None:
    """Fail unless this is the document that a page would have taken."""
    with (Path(settings.PRIVATE_FILES_DIR) / stored).open("rb") as file:
        check_pdf(file, size)


@pytest.mark.parametrize("owner", [cast.HERON_OWNER, cast.EXPORTER_OWNER], ids=str)
def test_the_other_owners_sign_in_at_once_and_own_an_account(owner: cast.Person) -> None:
    found = authenticate(RequestFactory().post("/sign-in/"), username=owner.email, password=cast.PASSWORD)
    assert isinstance(found, User)
    assert not found.must_change_password
    assert policy.owner_of(policy.top_accounts_managed_by(found).get()) == found


def test_a_customs_query_for_the_numbers_of_the_page_gives_every_result_code() -> None:
    numbers = [parse_importer_number(number) for number in cast.QUERY]
    for asker in TURNS["query"].players:
        assert [one.code for one in form5106.ask(numbers, by=person(asker))] == ["1", "2", "3", "4", "1", "0"]


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_whoever_plays_next_opens_the_page(turn: cast.Turn) -> None:
    now = turns.standing(turn)
    assert now.label in ("Waits", "")
    for player in turn.players:
        answer = signed_in(person(player)).get(now.url)
        assert answer.status_code == 200, (player.email, now.url)


def test_the_demo_page_says_what_waits_and_what_was_played(client: Client) -> None:
    form5106.accept(Filing.objects.get(), by=person(rosa))
    html = client.get("/demo/").content.decode().split('id="turns"')[1].split('id="logins"')[0]
    for turn in TURNS.values():
        assert turns.standing(turn).url in html
        assert all(player.email in html for player in turn.players)
    assert (html.count(">Waits</span>"), html.count(">Played</span>")) == (6, 1)
    assert all(number in html for number in cast.QUERY)


def test_a_turn_that_was_never_put_on_stage_has_no_link(client: Client) -> None:
    RestoreRequest.objects.all().delete()
    html = client.get("/demo/").content.decode()
    assert html.count(">Not on stage</span>") == 1
