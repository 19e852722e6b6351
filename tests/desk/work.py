"""One piece of work of every kind, waiting at the desk that decides on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.forms import ChoiceField
from django.urls import reverse

from ace_portal.core import events
from desk import registry
from desk.review.page import ReviewAdmin
from exporters import actions as exporters
from tests import factories
from tests.exporters import authorization_samples as census
from tests.exporters import makers
from tests.form5106 import samples as filings
from tests.mergers.samples import Companies
from tests.ownership import samples as owners
from tests.tradeparties import samples as trade
from useraccess import desks

#: The address of the queue, and of its button.
QUEUE = reverse("admin:desk_queue")
NEXT = reverse("admin:desk_take_next")
#: The kind of work that is Census'.
REQUEST = "exporters.reportauthorization"


def dispute() -> Any:
    """An open dispute about an EIN."""
    account = factories.account()
    taken = makers.exporter().identifier
    return exporters.dispute_ein(taken, account, text="Ours.", by=factories.owner_of(account))


WORK: dict[str, Callable[[], Any]] = {
    "importers.importerapplication": factories.application_submitted,
    "exporters.exporterapplication": makers.failed,
    "exporters.eindispute": dispute,
    "ownership.ownerchange": owners.submitted,
    "tradeparties.tradeapplication": trade.submitted,
    "mergers.merger": lambda: Companies().consented(),
    "form5106.filing": filings.at_the_desk,
    "form5106.restorerequest": filings.restore_requested,
    REQUEST: census.requested,
}
#: The kinds of CBP's desk.
OF_CBP = sorted(set(WORK) - {REQUEST})


def worker(code: str, *, device: bool = True) -> Any:
    """Somebody who sits at the desk of this kind of work."""
    return census.analyst(device=device) if code == REQUEST else factories.officer(device=device)


def at_both_desks() -> Any:
    """Somebody who sits at CBP's desk and at Census'."""
    both = factories.officer()
    both.groups.add(Group.objects.get(name=desks.CENSUS_ANALYSTS))
    return both


def button(row: Any, what: str) -> str:
    """The address of the queue's button for a row: claim, release, hand_over."""
    return reverse(f"admin:desk_{what}", args=[row._meta.label_lower, row.pk])


def page_of(row: Any) -> str:
    """The address of a row's review page."""
    return registry.kind_of(row).address(row.pk)


#: What is decided at a desk and is no work of its queue: a row that waits for its first decision.
BESIDE: dict[str, Callable[[], Any]] = {
    "importers.importerrecord": factories.ImporterRecordFactory.create,
}
#: Where a decision is due in another state than the first one.
DUE: dict[tuple[str, str], Callable[[], Any]] = {
    ("mergers.merger", "approve"): lambda: Companies().prepared(),
    ("mergers.merger", "send_back"): lambda: Companies().prepared(),
    ("ownership.ownerchange", "approve"): owners.prepared,
    ("ownership.ownerchange", "send_back"): owners.prepared,
    ("ownership.ownerchange", "uphold"): owners.objected,
    ("importers.importerrecord", "un-void"): filings.voided,
    ("exporters.reportauthorization", "revoke"): census.approved,
}
#: Every page on which somebody at a desk decides, by its model.
PAGES: dict[str, ReviewAdmin] = {
    page.opts.label_lower: page for page in admin.site._registry.values() if isinstance(page, ReviewAdmin)
}
#: Every decision of every desk: the model's label and the code. Nobody lists them by hand.
DECISIONS = [(label, one.code) for label, page in sorted(PAGES.items()) for one in page.decisions]


def decision(label: str, code: str) -> Any:
    """The decision itself (desk.review.decision)."""
    return next(one for one in PAGES[label].decisions if one.code == code)


def due(label: str, code: str) -> Any:
    """A row on which this decision is due. Raises KeyError for a page that has none here yet."""
    return (DUE.get((label, code)) or (WORK | BESIDE)[label])()


def typed(label: str, code: str) -> dict[str, str]:
    """Answers to everything that a decision asks."""
    asked = decision(label, code).ask().fields
    return {
        name: next(str(value) for value, _ in field.choices if value)
        if isinstance(field, ChoiceField)
        else f"Careful & long words about {name}."
        for name, field in asked.items()
    }


def address(row: Any, code: str = "change") -> str:
    """The address of a decision's button; without a code, of the page itself."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{code}", args=[row.pk])


def decider(label: str) -> Any:
    """Somebody who may take every decision of a page."""
    return census.analyst() if PAGES[label].desk else factories.supervisor()


def happen(row: Any) -> None:
    """Something that changes no field and that whoever decides should know."""
    with transaction.atomic():
        events.record("desk.noted", row, summary="A letter came", by_label="Mail room", after={"note": "It says no."})
