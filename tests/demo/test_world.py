"""The demo world: every story is on stage, made by the portal's own decisions, and loading it again changes nothing."""

from collections import Counter
from typing import Any

import pytest
import zipcodes
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from accounts.models import User
from accounts.passwords import RULES
from ace_portal.core.addresses import clean_address, clean_phone
from ace_portal.core.models import Event, Message
from ace_portal.core.numbers import ImporterNumberKind, parse_ein, parse_importer_number
from demo import cast, world
from exporters.models import EinDispute, ExporterApplication
from exporters.models.authorization import ReportAuthorization
from form5106.models import Filing, RestoreRequest
from importers import checks
from importers.models import ImporterApplication, ImporterRecord
from mailroom.models import Letter
from mergers.models import Merger
from ownership.models import OwnerChange
from tests.harness.tasks import Worker
from tests.harness.threads import together
from tradeparties.models import TradeApplication
from useraccess import desks, policy
from useraccess.desks import is_officer
from useraccess.models import Role
from useraccess.policy import role_in
from useraccess.rights import ACTIVITY_LOG
from verification.models import AuthenticatorDevice, VerificationCode

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]

Status = ImporterApplication.Status


def failures_for(number: str) -> list[str]:
    """The codes of the checks that refuse an application with this company's own name and number."""
    company = cast.company(number)
    _, failed = checks.failures(
        company_name=company.company_name,
        importer_number=parse_importer_number(company.importer_number),
        email="somebody@new.example",
    )
    return [failure.code for failure in failed]


def row_counts() -> dict[str, int]:
    models = (ImporterRecord, ImporterApplication, User, AuthenticatorDevice, Event, Message, VerificationCode)
    models += (ExporterApplication, ReportAuthorization, EinDispute, Filing, RestoreRequest, OwnerChange, Merger)
    return {model.__name__: model._default_manager.count() for model in models}


@pytest.mark.parametrize("company", cast.COMPANIES, ids=lambda company: company.importer_number)
def test_every_company_is_plausible_and_plainly_invented(company: cast.Company) -> None:
    assert parse_importer_number(company.importer_number).normal == company.importer_number
    clean_address(company.country, company.street_address, company.city, company.state, company.postal_code)
    if company.country == "US":
        homes = {(place["city"], place["state"]) for place in zipcodes.matching(company.postal_code)}
        assert (company.city, company.state) in homes
    if company.point_of_contact_email:
        assert company.point_of_contact_email.endswith(".example")
    if parse_importer_number(company.importer_number).kind == ImporterNumberKind.SSN:
        assert company.importer_number.startswith("900-")


@pytest.mark.parametrize("place", [cast.EXPORTER, cast.DISPUTE], ids=lambda place: place.ein)
def test_every_exporter_is_plausible(place: cast.Exporter | cast.Dispute) -> None:
    home = place.address
    assert parse_ein(place.ein) == place.ein
    clean_address(home.country, home.street_address, home.city, home.state, home.postal_code)
    assert (home.city, home.state) in {(one["city"], one["state"]) for one in zipcodes.matching(home.postal_code)}


PEOPLE = [
    *(*cast.OFFICERS, cast.WALKER, cast.EXPORTER_OWNER),
    *(story.applicant for story in cast.STORIES),
    *(cast.FILING.filer, cast.RESTORATION.requester, cast.OWNER_CHANGE.requester, cast.OWNER_CHANGE.successor),
]


@pytest.mark.parametrize("person", PEOPLE, ids=str)
def test_every_person_is_plausible_and_plainly_invented(person: cast.Person) -> None:
    assert person.email.endswith(".example")
    if person.phone:
        assert "-555-01" in person.phone
        assert clean_phone(person.phone, "US")
    assert not [rule.sentence for rule in RULES if rule.broken(cast.PASSWORD, person)]


def test_every_story_is_there() -> None:
    world.load()
    clean = [company for company in cast.OPEN if not failures_for(company.importer_number)]
    kinds = {parse_importer_number(company.importer_number).kind for company in clean}
    assert kinds == set(ImporterNumberKind)
    assert len({company.state for company in clean if company.country == "US"}) >= 3
    assert any(company.country != "US" for company in clean)
    refused = {code for company in cast.COMPANIES for code in failures_for(company.importer_number)}
    assert refused == {"no_contact", "record_inactive", "record_voided", "record_linked"}


def test_a_name_with_punctuation_is_told_apart_in_form_only() -> None:
    world.load()
    _, failed = checks.failures(
        company_name="OMALLEY FINCH AND DAUGHTERS",
        importer_number=parse_importer_number("36-1000004B2"),
        email="somebody@new.example",
    )
    assert [failure.code for failure in failed] == ["name_differs_in_form"]


def test_the_queue_is_not_empty_and_tells_several_stories() -> None:
    world.load()
    assert Counter(ImporterApplication.objects.values_list("status", flat=True)) == {
        Status.SUBMITTED: 2,
        Status.IN_REVIEW: 1,
        Status.INFORMATION_REQUESTED: 1,
        Status.REJECTED: 1,
        Status.APPROVED: 3,
    }
    differing = ImporterApplication.objects.select_related("record").filter(status=Status.SUBMITTED)
    assert any(one.organizational_structure != one.record.organizational_structure for one in differing)


