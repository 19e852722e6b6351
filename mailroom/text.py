"""What can be made of a letter's plain text: links that can be clicked, codes that can be copied."""

import re

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# A path on this very site: a second slash or a backslash at its start would lead a browser to another one.
_PATH = r"/(?![/\\])[A-Za-z0-9_./~%?=&#:@!$*+,;()-]*"
# The bare address of the site, at the end of a word: "http://portal.example.org" is another one than its beginning.
_END = r"(?=[.,;:!?)\]>\"']*(?:\s|$))"
_CODE = re.compile(r"^[ \t]*(\d{6})[ \t\r]*$", re.MULTILINE | re.ASCII)


def with_links(text: str) -> SafeString:
    """The text escaped, the addresses of this portal in it clickable.

    The links lead to the path on the site they are read on, so that they work by whatever name it was opened.
    """
    site = re.escape(settings.SITE_URL)
    parts = re.split(rf"({site}(?:{_PATH}|{_END}))", text)
    made = [_link(part) if place % 2 else str(escape(part)) for place, part in enumerate(parts)]
    return mark_safe("".join(made))  # noqa: S308  # nosec B308 B703 - every part is escaped above or in _link


def code_in(text: str) -> str:
    """The six-digit code that stands on a line of its own, or ""."""
    found = _CODE.search(text)
    return found[1] if found else ""


def _link(address: str) -> str:
    bare = address.rstrip(".,;:!?)")
    path = bare.removeprefix(settings.SITE_URL) or "/"
    return f'<a class="usa-link" href="{escape(path)}">{escape(bare)}</a>{escape(address[len(bare) :])}'
