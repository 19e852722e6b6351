"""/demo/: the cast, the walk, the authenticator codes, and the clock."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from ace_portal.core import clock
from demo import cast, clockwork, world
from importers.models import ImporterApplication
from tests import factories
from tests.harness.moving_time import START
from tests.harness.tasks import Worker, use_broker

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_broker() -> Iterator[None]:
    """A broker that nobody answers for."""
    use_broker("redis://127.0.0.1:1/0", {"socket_connect_timeout": 0.5})
    yield
    use_broker("memory://", {})


def start(client: Client) -> str:
    answer = client.get("/demo/")
    assert answer.status_code == 200
    return answer.content.decode()


def move(client: Client, step: str) -> str:
    answer = client.post("/demo/clock/", {"step": step}, follow=True)
    assert answer.redirect_chain == [("/demo/", 302)]
    return answer.content.decode()


def test_without_the_switch_there_is_no_demo(client: Client) -> None:
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/clock/", {"step": "1-day"}).status_code == 404


def test_switched_off_it_answers_404_even_where_the_address_is_still_known(
    client: Client, rehearsal: None, settings: Any
) -> None:
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/clock/", {"step": "1-day"}).status_code == 404
    assert clock.offset() == timedelta(0)


def test_before_the_world_is_loaded_the_page_says_how(client: Client, rehearsal: None) -> None:
    html = start(client)
    assert "load_demo_world" in html
    assert "No authenticator yet" in html


def test_the_page_shows_the_cast_with_logins(client: Client, rehearsal: None) -> None:
    world.load()
    html = start(client)
    for company in cast.COMPANIES:
        assert company.importer_number in html
    for text in (cast.PASSWORD, cast.OWNER.email, *(one.email for one in cast.OFFICERS), cast.WALKER.email):
        assert text in html
    assert html.count(">Has an account</span>") == 3
    assert "load_demo_world" not in html


def test_the_walk_has_ten_steps_and_its_links_lead_somewhere(client: Client, rehearsal: None) -> None:
    world.load()
    html = start(client)
    assert html.count("usa-process-list__heading") == 10
    links = set(re.findall(r'href="(/[^"#]*)', html.split('id="walk"')[1].split('id="logins"')[0]))
    assert {reverse("importers:apply"), reverse("accounts:retrieve-password"), reverse("admin:index")} <= links
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code in (200, 302), link


def test_without_a_mailroom_the_addresses_are_no_links(client: Client, rehearsal: None, settings: Any) -> None:
    world.load()
    settings.MAILROOM = False
    html = start(client)
    assert "/mailroom/" not in html
    assert cast.WALK.point_of_contact_email in html


def test_the_codes_are_the_ones_a_sign_in_takes(client: Client, rehearsal: None) -> None:
    world.load()
    with time_machine.travel(START + timedelta(seconds=12), tick=False):
        html = start(client)
        codes = re.findall(r"Code <strong[^>]*>(\d{6})</strong><br>\s*changes in 18 s", html)
        team = [member.person for member in (*cast.TEAM, cast.BROKER)]
        desks = (*cast.OFFICERS, cast.SUPERVISOR, cast.AUDITOR, cast.ANALYST)
        newest_first = [cast.EXPORTER_OWNER, *reversed(team), cast.HERON_OWNER, cast.OWNER, *reversed(desks)]
        for person, code in zip(newest_first, codes, strict=True):
            device = world.authenticator_of(person.email)
            assert device
            assert device.verify_token(code)
        assert start(client).count("used already, the next one comes in 18 s") == 12


def test_the_qr_code_is_a_picture_without_styles(client: Client, rehearsal: None) -> None:
    world.load()
    answer = client.get("/demo/")
    html = answer.content.decode()
    pictures = re.findall(r"<svg[^>]*>.*?</svg>", html, re.DOTALL)
    assert len(pictures) == 12
    for picture in pictures:
        assert 'role="img"' in picture
        assert re.search(r"<title>QR code that adds \w+ \w+ to an authenticator app</title>", picture)
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert "style-src 'self'" in answer["Content-Security-Policy"]
    device = world.authenticator_of(cast.OFFICERS[0].email)
    assert device
    assert device.key_text in html


@pytest.mark.parametrize("step", list(clockwork.STEPS))
def test_each_button_moves_the_clock_by_what_it_says(
    client: Client, rehearsal: None, worker: Worker, step: str
) -> None:
    label, forward = clockwork.STEPS[step]
    assert f'value="{step}">{label}</button>' in start(client)
    with time_machine.travel(START, tick=False):
        html = move(client, step)
        assert clock.offset() == forward
        assert "It is now" in html
        assert "Simulated time:" in html
        assert clock.now() == START + forward


def test_moving_twice_adds_up(client: Client, rehearsal: None, worker: Worker) -> None:
    move(client, "1-day")
    move(client, "10-minutes")
    assert clock.offset() == timedelta(days=1, minutes=10)


def test_the_page_says_the_time_where_people_are(client: Client, rehearsal: None, worker: Worker) -> None:
    with time_machine.travel(START, tick=False):  # noon on March 2 on the East Coast
        assert "It is now March 17, 2026, 1:00 PM EDT." in move(client, "15-days")


def test_due_periodic_work_runs_after_a_move(client: Client, rehearsal: None, worker: Worker) -> None:
    draft = factories.application_filled_in()
    worker.run()
    move(client, "45-days")
    draft.refresh_from_db()
    assert draft.status == ImporterApplication.Status.VERIFIED
    worker.run()
    draft.refresh_from_db()
    assert draft.status == ImporterApplication.Status.EXPIRED


def test_every_task_of_the_schedule_is_sent(client: Client, rehearsal: None, worker: Worker, settings: Any) -> None:
    worker.purge()
    move(client, "1-day")
    assert worker.run() == len(settings.CELERY_BEAT_SCHEDULE)


def test_a_broker_that_is_down_is_no_error(client: Client, rehearsal: None, no_broker: None) -> None:
    html = move(client, "1-day")
    assert "The task queue cannot be reached" in html
    assert clock.offset() == timedelta(days=1)


@pytest.mark.parametrize("step", ["", "2-years", "-1-day", "\x00", "1-day; DROP TABLE", "x" * 100_000])
def test_any_other_step_moves_nothing(client: Client, rehearsal: None, worker: Worker, step: str) -> None:
    assert "Choose one of the buttons" in move(client, step)
    assert clock.offset() == timedelta(0)


def test_another_site_cannot_move_the_clock(rehearsal: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/demo/clock/", {"step": "1-day"}).status_code == 403
    assert clock.offset() == timedelta(0)
    html = strict.get("/demo/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert token
    assert strict.post("/demo/clock/", {"step": "1-day", "csrfmiddlewaretoken": token[1]}).status_code == 302
    assert clock.offset() == timedelta(days=1)


def test_a_link_cannot_move_the_clock(client: Client, rehearsal: None) -> None:
    assert client.get("/demo/clock/", {"step": "1-day"}).status_code == 405
    assert client.post("/demo/").status_code == 405
