"""Numbers that are kept encrypted and shown masked: Social Security, passport and bank routing numbers."""

from ace_portal.core import vault

_PURPOSE = "form-5106"


def seal(text: str) -> str:
    """The text encrypted, to be kept in a draft, a filing or a record; "" for no text."""
    return vault.encrypt(_PURPOSE, text) if text else ""


def mask(sealed: str) -> str:
    """What people see of a sealed number: its last four characters, as many dots as it has others."""
    text = opened(sealed)
    hidden = len(text) - 4
    return "•" * hidden + text[hidden:] if hidden > 0 else "•" * len(text)


def same(one: str, other: str) -> bool:
    """Whether two sealed numbers are the same one; each time it is sealed, a number looks different."""
    return opened(one) == opened(other)


def opened(sealed: str) -> str:
    """The number in clear, for comparing only; "" where there is none or the key is another one by now."""
    try:
        return vault.decrypt(_PURPOSE, sealed) if sealed else ""
    except vault.Unreadable:
        return ""
