"""Where what there is to play stands now: the page of each turn, and whether it still waits."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse

from demo import cast
from demo.exporting import exporter
from desk import registry
from exporters.models import EinDispute
from exporters.models.authorization import ReportAuthorization
from form5106.models import Filing, RestoreRequest
from mergers.models import Merger
from ownership.models import OwnerChange


@dataclass(frozen=True)
class Standing:
    """The address of a turn's page, "" if it is not on stage, and the label and kind of its tag."""

    url: str
    label: str = ""
    kind: str = ""


NOT_ON_STAGE = Standing("", "Not on stage", "bad")


def standing(turn: cast.Turn) -> Standing:
    """How a turn stands now. Raises KeyError for one that is not in the cast."""
    return _STANDINGS[turn.key]()


def _at_the_desk(row: Model | None) -> Standing:
    """A piece of work, on the page where an officer or analyst decides."""
    if row is None:
        return NOT_ON_STAGE
    kind = registry.kind_of(row)
    return _tagged(kind.address(row.pk), waits=kind.open().filter(pk=row.pk).exists())


def _tagged(url: str, *, waits: bool) -> Standing:
    return Standing(url, "Waits", "waiting") if waits else Standing(url, "Played", "good")


def _filing() -> Standing:
    return _at_the_desk(Filing.objects.filter(filer_email=cast.FILING.filer.email).first())


def _restoration() -> Standing:
    asked = RestoreRequest.objects.filter(requester_email=cast.RESTORATION.requester.email)
    return _at_the_desk(asked.first())


def _owner_change() -> Standing:
    asked = OwnerChange.objects.filter(requester_email=cast.OWNER_CHANGE.requester.email)
    return _at_the_desk(asked.first())


def _merger() -> Merger | None:
    return Merger.objects.filter(parts__sub_account__identifier=cast.TAKEOVER.importer_number).order_by("pk").first()


def _merger_of_the_owners() -> Standing:
    row = _merger()
    return _tagged(reverse("mergers:merger", args=[row.pk]), waits=row.is_open) if row else NOT_ON_STAGE


def _dispute() -> Standing:
    return _at_the_desk(EinDispute.objects.filter(ein=cast.DISPUTE.ein).first())


def _authorization() -> Standing:
    return _at_the_desk(ReportAuthorization.objects.filter(ein=cast.EXPORTER.ein).order_by("pk").first())


def _exporter() -> Standing:
    here = exporter()
    return Standing(reverse("portal:sub-account", args=[here.pk]) + "?tab=authorization") if here else NOT_ON_STAGE


_STANDINGS: dict[str, Callable[[], Standing]] = {
    "filing": _filing,
    "restoration": _restoration,
    "owner-change": _owner_change,
    "merger": lambda: _at_the_desk(_merger()),
    "dispute": _dispute,
    "authorization": _authorization,
    "query": lambda: Standing(reverse("form5106:query")),
    "merger-owners": _merger_of_the_owners,
    "exporter": _exporter,
}
