"""Who works on a row, and what the person who looks at it may do about that."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from desk import claims, registry


@dataclass(frozen=True)
class Standing:
    """What the review page says above everything else, for a row that is work of the queue."""

    kind: str
    pk: int
    waits: bool
    officer: User | None
    is_mine: bool
    may_decide: bool
    may_claim: bool
    may_give_up: bool
    may_note: bool

    @classmethod
    def of(cls, row: Any, person: User) -> "Standing":
        """How it is now. The actions ask again, on the locked row."""
        kind = registry.kind_of(row)
        waits = kind.open().filter(pk=row.pk).exists()
        officer = claims.officer_of(row) if waits else None
        at_the_desk = kind.is_decided_by(person)
        is_mine = officer == person
        claimable = at_the_desk and waits and officer is None
        return cls(
            kind=kind.code,
            pk=row.pk,
            waits=waits,
            officer=officer,
            is_mine=is_mine,
            may_decide=at_the_desk and (officer is None or is_mine),
            may_claim=claimable and not kind.rows().filter(kind.not_for(person), pk=row.pk).exists(),
            may_give_up=officer is not None and claims.may_give_up(kind, officer, person),
            may_note=at_the_desk,
        )
