"""Limits hold exactly as a simple model says, whatever the order and distance of the tries."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ace_portal.core import clock
from ace_portal.core.errors import TooMany
from tests.harness.moving_time import START
from verification import throttles
from verification.models import Throttle
from verification.throttles import Rule
from verification.visitors import ip_of

pytestmark = pytest.mark.django_db

seconds = st.integers(min_value=1, max_value=120).map(lambda n: timedelta(seconds=n))
windows = st.lists(st.builds(Rule, st.integers(1, 5), seconds), min_size=1, max_size=3).map(tuple)
pausing = st.builds(Rule, st.integers(1, 5), seconds, pause=seconds).map(lambda rule: (rule,))
tries = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["take", "take", "take", "give back"])), max_size=20)


class Model:
    """What the rules mean, in the plainest words: a list of the tries that counted."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules, self.counted = rules, []

    def in_window(self, rule: Rule, end: float) -> int:
        return len([at for at in self.counted if end - rule.window.total_seconds() < at <= end])

    def blocked_until(self, now: float) -> float:
        """The first moment from `now` on at which every rule lets a try through (times are whole seconds)."""
        at = now
        while any(self.blocks(rule, at) for rule in self.rules):
            at += 1
        return at

    def blocks(self, rule: Rule, now: float) -> bool:
        if rule.pause is None:
            return self.in_window(rule, now) >= rule.limit
        filled = [at for index, at in enumerate(self.counted) if self._fills(rule, index)]
        return any(at + rule.pause.total_seconds() > now for at in filled)

    def _fills(self, rule: Rule, index: int) -> bool:
        """Whether this try was the one that reached the limit, or came after it within the same window."""
        at = self.counted[index]
        window = rule.window.total_seconds()
        return len([before for before in self.counted[: index + 1] if before > at - window]) >= rule.limit


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=windows | pausing, steps=tries)
def test_tries_are_counted_as_the_model_counts_them(rules: tuple[Rule, ...], steps: list[tuple[int, str]]) -> None:
    model, key = Model(rules), uuid4().hex
    with time_machine.travel(START, tick=False) as traveller:
        for wait, what in steps:
            traveller.shift(timedelta(seconds=wait))
            now = _now()
            if what == "give back":
                throttles.give_back("model", key)
                model.counted = model.counted[:-1]
                continue
            free = model.blocked_until(now)
            try:
                throttles.take("model", key, rules, sentence="Wait {wait}.")
            except TooMany as limit:
                assert free > now, "refused although the limits leave room"
                assert limit.retry_at.timestamp() == free
            else:
                assert free == now, "let through although a limit is reached"
                model.counted.append(now)


def _now() -> float:
    return clock.now().timestamp()


@pytest.mark.parametrize(
    ("wait", "said"), [(1, "1 minute."), (60, "1 minute."), (61, "2 minutes."), (3600, "60 minutes.")]
)
def test_the_sentence_says_how_long_to_wait(later: Any, wait: int, said: str) -> None:
    rule = (Rule(1, timedelta(seconds=wait)),)
    throttles.take("words", "key", rule, sentence="")
    with pytest.raises(TooMany) as caught:
        throttles.take("words", "key", rule, sentence="Wait {wait}.")
    assert caught.value.message == f"Wait {said}"


def test_keys_and_scopes_do_not_mix_and_are_not_kept_in_clear(later: Any) -> None:
    rule = (Rule(1, timedelta(hours=1)),)
    for scope, key in (("a", "x"), ("a", "y"), ("b", "x"), ("a", ""), ("", "ax")):
        throttles.take(scope, key, rule, sentence="")
    throttles.take("mail", "pat@importer.example", rule, sentence="")
    assert Throttle.objects.count() == 6
    assert all(len(row.key) == 64 and int(row.key, 16) for row in Throttle.objects.all())


def test_a_refused_try_is_not_counted(later: Any) -> None:
    rule = (Rule(1, timedelta(seconds=60)),)
    throttles.take("scope", "key", rule, sentence="")
    for _ in range(5):
        later(seconds=11)
        with pytest.raises(TooMany):
            throttles.take("scope", "key", rule, sentence="")
    later(seconds=5)
    throttles.take("scope", "key", rule, sentence="")


def test_what_no_rule_needs_any_more_is_forgotten(later: Any) -> None:
    rule = (Rule(1000, timedelta(seconds=60)),)
    for _ in range(30):
        throttles.take("scope", "key", rule, sentence="")
        later(seconds=10)
    assert len(Throttle.objects.get().hits) <= 6


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, None, "10.1.1.1"),
        (0, "203.0.113.5", "10.1.1.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "1.2.3.4, 203.0.113.5", "203.0.113.5"),
        (2, "1.2.3.4, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "10.1.1.1"),
        (1, " , ", "10.1.1.1"),
    ],
)
def test_a_visitor_cannot_choose_the_address_that_is_counted(
    settings: Any, proxies: int, header: str | None, seen: str
) -> None:
    settings.PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": header} if header is not None else {}
    assert ip_of(RequestFactory(REMOTE_ADDR="10.1.1.1", **headers).get("/")) == seen


def test_a_visitor_without_an_address_is_counted_too(settings: Any) -> None:
    assert ip_of(RequestFactory(REMOTE_ADDR="").get("/")) == "unknown"


def test_two_first_tries_at_the_very_moment_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (Rule(2, timedelta(minutes=1)),)
    throttles.take("test", "key", rules, sentence="")
    real, looks = throttles._locked, []

    def not_seen_at_first(scope: str, key: str) -> Throttle | None:
        looks.append(key)
        return real(scope, key) if len(looks) > 1 else None

    monkeypatch.setattr(throttles, "_locked", not_seen_at_first)
    throttles.take("test", "key", rules, sentence="")
    assert len(Throttle.objects.get().hits) == 2
    with pytest.raises(TooMany):
        throttles.take("test", "key", rules, sentence="")
