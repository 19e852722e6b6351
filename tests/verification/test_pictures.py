"""The picture check: one picture, one answer, five minutes, one browser."""

import subprocess
import sys
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from PIL import Image

from ace_portal.core import clock, vault
from tests.harness.tasks import ROOT
from verification import pictures, tasks
from verification.forms import PictureField
from verification.models import PictureCheck

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def for_real(settings: Any, later: Any) -> None:
    settings.CAPTCHA_TEST_MODE = False


def answer_of(token: str) -> str:
    """What a person reads in the picture."""
    return vault.decrypt(pictures.PURPOSE, token).partition(":")[2]


def wrong(answer: str) -> str:
    return "".join("2" if digit == "9" else "9" for digit in answer)


def refusal(token: str, typed: str, browser: str = "one") -> str:
    with pytest.raises(ValidationError) as caught:
        pictures.check(token, typed, browser=browser)
    return str(caught.value.code)


def test_the_right_digits_pass() -> None:
    token = pictures.new()
    answer = answer_of(token)
    assert len(answer) == 6 and set(answer) <= set("23456789"), "no digit that looks like a letter"
    pictures.check(token, f" {answer[:3]} {answer[3:]} ", browser="one")


def test_a_double_click_of_the_same_browser_passes() -> None:
    token = pictures.new()
    for _ in range(2):
        pictures.check(token, answer_of(token), browser="one")


def test_another_browser_cannot_use_the_same_picture() -> None:
    token = pictures.new()
    pictures.check(token, answer_of(token), browser="one")
    assert refusal(token, answer_of(token), browser="two") == "stale"


def test_who_comes_second_at_the_very_moment_cannot_use_it_either(monkeypatch: pytest.MonkeyPatch) -> None:
    token = pictures.new()

    def meanwhile(*digests: str) -> bool:
        """Another browser answers between the look at the picture and the mark on it."""
        PictureCheck.objects.update(used_at=clock.now(), used_by="another browser")
        return vault.same(*digests)

    monkeypatch.setattr(pictures, "vault", SimpleNamespace(**{**vars(vault), "same": meanwhile}))
    assert refusal(token, answer_of(token)) == "stale"


def test_a_wrong_answer_burns_the_picture() -> None:
    token = pictures.new()
    assert refusal(token, wrong(answer_of(token))) == "wrong"
    assert refusal(token, answer_of(token)) == "stale"


def test_a_wrong_answer_after_the_right_one_does_not_pass() -> None:
    token = pictures.new()
    pictures.check(token, answer_of(token), browser="one")
    assert refusal(token, wrong(answer_of(token))) == "wrong"


@pytest.mark.parametrize(("minutes", "seconds", "passes"), [(4, 59, True), (5, 0, False), (5, 1, False)])
def test_a_picture_is_good_for_five_minutes(later: Any, minutes: int, seconds: int, passes: bool) -> None:
    token = pictures.new()
    answer = answer_of(token)
    later(minutes=minutes, seconds=seconds)
    if passes:
        pictures.check(token, answer, browser="one")
    else:
        assert refusal(token, answer) == "stale"


@pytest.mark.parametrize("forge", ["", "x", "gAAAA", "ä" * 30, "x{0}", "tampered"])
def test_a_forged_token_is_a_picture_that_has_run_out(forge: str) -> None:
    token = pictures.new()
    forged = (
        f"{token[:40]}{'B' if token[40] == 'A' else 'A'}{token[41:]}" if forge == "tampered" else forge.format(token)
    )
    assert refusal(forged, answer_of(token)) == "stale"


def test_a_token_made_for_something_else_is_no_picture() -> None:
    assert refusal(vault.encrypt("another purpose", "1:234567"), "234567") == "stale"


def test_a_picture_that_was_cleared_out_has_run_out() -> None:
    token = pictures.new()
    PictureCheck.objects.all().delete()
    assert refusal(token, answer_of(token)) == "stale"


def test_the_answer_is_kept_as_a_digest_and_the_token_hides_it() -> None:
    token = pictures.new()
    kept = PictureCheck.objects.get()
    assert answer_of(token) not in token and answer_of(token) not in kept.answer
    assert len(kept.answer) == 64


def test_pictures_that_have_run_out_are_deleted(later: Any) -> None:
    pictures.new()
    later(minutes=4)
    pictures.new()
    later(minutes=2)
    assert tasks.clear_out() == 1
    assert PictureCheck.objects.count() == 1


# --- The test mode ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("on", [True, False])
def test_passed_is_an_answer_in_test_mode_only(settings: Any, on: bool) -> None:
    settings.CAPTCHA_TEST_MODE = on
    if on:
        pictures.check("", "PASSED", browser="one")
        pictures.check(pictures.new(), " PASSED ", browser="one")
    else:
        assert refusal("", "PASSED") == "stale"
        assert refusal(pictures.new(), "PASSED") == "wrong"


def test_the_portal_does_not_start_with_the_test_mode_unless_debugging() -> None:
    start = [sys.executable, "-c", "import ace_portal.settings"]
    known = {"SECRET_KEY": "x" * 50, "CAPTCHA_TEST_MODE": "on", "PATH": "/usr/bin:/bin"}
    refused = subprocess.run(start, cwd=ROOT, env=known, capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "CAPTCHA_TEST_MODE=on is refused" in refused.stderr


# --- Picture and sound ------------------------------------------------------------------------------------------
def test_picture_and_sound_are_drawn_and_not_kept_by_browsers(client: Client) -> None:
    token = pictures.new()
    picture = client.get(f"/picture-check/{token}/picture.png")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert Image.open(BytesIO(picture.content)).size == (220, 80)
    sound = client.get(f"/picture-check/{token}/sound.wav")
    assert (sound.status_code, sound["Content-Type"]) == (200, "audio/wav")
    assert sound.content[:4] == b"RIFF"
    assert "no-store" in picture["Cache-Control"] and "no-store" in sound["Cache-Control"]


@pytest.mark.parametrize("name", ["picture.png", "sound.wav"])
@pytest.mark.parametrize("token", ["x", "gAAAAABpforged", "%F0%9F%98%80", "expired"])
def test_forged_and_expired_tokens_are_not_found(client: Client, later: Any, name: str, token: str) -> None:
    if token == "expired":
        token = pictures.new()
        later(minutes=5, seconds=1)
    assert client.get(f"/picture-check/{token}/{name}").status_code == 404


@pytest.mark.parametrize("name", ["picture.png", "sound.wav"])
def test_pictures_are_fetched_not_posted(client: Client, name: str) -> None:
    assert client.post(f"/picture-check/{pictures.new()}/{name}").status_code == 405


# --- The form field ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [[], ["token"], ["token", ""], ["", ""]])
def test_the_field_asks_for_the_digits(typed: list[str]) -> None:
    field = PictureField(label="Digits")
    with pytest.raises(ValidationError) as caught:
        field.clean(typed)
    assert caught.value.messages == ["Type the digits shown in the picture."]


def test_every_rendering_shows_another_picture() -> None:
    field = PictureField(label="Digits")
    assert field.widget.render("picture", None) != field.widget.render("picture", ["old", "234567"])
    assert PictureCheck.objects.count() == 2
    assert field.widget.decompress(None) == ["", ""]
