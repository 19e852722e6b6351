"""Two officers for what cannot be undone: one prepares a decision, another one releases it."""

from typing import Any

from django.conf import settings

from accounts.models import User
from ace_portal.core.errors import NotAllowed


def needed() -> bool:
    """Whether this desk works with four eyes; a desk of one cannot."""
    return bool(settings.FOUR_EYES)


def require_preparation(row: Any) -> None:
    """Raise NotAllowed for a row that nobody has prepared, where that is needed."""
    if needed() and row.prepared_by_id is None:
        raise NotAllowed(f"{row} has to be prepared by one officer before another one releases it.")


def require_other_eyes(row: Any, by: User) -> None:
    """Raise NotAllowed for the officer who prepared the row. The database refuses it as well."""
    if row.prepared_by_id == by.pk:
        raise NotAllowed(f"You prepared {row} yourself. Another officer has to release it.")


def require_use() -> None:
    """Raise NotAllowed at a desk of one, where there is nobody to prepare a decision for."""
    if not needed():
        raise NotAllowed("This desk works without a second officer: decide at once.")


def notices(row: Any, person: Any) -> list[str]:
    """What the review page tells whoever has prepared the row, while it waits for another officer."""
    waits = row.status == "PREPARED" and row.prepared_by == person
    return ["You prepared it. Another officer releases it."] if waits else []