def test_a_carrier_and_a_law_firm_wait_at_the_desk() -> None:
    world.load()
    assert world.load()["trade applications"] == 0
    waiting = TradeApplication.objects.prefetch_related("activities").order_by("pk")
    assert [(one.status, [str(activity) for activity in one.activities.all()]) for one in waiting] == [
        ("SUBMITTED", ["Truck Carrier CDNL", "Facility Operator L4R7"]),
        ("SUBMITTED", ["Protest Filer **-****021"]),
    ]


def test_the_owner_signs_in_with_the_demos_password_and_owns_an_account() -> None:
    world.load()
    owner = authenticate(RequestFactory().post("/sign-in/"), username=cast.OWNER.email, password=cast.PASSWORD)
    assert isinstance(owner, User)
    assert not owner.must_change_password
    record = ImporterRecord.objects.select_related("sub_account").get(importer_number="63-100000900")
    assert record.sub_account
    assert role_in(owner, record.sub_account.top_account) == Role.TRADE_ACCOUNT_OWNER


def test_the_owners_people_sign_in_and_see_what_the_pages_say_of_them() -> None:
    world.load()
    request = RequestFactory().post("/sign-in/")
    proxy, reader, logger = (
        authenticate(request, username=one.person.email, password=cast.PASSWORD) for one in cast.TEAM
    )
    assert isinstance(proxy, User) and isinstance(reader, User) and isinstance(logger, User)
    account = policy.top_accounts_managed_by(proxy).get()
    sub_account = account.sub_accounts.get()
    assert role_in(proxy, account) == Role.PROXY_TRADE_ACCOUNT_OWNER
    assert policy.may_read(reader, sub_account, "details") and not policy.may_write(reader, sub_account, "details")
    assert policy.top_level(logger, account, ACTIVITY_LOG).writes and not policy.may_open(logger, sub_account)


def test_an_analyst_sits_at_the_desk_of_census() -> None:
    world.load()
    request = RequestFactory().post("/admin/login/")
    assert desks.is_analyst(authenticate(request, username=cast.ANALYST.email, password=cast.PASSWORD))


def test_officers_sit_at_the_desk_with_an_authenticator() -> None:
    world.load()
    for one in cast.OFFICERS:
        officer = authenticate(RequestFactory().post("/admin/login/"), username=one.email, password=cast.PASSWORD)
        assert is_officer(officer)
        device = world.authenticator_of(one.email.upper())
        assert device is not None
        assert device.user == officer


def test_loading_again_changes_nothing() -> None:
    first = world.load()
    assert all(first.values())
    before = row_counts()
    assert world.load() == {kind: 0 for kind in first}
    assert row_counts() == before


def test_what_was_played_stays_and_what_is_missing_comes_back() -> None:
    world.load()
    played = ImporterRecord.objects.get(importer_number=cast.WALK.importer_number)
    played.point_of_contact_email = "new.contact@marmalade-anvil.example"
    played.save()
    ImporterRecord.objects.get(importer_number="82-100000700").delete()
    assert world.load() == {
        "5106 records": 1,
        "officers": 0,
        "supervisors": 0,
        "auditors": 0,
        "Census analysts": 0,
        "applications": 0,
        "users": 0,
        "brokers": 0,
        "trade applications": 0,
        **dict.fromkeys(world.WAITING, 0),
    }
    played.refresh_from_db()
    assert played.point_of_contact_email == "new.contact@marmalade-anvil.example"


def test_a_story_that_nothing_is_left_for_is_left_out_and_the_others_come(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(world, "WAITING", {})
        world.load()
    ImporterRecord.objects.filter(importer_number=cast.RESTORATION.importer_number).update(status="ACTIVE")
    first = world.load()
    assert {kind for kind in world.WAITING if not first[kind]} == {"un-void requests"}
    assert not any(world.load().values())


def test_at_a_desk_of_one_nobody_has_prepared_the_change_of_owner(settings: Any) -> None:
    settings.FOUR_EYES = False
    world.load()
    assert OwnerChange.objects.get().status == OwnerChange.Status.SUBMITTED


def test_every_letter_of_the_stories_arrives_in_the_mailroom(worker: Worker) -> None:
    world.load()
    worker.run()
    assert not Message.objects.exclude(status=Message.Status.SENT).exists()
    assert Letter.objects.count() == Message.objects.count()
    merry_otter = Letter.objects.filter(to_address="ivo.larsen@merry-otter.example")
    assert "Your ACE Portal Account ID" in merry_otter.values_list("subject", flat=True)


def test_outside_of_a_demo_nobody_is_put_on_stage(settings: Any) -> None:
    settings.DEMO = False
    for command in (["load_demo_world"], ["demo_logins"], ["authenticator_code", cast.OFFICERS[0].email]):
        with pytest.raises(CommandError, match="DEMO=on"):
            call_command(*command)
    assert not User.objects.exists()
    assert not ImporterRecord.objects.exists()


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_loaders_at_once_make_one_world(transactional_db: None) -> None:
    outcomes = together(world.load, world.load)
    one, other = sorted(outcomes, key=lambda outcome: sum(outcome.values()))
    assert sum(one.values()) == 0 and all(other.values())
    assert ImporterRecord.objects.count() == len(cast.COMPANIES)
    assert ImporterApplication.objects.count() == len(cast.STORIES)
