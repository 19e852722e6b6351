"""The kinds of work at the desks of CBP and Census. Each room registers its own when it starts.

The queue, *Take next*, the numbers and the first page of the desk go over this registry.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.urls import reverse

from useraccess import desks

#: Turns what was typed into a search box into the rows it may mean; None when it cannot mean any.
Search = Callable[[str], Q | None]


def nobody(by: Any) -> Q:
    """No row at all."""
    return Q(pk__in=[])


@dataclass(frozen=True)
class Kind:
    """A kind of work. Names of fields are paths from its model, as in a query;
    `since` may be an expression as well.

    `waits` is the condition for a row to wait for the desk, `since` the moment it began to; `shown` the rows that have
    a page at the desk. `officer` names the column of who claimed a row; without one desk.claims keeps it. `search` are
    ways to find rows, each of which the database can answer from an index. `desk` is the group of people who decide on
    them, `not_for` are rows that this one of them must not decide on. For the numbers: `ended` and `decided_by` are set
    by the decision, `decided` is the condition for one, `outcome` and `reason` say which and why.
    """

    model: type[Model]
    label: str
    waits: Q
    since: Any
    company: str
    ended: str
    decided_by: str
    decided: Q
    desk: str = desks.CBP_OFFICERS
    #: How the first page of the desk calls its open rows.
    waiting: str = "open"
    shown: Q = field(default_factory=Q)
    reference: str = "reference"
    outcome: str = "status"
    reason: str = ""
    officer: str = ""
    search: tuple[Search, ...] = ()
    not_for: Callable[[Any], Q] = nobody
    #: For the numbers, when it came in, where that is not `since`.
    came_in: str = ""
    #: Instead of those of desk.claims: `claim(row, by=)`, `release(row, by=)`, `hand_over(row, to=, by=)`.
    own_claims: Any = None

    @property
    def code(self) -> str:
        return self.model._meta.label_lower

    @property
    def began(self) -> Any:
        """The moment since which a row waits, as an expression."""
        return F(self.since) if isinstance(self.since, str) else self.since

    @property
    def came(self) -> str:
        """The field of the moment it came in."""
        return self.came_in or str(self.since)

    @property
    def plural(self) -> str:
        return f"{self.label}s"

    @property
    def decider(self) -> str:
        """What somebody who decides on it is called: officer, analyst."""
        return desks.ONE_OF[self.desk]

    def is_decided_by(self, person: Any) -> bool:
        """Whether the person sits at the desk at which it is decided."""
        return desks.decides_at(person, self.desk)

    def rows(self) -> QuerySet[Any]:
        """Every row that has a page at the desk."""
        rows: QuerySet[Any] = self.model._default_manager.filter(self.shown)
        return rows.order_by()

    def open(self) -> QuerySet[Any]:
        """The rows that wait for the desk."""
        return self.rows().filter(self.waits)

    def address(self, pk: int) -> str:
        """The page on which an officer decides."""
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])

    def words_for(self, field_name: str, value: str) -> str:
        """A stored value of a field with choices as people read it."""
        choices: Any = self.model._meta.get_field(field_name)
        return str(dict(choices.flatchoices).get(value, value))


_REFERENCE = re.compile(r"([0-9A-Z]{4})-?([0-9A-Z]{4})")
_ACE_ID = re.compile(r"[0-9]{10}")
_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of work known. Raises ValueError if its model has one already."""
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"the kind of work {kind.code} is registered twice")


def kinds() -> list[Kind]:
    """All kinds of work, by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def kinds_for(person: Any) -> list[Kind]:
    """The kinds of work that this person decides on, by code; every kind for auditors, who read them."""
    reads = desks.is_auditor(person)
    return [one for one in kinds() if reads or one.is_decided_by(person)]


def kind_for(person: Any, code: str) -> Kind | None:
    """The same for one code; None if it names no kind, or one of another desk."""
    return next((one for one in kinds_for(person) if one.code == code), None)


def kind(code: str) -> Kind | None:
    """The kind of this code; None if no room registered it."""
    return _kinds.get(code)


def kind_of(row: Model) -> Kind:
    """The kind a row is of. Raises KeyError for a model that no room registered."""
    return _kinds[row._meta.label_lower]


# --- Ways to find rows -------------------------------------------------------------------------------------------
def exactly(path: str, normalize: Callable[[str], str] = str.strip) -> Search:
    """Rows whose field is what was typed, in normal form. `normalize` returns "" for what cannot be one."""

    def found(typed: str) -> Q | None:
        normal = normalize(typed)
        return Q(**{path: normal}) if normal else None

    return found


def beginning(path: str) -> Search:
    """Rows whose field, a name, begins with what was typed, in capital or small letters."""
    return lambda typed: None if "@" in typed else Q(**{f"{path}__istartswith": typed})


def reference(typed: str) -> str:
    """A reference number as it is kept, such as `K7M2-9QXP`; "" for what is none."""
    found = _REFERENCE.fullmatch(typed.strip().upper())
    return f"{found[1]}-{found[2]}" if found else ""


def address(typed: str) -> str:
    """What may be an e-mail address; "" for what is none."""
    return typed.strip() if "@" in typed else ""


def ace_id(typed: str) -> str:
    """What may be an ACE ID; "" for what is none."""
    return typed.strip() if _ACE_ID.fullmatch(typed.strip()) else ""


def reviewed(model: type[Any], *, label: str, search: tuple[Search, ...] = (), company: str = "company_name") -> Kind:
    """The kind of work that a model derived from accounts.applications.ReviewedApplication is."""
    from useraccess.review import decisions

    return Kind(
        model=model,
        label=label,
        waits=Q(status__in=[str(one) for one in model.OPEN]),
        shown=~Q(status__in=[*(str(one) for one in model.DRAFT), "EXPIRED"]),
        since="submitted_at",
        company=company,
        ended="decided_at",
        decided_by="decided_by",
        decided=Q(decided_at__isnull=False),
        reason="reason",
        officer="claimed_by",
        search=(
            exactly("reference", reference),
            beginning(company),
            exactly("applicant_email__iexact", address),
            *search,
        ),
        not_for=lambda by: Q(applicant_email__iexact=by.email),
        own_claims=decisions,
    )
