"""E-mailed verification codes: how long, how often, for whom, and what is kept of them."""

from typing import Any

import pytest
from django.forms.models import model_to_dict

from accounts.models import User
from ace_portal.core import vault
from ace_portal.core.errors import TooMany
from tests import factories
from verification import challenges, codes, tasks, throttles
from verification.codes import CodeRefused
from verification.models import ChallengeAnswer, Throttle, VerificationCode

pytestmark = pytest.mark.django_db

ADDRESS = "pat@importer.example"


class Door:
    """One row that a code can open, tried the way actions try it."""

    def __init__(self, address: str = ADDRESS, ip: str = "10.0.0.1") -> None:
        self.row: User = factories.person(active=False)
        self.address, self.ip = address, ip

    def issue(self, **changes: Any) -> str:
        facts = {"address": self.address, "bound_to": self.row, "browser": "one", "ip": self.ip, **changes}
        return codes.issue("test", **facts)[0]

    def compare(self, typed: str, *, purpose: str = "test", **changes: Any) -> codes.RightCode:
        facts = {"address": self.address, "bound_to": self.row, "browser": "one", **changes}
        return codes.compare(purpose, typed=typed, **facts)

    def refusal(self, typed: str, **changes: Any) -> CodeRefused:
        with pytest.raises(CodeRefused) as caught:
            self.compare(typed, **changes)
        return caught.value

    def live(self) -> VerificationCode:
        return VerificationCode.objects.get(used_at=None, replaced_at=None, bound_to=f"accounts.user:{self.row.pk}")


@pytest.fixture
def door(later: Any) -> Door:
    return Door()


def other_than(*known: str) -> str:
    """Six digits that are none of these codes."""
    return next(f"{number:06d}" for number in range(10) if f"{number:06d}" not in known)


def test_a_code_has_six_digits_and_says_when_it_ends(later: Any) -> None:
    at = later()
    code, ends = codes.issue("test", address=ADDRESS, bound_to=factories.person(), browser="one", ip="10.0.0.1")
    assert len(code) == 6 and code.isdecimal() and code.isascii()
    assert (ends - at).total_seconds() == 600


def test_codes_differ(later: Any) -> None:
    made = {Door(f"pat{n}@importer.example", ip=f"10.0.0.{n}").issue() for n in range(30)}
    assert len(made) > 25


@pytest.mark.parametrize(
    ("waited", "works"),
    [({"minutes": 9, "seconds": 59}, True), ({"minutes": 10}, False), ({"minutes": 10, "seconds": 1}, False)],
)
def test_a_code_works_for_ten_minutes(door: Door, later: Any, waited: dict[str, int], works: bool) -> None:
    code = door.issue()
    later(**waited)
    assert (codes.live_until("test", door.row) is not None) is works
    if works:
        codes.consume(door.compare(code))
    else:
        refused = door.refusal(code)
        assert refused.code == "expired"
        assert "ten minutes" in refused.message and "Send a new code" in refused.message


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}-{1}", " {0}{1} ", "{0}\u00a0{1}", "{0}\u2009{1}"])
def test_spaces_and_hyphens_in_a_code_do_not_matter(door: Door, typed: str) -> None:
    code = door.issue()
    door.compare(typed.format(code[:3], code[3:]))


def test_five_wrong_tries_kill_a_code(door: Door) -> None:
    code = door.issue()
    wrong = other_than(code)
    refusals = [door.refusal(wrong) for _ in range(5)]
    assert [refused.code for refused in refusals] == ["wrong"] * 4 + ["used_up"]
    assert ["4 tries left" in refusals[0].message, "1 try left" in refusals[3].message] == [True, True]
    assert "last try" in refusals[4].message
    after = door.refusal(code)
    assert after.code == "used_up" and "five times" in after.message
    assert door.live().tries == 5
    assert codes.live_until("test", door.row) is None


def test_the_fifth_try_may_be_the_right_one(door: Door) -> None:
    code = door.issue()
    for _ in range(4):
        door.refusal(other_than(code))
    codes.consume(door.compare(code))


