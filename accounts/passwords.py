"""The password policy (facts-applications §5.3, in force since 2021) and the temporary password."""

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from ace_portal.core import tokens

MINIMUM_LENGTH = 15
MAXIMUM_LENGTH = 128


def temporary() -> str:
    """A temporary password that keeps to the policy: four groups of four clear characters."""
    while True:
        password = "-".join(tokens.pick(tokens.CLEAR_MIXED, 4) for _ in range(4))
        if not any(rule.broken(password, None) for rule in RULES):
            return password


def _names(user: Any) -> Iterator[str]:
    for name in ("account_id", "first_name", "last_name"):
        value = getattr(user, name, "") or ""
        if len(value) >= 2:
            yield value.lower()


@dataclass(frozen=True)
class Rule:
    """One rule of the policy. `broken(password, user)` is true when the password does not keep to it.

    `code` names the rule for the page's live checklist (static/js/portal.js), which repeats the tests for comfort.
    """

    code: str
    sentence: str
    broken: Callable[[str, Any], bool]


def _lacks(letters: str) -> Callable[[str, Any], bool]:
    return lambda password, user: not any(char in letters for char in password)


#: What the page lists and the server enforces.
RULES = (
    Rule("length", f"at least {MINIMUM_LENGTH} characters", lambda password, user: len(password) < MINIMUM_LENGTH),
    Rule("longest", f"at most {MAXIMUM_LENGTH} characters", lambda password, user: len(password) > MAXIMUM_LENGTH),
    Rule("upper", "an upper-case letter", _lacks(string.ascii_uppercase)),
    Rule("lower", "a lower-case letter", _lacks(string.ascii_lowercase)),
    Rule("digit", "a digit", _lacks(string.digits)),
    Rule("symbol", "a symbol such as ! # $ % or -", _lacks(string.punctuation)),
    Rule(
        "repeat",
        "no character twice in a row",
        lambda password, user: any(a == b for a, b in zip(password, password[1:], strict=False)),
    ),
    Rule(
        "names",
        "not your user ID, first name or last name",
        lambda password, user: any(name in password.lower() for name in _names(user)),
    ),
)


class PortalPasswordPolicy:
    """Django password validator: the rules above, and none of the person's earlier passwords nor one reversed."""

    def validate(self, password: str, user: Any = None) -> None:
        broken = [rule.sentence for rule in RULES if rule.broken(password, user)]
        if broken:
            raise ValidationError([f"The password needs: {sentence}." for sentence in broken], code="policy")
        if user is not None and user.pk and self._had(password, user):
            raise ValidationError(
                "You had this password before, or one that reads the same backwards. Choose a new one.", code="earlier"
            )

    def get_help_text(self) -> str:
        return "The password needs " + ", ".join(rule.sentence for rule in RULES) + "."

    @staticmethod
    def _had(password: str, user: Any) -> bool:
        hashes = [user.password, *user.earlier_passwords.values_list("password", flat=True)]
        tried = {password, password[::-1]}
        return any(check_password(text, known) for known in hashes if known for text in tried)
