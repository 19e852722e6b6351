"""A variable that a template of this project names and nobody has set fails the test.

Django prints nothing for such a variable, so a slip of the pen stays unseen. Templates of libraries (the admin above
all) count on that and are left alone; so is whatever carries a `default` filter, since that says what to do.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.template.base import FilterExpression, Parser, Variable, VariableDoesNotExist

ROOT = Path(__file__).resolve().parents[2]
FORGIVING = {"default", "default_if_none"}


class UndefinedTemplateVariable(AssertionError):
    """A template of this project used a variable that is not in its context."""


@cache
def is_ours(name: str) -> bool:
    """Whether the template of this name is a file of this repository (and of no library installed inside it)."""
    path = Path(name)
    return path.is_relative_to(ROOT) and "site-packages" not in path.parts


class StrictExpression(FilterExpression):
    """`{{ variable|filter }}` that knows which template it stands in."""

    __slots__ = ("origin", "strict")

    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)
        self.origin = parser.origin
        # Asked once for each place in a template: a list of countries draws the same place 250 times.
        self.strict = (
            isinstance(self.var, Variable)
            and is_ours(str(self.origin))
            and not any(function.__name__ in FORGIVING for function, _ in self.filters)
        )

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        value = super().resolve(context, ignore_failures)
        # Only what came out empty can be undefined; looking twice at everything would draw every field twice.
        doubtful = bool(self.filters) or value is None or (isinstance(value, str) and not value)
        if self.strict and doubtful and not ignore_failures:
            self._refuse_undefined(context)
        return value

    def _refuse_undefined(self, context: Any) -> None:
        try:
            self.var.resolve(context)
        except VariableDoesNotExist as error:
            raise UndefinedTemplateVariable(f"{self.origin}: “{self.token}” is not defined") from error


@pytest.fixture(scope="session", autouse=True)
def strict_templates() -> Iterator[None]:
    """Refuse undefined variables in the templates of this project, for the whole session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parser, "compile_filter", lambda parser, token: StrictExpression(token, parser))
        yield