def test_a_code_works_once(door: Door) -> None:
    code = door.issue()
    right = door.compare(code)
    codes.consume(right)
    with pytest.raises(CodeRefused) as caught:
        codes.consume(right)
    assert caught.value.code == "used_up"
    assert door.refusal(code).code == "none"


def test_a_new_code_kills_the_old_one(door: Door, later: Any) -> None:
    old = door.issue()
    later(seconds=61)
    new = door.issue()
    if old != new:
        refused = door.refusal(old)
        assert refused.code == "earlier" and "earlier code" in refused.message
    codes.consume(door.compare(new))


def test_a_right_code_that_was_replaced_before_it_was_consumed_does_not_count(door: Door, later: Any) -> None:
    right = door.compare(door.issue())
    later(seconds=61)
    door.issue()
    with pytest.raises(CodeRefused):
        codes.consume(right)


def test_every_refusal_has_a_sentence_of_its_own(door: Door, later: Any) -> None:
    said = {"none": door.refusal("123456")}
    first = door.issue()
    said["other_browser"] = door.refusal(first, browser="two")
    said["wrong"] = door.refusal(other_than(first))
    later(seconds=61)
    second = door.issue()
    assert first != second
    said["earlier"] = door.refusal(first)
    for _ in range(4):
        said["last"] = door.refusal(other_than(first, second))
    said["used_up"] = door.refusal(second)
    later(hours=2)
    door.issue()
    later(minutes=11)
    said["expired"] = door.refusal("123456")
    assert len({refused.message for refused in said.values()}) == len(said)
    assert all(refused.code == kind for kind, refused in said.items() if kind != "last")


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({"browser": "two"}, "other_browser"),
        ({"purpose": "another purpose"}, "none"),
        ({"bound_to": "another row"}, "none"),
    ],
)
def test_a_code_is_bound_to_browser_purpose_and_row(door: Door, other: dict[str, Any], kind: str) -> None:
    code = door.issue()
    if "bound_to" in other:
        other = {"bound_to": factories.person(active=False)}
    assert door.refusal(code, **other).code == kind
    codes.consume(door.compare(code))


def test_a_code_is_bound_to_the_address_it_was_sent_to(door: Door) -> None:
    code = door.issue()
    door.refusal(code, address="somebody.else@importer.example")
    codes.consume(door.compare(code))


def test_only_a_keyed_digest_of_the_code_is_kept(door: Door, settings: Any) -> None:
    code = door.issue()
    kept = door.live()
    values = [str(value) for name, value in model_to_dict(kept).items() if not name.endswith("_at")]
    assert not any(code in value for value in values if len(value) < 60)
    assert len(kept.digest) == 64 and int(kept.digest, 16)
    assert ADDRESS not in "".join(values) and "one" not in values
    settings.VAULT_KEY = "another key"
    door.refusal(code)


def test_the_same_code_for_another_row_has_another_digest(door: Door, monkeypatch: Any) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda limit: 4711)
    other = Door("sam@importer.example", ip="10.0.0.2")
    assert door.issue() == other.issue() == "004711"
    assert door.live().digest != other.live().digest


# --- How often a code is sent -----------------------------------------------------------------------------------
SPELLINGS = ["Pat@Importer.example", "pat+1@importer.example", "PAT+two@IMPORTER.EXAMPLE", "pat@importer.example"]


def sent(*addresses: str, ip: str = "10.0.0.1") -> TooMany | None:
    """Issue a code for each address; the limit that was met, if one was."""
    for address in addresses:
        try:
            Door(address, ip=ip).issue()
        except TooMany as limit:
            return limit
    return None


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_mailbox_gets_a_code_a_minute_however_it_is_spelled(later: Any, spelling: str) -> None:
    at = later()
    assert sent(ADDRESS) is None
    later(seconds=59)
    limit = sent(spelling)
    assert limit is not None and (limit.retry_at - at).total_seconds() == 60
    assert "1 minute" in limit.message
    later(seconds=1)
    assert sent(spelling) is None


