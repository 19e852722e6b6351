"""Applications of trade parties as a kind of work at the desk."""

from desk.registry import ace_id, beginning, exactly, reviewed
from tradeparties.models import TradeApplication


def as_code(typed: str) -> str:
    """A code or number as it is kept: capital letters."""
    return typed.strip().upper()


APPLICATIONS = reviewed(
    TradeApplication,
    label="trade application",
    search=(
        exactly("activities__identifier", as_code),
        beginning("activities__name"),
        exactly("top_account__ace_id", ace_id),
    ),
)
