"""One-time links in mails: a random token kept as a digest, with an end, used once."""

from datetime import timedelta
from typing import Any

from ace_portal.core import clock, tokens, vault
from verification.models import OneTimeLink


def issue(purpose: str, *, user: Any, lives: timedelta) -> str:
    """Make a link's token (22 characters) in the caller's transaction; earlier ones of the purpose stop working."""
    token = tokens.link_token()
    at = clock.now()
    void(purpose, user=user)
    OneTimeLink.objects.create(
        purpose=purpose, user=user, digest=_digest(purpose, token), created_at=at, expires_at=at + lives
    )
    return token


def owner_of(purpose: str, token: str) -> Any | None:
    """The person a live link was made for, or None: unknown, used, or too old."""
    live = _live(purpose, token).select_related("user").first()
    return live.user if live else None


def consume(purpose: str, token: str) -> bool:
    """Use the link up, in the caller's transaction. False if it is not live or somebody else was faster."""
    return bool(_live(purpose, token).update(used_at=clock.now()))


def void(purpose: str, *, user: Any) -> None:
    """Let the person's links of this purpose stop working, in the caller's transaction."""
    OneTimeLink.objects.filter(purpose=purpose, user=user, used_at=None).update(used_at=clock.now())


def clear_out() -> int:
    """Delete links that ended more than a day ago; returns how many."""
    return OneTimeLink.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()[0]


def _live(purpose: str, token: str) -> Any:
    return OneTimeLink.objects.filter(
        purpose=purpose, digest=_digest(purpose, token), used_at=None, expires_at__gt=clock.now()
    )


def _digest(purpose: str, token: str) -> str:
    return vault.digest("one-time-link", purpose, token)
