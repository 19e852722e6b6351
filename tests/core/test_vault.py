"""Digests and encryption: a key for each purpose, nothing readable with another."""

from typing import Any

import pytest

from ace_portal.core import tokens, vault
from tests.harness.moving_time import later

__all__ = ["later"]


def test_a_digest_is_always_the_same_and_tells_nothing() -> None:
    made = vault.digest("code", "123456")
    assert made == vault.digest("code", "123456")
    assert len(made) == 64 and int(made, 16) and "123456" not in made


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("code", "123456"), ("mailbox", "123456")),
        (("code", "12", "3456"), ("code", "1234", "56")),
        (("code", "ab", ""), ("code", "a", "b")),
        (("code", "1:a"), ("code", "1", "a")),
        (("code",), ("code", "")),
        (("code", "a"), ("code", "A")),
    ],
)
def test_whatever_differs_has_another_digest(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert vault.digest(*one) != vault.digest(*other)


def test_another_key_means_other_digests(settings: Any) -> None:
    before = vault.digest("code", "123456")
    settings.VAULT_KEY = "another key"
    assert vault.digest("code", "123456") != before


def test_digests_are_compared() -> None:
    assert vault.same("a" * 64, "a" * 64)
    assert not vault.same("a" * 64, "a" * 63 + "b") and not vault.same("a", "")


@pytest.mark.parametrize("text", ["", "secret", "naïve 😀", "x" * 10_000])
def test_what_was_encrypted_can_be_read_again(text: str) -> None:
    token = vault.encrypt("key", text)
    assert vault.decrypt("key", token) == text
    assert text == "" or text not in token
    assert token != vault.encrypt("key", text), "nobody sees that two texts are equal"
    assert not set(token) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")


@pytest.mark.parametrize("forge", ["", "x", "ä", "{0}A", "tampered", "another purpose"])
def test_a_forged_text_is_not_readable(forge: str) -> None:
    token = vault.encrypt("key", "secret")
    forged = {"tampered": token[:30] + ("B" if token[30] == "A" else "A") + token[31:]}.get(forge, forge.format(token))
    if forge == "{0}A":
        forged = "A" + token
    if forge == "another purpose":
        forged = vault.encrypt("other", "secret")
    with pytest.raises(vault.Unreadable):
        vault.decrypt("key", forged)


def test_another_key_opens_nothing(settings: Any) -> None:
    token = vault.encrypt("key", "secret")
    settings.VAULT_KEY = "another key"
    with pytest.raises(vault.Unreadable):
        vault.decrypt("key", token)


def test_a_text_can_have_an_age(later: Any) -> None:
    token = vault.encrypt("key", "secret")
    later(seconds=60)
    assert vault.decrypt("key", token, max_age=60) == "secret"
    later(seconds=1)
    with pytest.raises(vault.Unreadable):
        vault.decrypt("key", token, max_age=60)
    assert vault.decrypt("key", token) == "secret"


def test_link_tokens_are_128_random_bits() -> None:
    made = {tokens.link_token() for _ in range(200)}
    assert len(made) == 200 and all(len(token) == 22 for token in made)


@pytest.mark.parametrize("alphabet", [tokens.CLEAR_UPPER, tokens.CLEAR_MIXED])
def test_what_is_read_aloud_has_no_look_alikes(alphabet: str) -> None:
    assert not set(alphabet) & set("0O1Il") - {"I"} and "I" not in alphabet
    assert len(set(alphabet)) == len(alphabet)
    picked = tokens.pick(alphabet, 500)
    assert len(picked) == 500 and set(picked) <= set(alphabet) and len(set(picked)) > 20
