"""Random texts: link tokens, references a person can read out, account IDs."""

import secrets

#: Letters and digits that nobody confuses when reading them aloud or copying them by hand (no 0 O o 1 I l).
CLEAR_UPPER = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CLEAR_MIXED = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"


def link_token() -> str:
    """22 URL-safe characters, 128 bits: whoever has the link may open the page."""
    return secrets.token_urlsafe(16)


def pick(alphabet: str, length: int) -> str:
    """`length` characters of the alphabet, from the system's random source."""
    return "".join(secrets.choice(alphabet) for _ in range(length))
