"""Every address of the URLconf, as the text a person reads: `accounts/<int:pk>/`."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def routes() -> Iterator[str]:
    """The route of every URL pattern, the admin's and the rehearsal rooms' among them."""
    yield from _below(get_resolver(), "")


def _below(resolver: Any, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield readable(route)


def readable(route: str) -> str:
    """A route with regular expressions reduced to the names of their parts."""
    named = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", route)
    return named.replace("^", "").replace("$", "")