def test_a_mailbox_gets_five_codes_an_hour(later: Any) -> None:
    start = later()
    for number in range(5):
        assert sent(SPELLINGS[number % 4], ip=f"10.0.1.{number}") is None
        later(minutes=2)
    limit = sent(ADDRESS, ip="10.0.1.9")
    assert limit is not None and (limit.retry_at - start).total_seconds() == 3600
    assert "50 minutes" in limit.message
    later(minutes=50)
    assert sent(ADDRESS, ip="10.0.1.9") is None


def test_a_mailbox_gets_ten_codes_a_day(later: Any) -> None:
    for number in range(10):
        assert sent(ADDRESS, ip=f"10.0.1.{number}") is None
        later(minutes=61 if number == 4 else 2)
    later(hours=3)
    assert sent(ADDRESS, ip="10.0.1.99") is not None
    later(hours=24)
    assert sent(ADDRESS, ip="10.0.1.99") is None


def test_a_network_asks_for_twenty_codes_an_hour(later: Any) -> None:
    assert sent(*(f"pat{n}@importer.example" for n in range(20))) is None
    limit = sent("pat20@importer.example")
    assert limit is not None and "network" in limit.message
    assert sent("pat20@importer.example", ip="10.0.0.2") is None, "the address itself was not counted"
    later(hours=1)
    assert sent("pat21@importer.example") is None


def test_a_refused_sending_leaves_the_live_code_alone(door: Door) -> None:
    code = door.issue()
    with pytest.raises(TooMany):
        door.issue()
    codes.consume(door.compare(code))


# --- Guessing ---------------------------------------------------------------------------------------------------
def test_ten_wrong_codes_an_hour_pause_the_mailbox_for_an_hour(later: Any) -> None:
    for session in range(2):
        door = Door(SPELLINGS[session], ip=f"10.0.0.{session}")
        code = door.issue(browser=f"browser {session}")
        for _ in range(5):
            last = later(seconds=30)
            door.refusal(other_than(code), browser=f"browser {session}")
    later(minutes=1)
    door = Door(SPELLINGS[2], ip="10.0.0.7")
    code = door.issue()
    with pytest.raises(TooMany) as caught:
        door.compare(code)
    said = caught.value.message
    assert "59 minutes" in said and "nothing you typed is lost" in said
    assert not any(word in said for word in ("wrong", "right", "expired", "@")), (
        "the pause tells nothing about the code"
    )
    assert caught.value.retry_at == last + codes.HOUR
    later(minutes=58, seconds=59)
    code = Door(ADDRESS, ip="10.0.0.8").issue()
    with pytest.raises(TooMany):
        door.compare(code)
    later(seconds=61)
    codes.consume(door.compare(door.issue()))


def test_right_expired_and_used_up_codes_are_no_guesses(later: Any) -> None:
    for number in range(4):
        door = Door(ip=f"10.0.2.{number}")
        code = door.issue()
        for _ in range(3):
            door.compare(code)
        later(minutes=11)
        for _ in range(3):
            assert door.refusal(code).code == "expired"
    assert Throttle.objects.get(key=vault.digest("throttle", "code-wrong", ADDRESS)).hits == []


def test_addresses_are_shown_masked() -> None:
    assert codes.mask_address("jane.doe@acme.example") == "j•••@acme.example"


def test_what_has_run_out_is_deleted_and_nothing_else(door: Door, later: Any) -> None:
    door.issue()
    later(hours=24, minutes=10)
    assert tasks.clear_out() == 0
    later(seconds=1)
    assert tasks.clear_out() == 1
    assert Throttle.objects.count() > 0
    later(days=2)
    throttles.take("test", "somebody", (throttles.Rule(1, codes.HOUR),), sentence="")
    assert tasks.clear_out() == 2
    assert Throttle.objects.count() == 1


def test_rows_with_secrets_are_named_without_them() -> None:
    challenges.set_answers(factories.person(), [(code, "An answer") for code in list(challenges.QUESTIONS)[:5]])
    row = ChallengeAnswer.objects.earliest("position")
    assert str(row) == f"challenge 1 of user {row.user_id}"
