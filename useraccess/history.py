"""The history of an account: the events of its journal by topic, person and time; changes of rights in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts import registry
from accounts.models import SubAccount, TopAccount
from ace_portal.core.events import journal_of
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Event
from ace_portal.core.refs import ref
from useraccess import rights
from useraccess.actions.cross_account import CHANGED as ACCESS_CHANGED
from useraccess.actions.people import CHANGED
from useraccess.rights import Change

PAGE_SIZE = 25
#: Lines of one change that the list shows; the page of the single event shows them all.
SHOWN_LINES = 10
LONGEST_KEY = 18

PEOPLE, CONTACTS, LOG, SUB_ACCOUNTS, OTHER = "people", "contacts", "log", "sub-accounts", "other"
GROUPS = {
    PEOPLE: "People and rights",
    CONTACTS: "Contacts",
    LOG: "Business Activity Log and Action Plan",
    SUB_ACCOUNTS: "Sub-accounts and filer codes",
    OTHER: "Everything else",
}
#: Which group an event belongs to: the longest of these beginnings of its kind decides.
PREFIXES = {
    "useraccess.": PEOPLE,
    "useraccess.contact_": CONTACTS,
    "useraccess.activity_": LOG,
    "useraccess.action_item_": LOG,
    "useraccess.filer_code_": SUB_ACCOUNTS,
    "accounts.": PEOPLE,
    "accounts.top_account_": OTHER,
    "mergers.": SUB_ACCOUNTS,
    "accounts.sub_account_": SUB_ACCOUNTS,
    "exporters.": SUB_ACCOUNTS,
    "importers.": SUB_ACCOUNTS,
}


def group_of(kind: str) -> str:
    """The group of an event of this kind."""
    fitting = [prefix for prefix in PREFIXES if kind.startswith(prefix)]
    return PREFIXES[max(fitting, key=len)] if fitting else OTHER


def in_group(group: str) -> Q:
    """The events of a group, for the database: what `group_of` says of each of them."""
    found = Q(pk__in=[])
    for prefix in (prefix for prefix, its in PREFIXES.items() if its == group):
        elsewhere = [one for one, its in PREFIXES.items() if its != group and one.startswith(prefix)]
        found |= Q(kind__startswith=prefix) & ~_begins_with(elsewhere)
    return found | ~_begins_with(PREFIXES) if group == OTHER else found


def _begins_with(prefixes: Iterable[str]) -> Q:
    return Q(Q(pk__in=[]), *(("kind__startswith", prefix) for prefix in prefixes), _connector="OR")


class DayField(forms.DateField):
    """A day typed as MM/DD/YYYY, or the way computers write it."""

    widget = forms.DateInput(attrs={"autocomplete": "off", "class": "usa-input--small"})
    default_error_messages = {"invalid": "Write the day as MM/DD/YYYY, such as 11/20/2026."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%m/%d/%Y", "%Y-%m-%d"], help_text="MM/DD/YYYY", **kwargs)


class HistoryForm(PortalForm):
    """What of the history to show. Sent by GET: everything may stay empty."""

    group = forms.ChoiceField(label="Topic", required=False, choices=[("", "Everything"), *GROUPS.items()])
    by = forms.CharField(label="Decided by: name contains", required=False, max_length=100)
    since = DayField(label="From", required=False)
    until = DayField(label="To", required=False)

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        since = self.cleaned_data.get("since")
        if since and until and until < since:
            raise forms.ValidationError("To must not be before From.", code="order")
        return until

    def events_of(self, account: TopAccount) -> QuerySet[Event]:
        """The account's events, newest first, chosen by what was filled in without a mistake."""
        found = journal_of(account)
        if not self.is_bound:
            return found
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("group"):
            found = found.filter(in_group(chosen["group"]))
        if chosen.get("by"):
            found = found.filter(by_label__icontains=chosen["by"])
        if chosen.get("since"):
            found = found.filter(at__date__gte=chosen["since"])
        if chosen.get("until"):
            found = found.filter(at__date__lte=chosen["until"])
        return found


@dataclass(frozen=True)
class Line:
    """An event with its changes of rights in words, of which the list leaves `hidden` out.

    `account` names the account in whose journal it stands, where a page tells of several.
    """

    event: Event
    changes: list[dict[str, str]]
    hidden: int = 0
    account: str = ""


def page_of(account: TopAccount, asked: QueryDict) -> dict[str, Any]:
    """What the page of an account's history shows: `form`, `page`, `lines`, and `single` for one event in full.

    Costs the same queries however many events and changes there are.
    """
    form = HistoryForm(asked or None)
    found = form.events_of(account)
    single = asked.get("event", "") if len(asked.get("event", "")) <= LONGEST_KEY else ""
    single = single if single.isdecimal() else ""
    if single:
        found = found.filter(pk=single)
    page: Page[Event] = Paginator(found, PAGE_SIZE).get_page(asked.get("page"))
    return {"form": form, "page": page, "lines": lines(page, None if single else SHOWN_LINES), "single": single}


def page_of_sub_account(sub_account: SubAccount, asked: QueryDict) -> dict[str, Any]:
    """What the page of a sub-account's history shows: every event on it and on what hangs on it, newest first.

    Also from the time when it was in another account: each line names the account of that time.
    """
    subjects = [ref(sub_account), *(ref(one.row) for one in registry.belongings_of([sub_account]))]
    found = Event.objects.filter(subject__in=subjects).order_by("-id")
    page: Page[Event] = Paginator(found, PAGE_SIZE).get_page(asked.get("page"))
    known = {ref(one): str(one) for one in TopAccount.objects.filter(pk__in=_accounts_of(page))}
    told = [replace(line, account=known.get(line.event.journal, "–")) for line in lines(page, SHOWN_LINES)]
    return {"sub_account": sub_account, "page": page, "lines": told}


def _accounts_of(events: Iterable[Event]) -> list[int]:
    """The primary keys of the accounts in whose journals these events stand."""
    beginning = f"{TopAccount._meta.label_lower}:"
    return [int(one.journal.removeprefix(beginning)) for one in events if one.journal.startswith(beginning)]


def lines(events: Iterable[Event], limit: int | None) -> list[Line]:
    """Events with their changes of rights in words, `limit` of each (one query for all names)."""
    found = [(event, changes_of(event)) for event in events]
    words = iter(rights.in_words(change for _, changes in found for change in changes[:limit]))
    return [
        Line(event, list(islice(words, len(changes[:limit]))), len(changes) - len(changes[:limit]))
        for event, changes in found
    ]


def changes_of(event: Event) -> list[Change]:
    """What an event changed of somebody's role and rights, or of another company's; nothing for any other event."""
    if event.kind not in (CHANGED, ACCESS_CHANGED):
        return []
    before, after = (
        {key: text for key, text in side.items() if key != "version"} for side in (event.before, event.after)
    )
    return [one for one in rights.changes(before, after) if one.before != one.after]
