"""The first sign-in: questions, change of password, sign in again, second factor. In this order, none left out."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import actions
from accounts.models import User
from ace_portal.core.errors import DomainError
from ace_portal.core.models import Event, Message
from tests import factories
from tests.core.sample import Page
from tests.signin import steps
from verification.challenges import COUNT, QUESTIONS
from verification.models import AuthenticatorDevice, ChallengeAnswer

pytestmark = pytest.mark.django_db

QUESTIONS_PAGE, CHANGE, ENROLL, VERIFY = (
    "/sign-in/questions/",
    "/sign-in/change-password/",
    "/sign-in/authenticator/",
    "/sign-in/verify/",
)


def test_from_the_account_id_to_home_with_a_new_browser_at_every_step() -> None:
    user = steps.invited()
    temporary = steps.retrieve(user)

    browser = steps.password(user, temporary)
    assert steps.due(browser) == QUESTIONS_PAGE
    browser = steps.password(user, temporary, Client())
    answer = browser.post(QUESTIONS_PAGE, steps.questions())
    assert answer["Location"] == CHANGE
    assert steps.due(browser) == CHANGE

    browser = steps.password(user, temporary, Client())
    assert steps.due(browser) == CHANGE, "the questions are kept"
    assert steps.change(browser, temporary)["Location"] == "/sign-in/"
    assert "Your password has been changed" in browser.get("/sign-in/").content.decode()
    assert steps.due(browser).startswith("/sign-in/?next="), "the session has ended"
    user.refresh_from_db()
    assert user.status == User.Status.ACTIVE

    browser = steps.password(user, steps.NEW_PASSWORD, browser)
    assert steps.due(browser) == ENROLL
    browser.get(ENROLL)
    key = AuthenticatorDevice.objects.get(user=user).key
    browser = steps.password(user, steps.NEW_PASSWORD, Client())
    assert steps.due(browser) == ENROLL
    answer = steps.confirm(browser, user)
    assert AuthenticatorDevice.objects.get(user=user).key == key, "the key that was scanned before still works"
    assert len(set(steps.shown_codes(answer))) == 10
    assert browser.get("/").status_code == 200
    assert user.sign_ins.count() == 1


def test_backup_codes_are_shown_once_and_can_be_kept() -> None:
    user = factories.person()
    AuthenticatorDevice.objects.all().delete()
    browser = steps.password(user)
    answer = steps.confirm(browser, user)
    codes = steps.shown_codes(answer)
    page = Page(answer.content.decode())
    download = page.one("a", download="ace-portal-backup-codes.txt").attrs["href"]
    assert download == "data:text/plain;charset=utf-8," + "".join(f"{code}%0A" for code in codes)
    assert page.all("button", data_print="") and "no-store" in answer["Cache-Control"]
    for path in ("/", "/profile/", "/profile/backup-codes/", ENROLL):
        shown = browser.get(path).content.decode()
        assert not any(code in shown for code in codes), path
    assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", code) for code in codes)


def test_where_the_person_wanted_to_go_outlives_enrolling() -> None:
    user = factories.person()
    AuthenticatorDevice.objects.all().delete()
    answer = steps.confirm(steps.password(user, next="/accounts/?q=x"), user)
    assert Page(answer.content.decode()).one("main").text.count("I have kept them") == 1
    assert 'href="/accounts/?q=x"' in unescape(answer.content.decode())


# --- Nothing is left out ----------------------------------------------------------------------------------------
def at_questions() -> Client:
    user = steps.invited()
    return steps.password(user, steps.retrieve(user))


def at_change() -> Client:
    user = steps.invited()
    temporary = steps.retrieve(user)
    steps.answered(user)
    return steps.password(user, temporary)


def at_enroll() -> Client:
    user = factories.person()
    AuthenticatorDevice.objects.filter(user=user).delete()
    return steps.password(user)


def at_verify() -> Client:
    return steps.password(factories.owner_of(factories.account()))


#: How to come to a step, where it leads, and the pages that belong to it.
STEPS: dict[str, tuple[Callable[[], Client], str, set[str]]] = {
    "questions": (at_questions, QUESTIONS_PAGE, {"accounts:questions"}),
    "change": (at_change, CHANGE, {"accounts:change-password", "accounts:questions"}),
    "enroll": (at_enroll, ENROLL, {"accounts:enroll", "accounts:choose-email-token"}),
    "verify": (at_verify, VERIFY, {"accounts:verify", "accounts:send-token"}),
}
#: Pages for everybody: no sign-in is needed, so there is nothing to be skipped.
FOR_EVERYBODY = re.compile(
    r"importers:|verification:|mailroom:|demo:|exporters:(apply|terms|status|submitted)$|healthz$|readyz$|portal:icon$"
    r"|tradeparties:(apply|apply-protest|resume|step|draft|answers|status|withdraw|attachment)$"
    r"|form5106:restore-(status|attachment)$"
    r"|accounts:(sign-(in|out)|enroll-by-link)$|admin:log(in|out)$"
)


def every_page() -> list[tuple[str, str]]:
    """(Name, address) of every URL of the portal, with something filled in for its parts."""

    def below(resolver: Any, prefix: str, app: str) -> Any:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from below(pattern, prefix + str(pattern.pattern), pattern.app_name or app)
            elif isinstance(pattern, URLPattern):
                name = f"{app}:{pattern.name}" if app else str(pattern.name)
                route = re.sub(r"\(\?P<\w+>[^()]*\)", "<x>", prefix + str(pattern.pattern))
                route = re.sub(r"<int:\w+>", "1", route.replace("^", "").replace("$", "").replace("\\Z", ""))
                yield name, "/" + re.sub(r"<[^>]+>", "0123456789ABCDEFGHJKMN", route)

    return list(below(get_resolver(), "", ""))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_leads_to_the_step_that_is_due(step: str, method: str) -> None:
    arrive, due, own = STEPS[step]
    client = arrive()
    pages = [(name, page) for name, page in every_page() if not FOR_EVERYBODY.match(name) and name not in own]
    assert len(pages) > 60, "the portal has more pages than this"
    for name, page in pages:
        answer = getattr(client, method)(page)
        assert (answer.status_code, answer.get("Location")) == (302, due), f"{name} {page}"


@pytest.mark.parametrize("step", STEPS)
def test_pages_for_everybody_stay_open(step: str) -> None:
    client = STEPS[step][0]()
    for page in ("/apply/importer/", "/apply/exporter/", "/healthz"):
        assert client.get(page).status_code == 200, page
    assert client.post("/sign-out/").status_code == 302
    assert steps.due(client).startswith("/sign-in/?next=")


@pytest.mark.parametrize("step", STEPS)
def test_no_open_page_is_one_that_needs_a_sign_in(step: str) -> None:
    """Whoever adds a page for signed-in people to an app of open ones is told here."""
    client = STEPS[step][0]()
    for name, page in every_page():
        if FOR_EVERYBODY.match(name) and name not in ("accounts:sign-in", "accounts:sign-out"):
            asked_to_sign_in = Client().get(page).get("Location", "").startswith("/sign-in/?next=")
            assert not asked_to_sign_in, f"{name} needs a sign-in and is open to half signed-in people"
    assert client.get("/no/such/page/").status_code == 404


def test_a_step_behind_does_not_open_again(client: Client) -> None:
    client = at_enroll()
    for page in (QUESTIONS_PAGE, CHANGE, VERIFY):
        assert client.get(page)["Location"] == ENROLL
    assert at_verify().get(ENROLL)["Location"] == VERIFY


# --- The questions ----------------------------------------------------------------------------------------------
def test_there_are_at_least_fifteen_different_questions() -> None:
    assert len(QUESTIONS) >= 15 and len(set(QUESTIONS.values())) == len(QUESTIONS)
    page = Page(at_questions().get(QUESTIONS_PAGE).content.decode())
    for number in range(1, COUNT + 1):
        select = page.one("select", id=f"id_question_{number}")
        assert all(text in select.text for text in QUESTIONS.values())
        for name in ("answer", "again"):
            assert page.one(id=f"id_{name}_{number}").attrs["autocomplete"] == "off"


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "the same twice": ({"question_2": "first-boss"}, "You chose this question above"),
    "answers differ": ({"again_3": "something else"}, "The two answers to question 3 differ"),
    "another case": ({"again_1": steps.ANSWERS["first-boss"].upper()}, "The two answers to question 1 differ"),
    "not of the list": ({"question_5": "my-own"}, "Question 5 must be one of the options"),
    "no question": ({"question_4": ""}, "Question 4 is required"),
    "no answer": ({"answer_2": "", "again_2": ""}, "Answer 2 is required"),
    "blank answer": ({"answer_2": "   ", "again_2": "   "}, "Answer 2 is required"),
    "too long": ({"answer_2": "x" * 101, "again_2": "x" * 101}, "100 characters"),
    "NUL": ({"answer_2": "a\x00b", "again_2": "a\x00b"}, "Answer 2"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_with_the_questions_is_said(kind: str) -> None:
    changes, said = WRONG[kind]
    client = at_questions()
    answer = client.post(QUESTIONS_PAGE, steps.questions(**changes))
    assert any(said in line for line in steps.errors(answer)), steps.errors(answer)
    assert not ChallengeAnswer.objects.exists()
    assert steps.due(client) == QUESTIONS_PAGE
    chosen = Page(answer.content.decode()).one("select", id="id_question_1")
    assert chosen, "what was chosen stays"
    assert steps.ANSWERS["teacher"] not in answer.content.decode()


def test_everything_missing_is_said_at_once() -> None:
    assert len(steps.errors(at_questions().post(QUESTIONS_PAGE, {"x": "y"}))) == 15


def test_answers_are_kept_as_hashes_and_not_written_anywhere_else() -> None:
    client = at_questions()
    client.post(QUESTIONS_PAGE, steps.questions())
    kept = ChallengeAnswer.objects.all()
    assert len(kept) == COUNT and all(row.answer.startswith("argon2$") for row in kept)
    assert "Answer" not in " ".join(f"{event.summary}{event.after}" for event in Event.objects.all())


def test_five_different_questions_at_the_action_too() -> None:
    user = factories.person()
    pairs = [(code, "x") for code in QUESTIONS]
    for answers in (pairs[:4], pairs[:6], [*pairs[:4], pairs[0]], [*pairs[:4], ("my-own", "x")]):
        with pytest.raises(DomainError):
            actions.answer_questions(user, answers=answers)
    with pytest.raises(DomainError):
        actions.answer_questions(user, answers=[*pairs[:4], (pairs[4][0], " \u00a0 ")])
    assert not ChallengeAnswer.objects.exists()


def test_questions_can_be_changed_later_with_the_password() -> None:
    user = steps.answered(factories.person())
    before = set(ChallengeAnswer.objects.values_list("pk", flat=True))
    browser = steps.signed_in(user)
    typed = steps.questions(question_1="unfinished")
    assert "Your password is required." in steps.errors(browser.post(QUESTIONS_PAGE, typed))
    assert steps.errors(browser.post(QUESTIONS_PAGE, typed | {"password": "not-it"}))
    assert set(ChallengeAnswer.objects.values_list("pk", flat=True)) == before
    answer = browser.post(QUESTIONS_PAGE, typed | {"password": factories.PASSWORD})
    assert answer["Location"] == "/profile/"
    assert set(ChallengeAnswer.objects.values_list("question", flat=True)) >= {"unfinished"}


# --- The change of password -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("Short-1!", "at least 15 characters"),
        ("Seven--Kites-3-Above!", "no character twice in a row"),
        ("seven-kites-3-above!", "an upper-case letter"),
    ],
)
def test_the_policy_is_enforced_on_the_server(new: str, said: str) -> None:
    user = steps.answered(steps.invited())
    temporary = steps.retrieve(user)
    client = steps.password(user, temporary)
    assert any(said in line for line in steps.errors(steps.change(client, temporary, new)))
    assert any(
        "temporary" in line or "before" in line for line in steps.errors(steps.change(client, temporary, temporary))
    )
    assert steps.due(client) == CHANGE


def test_a_temporary_password_that_ran_out_meanwhile_changes_nothing(later: Any) -> None:
    user = steps.answered(steps.invited())
    temporary = steps.retrieve(user)
    later(hours=23, minutes=50)
    client = steps.password(user, temporary)
    later(minutes=10)
    (said,) = steps.errors(steps.change(client, temporary))
    assert "has run out" in said
    user.refresh_from_db()
    assert user.status == User.Status.FIRST_SIGN_IN


def test_guessing_the_present_password_of_an_open_session_comes_to_an_end(later: Any) -> None:
    user = factories.person()
    client = steps.signed_in(user)
    for _ in range(10):
        assert steps.errors(steps.change(client, "Wrong-1-Password!")) == ["This is not your present password."]
    assert "Too many wrong passwords" in steps.errors(steps.change(client, factories.PASSWORD))[0]
    later(minutes=14)
    client.get("/")
    later(minutes=1)
    assert steps.change(client, factories.PASSWORD).status_code == 302
    assert Message.objects.filter(template="accounts/password_changed").count() == 1


# --- The authenticator ------------------------------------------------------------------------------------------
def test_the_key_is_a_picture_drawn_here_and_a_text() -> None:
    client = at_enroll()
    shown = client.get(ENROLL)
    device = AuthenticatorDevice.objects.get()
    page = Page(shown.content.decode())
    picture = page.one("svg", role="img")
    assert not page.all("img") and "style" not in " ".join(e.attrs.get("style", "") and "style" for e in page.elements)
    assert "style=" not in shown.content.decode() and "<style" not in shown.content.decode()
    assert picture.text.strip() == "QR code with the key below", "it has a name"
    assert device.key_text in steps.text_of(shown).replace(" ", "")
    assert "otpauth" not in shown.content.decode()
    again = client.get(ENROLL)
    assert AuthenticatorDevice.objects.count() == 1 and device.key_text in steps.text_of(again).replace(" ", "")


def test_the_picture_says_what_the_app_needs() -> None:
    user = factories.person()
    device = AuthenticatorDevice.objects.get(user=user)
    address = device.config_url
    assert address.startswith(f"otpauth://totp/ACE%20Portal%20simulator%3A{user.account_id}?")
    assert {f"secret={device.key_text}", "issuer=ACE%20Portal%20simulator", "digits=6", "period=30"} == set(
        address.partition("?")[2].split("&")
    )


@pytest.mark.parametrize("typed", ["000000", "", "abcdef", "12345", "1234567", "٣٣٣٣٣٣", "😀"])
def test_a_wrong_code_sets_nothing_up(typed: str) -> None:
    client = at_enroll()
    client.get(ENROLL)
    answer = client.post(ENROLL, {"code": typed})
    assert steps.errors(answer)
    assert not AuthenticatorDevice.objects.filter(confirmed=True).exists()
    assert steps.due(client) == ENROLL


def test_a_code_may_be_typed_with_a_space() -> None:
    client = at_enroll()
    client.get(ENROLL)
    token = f"{AuthenticatorDevice.objects.get().totp().token():06d}"
    answer = client.post(ENROLL, {"code": f" {token[:3]} {token[3:]} "})
    assert len(steps.shown_codes(answer)) == 10


def test_the_key_is_encrypted_and_backup_codes_are_digests() -> None:
    client = at_enroll()
    user = User.objects.get()
    codes = steps.shown_codes(steps.confirm(client, user))
    device = AuthenticatorDevice.objects.get()
    assert device.key.hex() not in device.sealed_key and device.key_text not in device.sealed_key
    kept = set(device.user.backupcodeset_set.get().codes.values_list("digest", flat=True))
    assert len(kept) == 10 and not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_the_session_has_a_new_key_after_password_and_after_second_factor() -> None:
    user = factories.person()
    client = Client()
    client.get("/apply/importer/")
    keys = [client.session.session_key]
    steps.password(user, client=client)
    keys.append(client.session.session_key)
    steps.verify(client, steps.totp(user))
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3 and all(keys)
    assert not any(client.session.exists(key) for key in keys[:2])


def test_the_steps_have_names() -> None:
    names = ["questions", "change-password", "enroll", "verify"]
    assert [reverse(f"accounts:{name}") for name in names] == [QUESTIONS_PAGE, CHANGE, ENROLL, VERIFY]
