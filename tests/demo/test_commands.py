"""The demo's commands say what a newcomer needs to know."""

import re
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from demo import authenticator, cast, world
from tests.harness.moving_time import START

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_load_demo_world_says_what_it_did() -> None:
    assert (
        "added 18 5106 records, 2 officers, 1 supervisors, 1 auditors, 1 Census analysts, 8 applications, 3 users, "
        "1 brokers, 2 trade applications, 1 exporters, 1 requests to Census, 1 EIN disputes, 1 Form 5106 filings, "
        "1 un-void requests, 1 owner change requests, 1 mergers" in run("load_demo_world")
    )
    assert "everybody is there already" in run("load_demo_world")


def test_demo_logins_names_addresses_logins_and_the_way_to_a_code() -> None:
    printed = run("demo_logins")
    for path in ("/demo/", "/mailroom/", "/apply/importer/", "/sign-in/", "/admin/"):
        assert f"http://testserver{path}" in printed
    for text in (cast.PASSWORD, cast.OWNER.email, *(one.email for one in cast.OFFICERS), cast.WALK.importer_number):
        assert text in printed
    assert f"authenticator_code {cast.OFFICERS[0].email}" in printed


def test_demo_logins_leaves_the_mailroom_out_where_there_is_none(settings: Any) -> None:
    settings.MAILROOM = False
    assert "/mailroom/" not in run("demo_logins")


def test_authenticator_code_prints_a_code_that_the_desk_takes_once() -> None:
    world.load()
    email = cast.OFFICERS[0].email
    with time_machine.travel(START, tick=False):
        printed = run("authenticator_code", email)
        code = re.match(r"(\d{6}) \(changes in 30 s\)\.", printed)
        assert code
        device = world.authenticator_of(email)
        assert device
        assert device.verify_token(code[1])
        assert "used already" in run("authenticator_code", email)


def test_authenticator_code_for_somebody_else_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="Nobody with the login e-mail nobody@desk.example has an authenticator"):
        run("authenticator_code", "nobody@desk.example")


@pytest.mark.parametrize(("second", "left"), [(0, 30), (1, 29), (29, 1), (30, 30)])
def test_the_seconds_of_a_code_are_counted_down(second: int, left: int) -> None:
    world.load()
    device = world.authenticator_of(cast.OFFICERS[0].email)
    assert device
    with time_machine.travel(START.timestamp() + second, tick=False):
        assert authenticator.read(device).seconds_left == left
