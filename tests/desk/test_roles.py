"""The desks' roles: groups made by the code, who counts as what, the commands that make people."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts.models import User
from tests import factories
from useraccess import desks

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


def test_the_roles_are_synced_from_the_code_and_again_changes_nothing() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(desks.DESKS)
    assert "as they should be" in run("sync_desk_roles")
    Group.objects.get(name=desks.AUDITORS).delete()
    group = Group.objects.get(name=desks.CBP_OFFICERS)
    group.permissions.add(Permission.objects.first())
    member = factories.officer()
    said = run("sync_desk_roles")
    assert "Auditors: group made" in said and "CBP officers: permissions taken away" in said
    assert not group.permissions.exists() and list(group.user_set.all()) == [member]
    assert "as they should be" in run("sync_desk_roles")


@pytest.mark.parametrize(
    ("groups", "officer", "supervisor", "analyst", "auditor"),
    [
        ({desks.CBP_OFFICERS}, True, False, False, False),
        ({desks.CBP_SUPERVISORS}, True, True, False, False),
        ({desks.CENSUS_ANALYSTS}, False, False, True, False),
        ({desks.AUDITORS}, False, False, False, True),
        ({desks.CBP_SUPERVISORS, desks.AUDITORS}, False, False, False, True),
        ({desks.CBP_OFFICERS, desks.CENSUS_ANALYSTS}, True, False, True, False),
        (set(), False, False, False, False),
    ],
)
def test_who_counts_as_what(groups: set[str], officer: bool, supervisor: bool, analyst: bool, auditor: bool) -> None:
    person = factories.officer(device=False)
    person.groups.set(Group.objects.filter(name__in=groups))
    person = User.objects.get(pk=person.pk)
    asked = (desks.is_officer, desks.is_supervisor, desks.is_analyst, desks.is_auditor)
    assert tuple(ask(person) for ask in asked) == (officer, supervisor, analyst, auditor)
    assert (person in desks.people_at(desks.CBP_OFFICERS)) is officer
    assert (person in desks.people_at(desks.CENSUS_ANALYSTS)) is analyst


def test_officers_are_those_who_can_sign_in() -> None:
    here, gone = factories.officer(), factories.officer()
    boss = factories.supervisor()
    User.objects.filter(pk=gone.pk).update(status=User.Status.DEACTIVATED)
    assert set(desks.people_at(desks.CBP_OFFICERS)) == {here, boss}


@pytest.mark.parametrize(
    ("command", "is_it", "what"),
    [
        ("create_supervisor", desks.is_supervisor, "a CBP supervisor"),
        ("create_auditor", desks.is_auditor, "an auditor"),
    ],
)
def test_the_commands_make_them(command: str, is_it: object, what: str) -> None:
    said = run(command, "sam@desk.example", "--first-name", "Sam", "--last-name", "Quist")
    person = User.objects.get(email="sam@desk.example")
    assert is_it(person) and f"is {what} now" in said and "otpauth://" in said  # type: ignore[operator]
