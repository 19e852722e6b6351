"""One piece of work of every kind, waiting at the desk."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from desk import registry
from exporters import actions as exporters
from tests import factories
from tests.exporters import makers
from tests.form5106 import samples as filings
from tests.mergers.samples import Companies
from tests.ownership import samples as owners
from tests.tradeparties import samples as trade

#: The address of the queue, and of its button.
QUEUE = reverse("admin:desk_queue")
NEXT = reverse("admin:desk_take_next")


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
}


def button(row: Any, what: str) -> str:
    """The address of the queue's button for a row: claim, release, hand_over."""
    return reverse(f"admin:desk_{what}", args=[row._meta.label_lower, row.pk])


def page_of(row: Any) -> str:
    """The address of a row's review page."""
    return registry.kind_of(row).address(row.pk)
