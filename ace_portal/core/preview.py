"""The mails of a decision before it is taken: it is taken in earnest, and undone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ace_portal.core import mail

#: The random part of a link that opens a page by itself (ace_portal.core.tokens.link_token).
_LINK_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")


@dataclass(frozen=True)
class Letter:
    """A message as its reader would see it, without the links that open a page by themselves."""

    to: str
    subject: str
    body: str


def letters(decide: Callable[[], Any]) -> list[Letter]:
    """What `decide()` would mail, from the same templates and rows as if it were taken now; nothing of it stays.

    Numbers that are drawn with the decision (an ACE ID, say) are others when it is taken. Raises what `decide` raises.
    """
    with mail.watching() as written, transaction.atomic():
        decide()
        transaction.set_rollback(True)
    return [Letter(one.to_address, one.subject, without_links(one.body)) for one in written]


def without_links(body: str) -> str:
    """The text of a message without what opens a page by itself."""
    return _LINK_TOKEN.sub("…", body)
