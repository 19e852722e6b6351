"""The pages of the Business Activity Log and the Action Plan, and CBP's desk for both."""

import io
from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import TopAccount
from tests.axe.places import Tour, place, press
from useraccess.actions import activity as actions
from useraccess.attachments import Attachment
from useraccess.models import ActionItem, ActivityEntry

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2


def _filled(tour: Tour) -> TopAccount:
    """The cast's account with entries of both sides and items in every state."""
    account, owner = tour.cast.account, tour.cast.owner
    if not ActivityEntry.objects.filter(top_account=account).exists():
        table = Attachment(io.BytesIO(b"a,b\n"), f"{LONG[:90]}.csv")
        actions.add_entry(account, subject="Port audit", text="See the table.", attachment=table, by=owner)
        actions.add_entry(account, subject="Answer", text=f"Thank you.\n{LONG}", by=tour.cast.officer)
        for number, status in enumerate(ActionItem.Status.values):
            facts = actions.ItemFacts(
                title=LONG[:120], text="Call.", owner=owner, due_on=actions.today() + timedelta(number), status=status
            )
            item = actions.add_item(account, facts=facts, by=owner)
        ActionItem.objects.filter(top_account=account).update(due_on=actions.today() - timedelta(days=1))
        assert actions.is_overdue(item) is False
    return account


def _page(tour: Tour, name: str, query: str = "") -> Page:
    return tour.go("owner", reverse(f"useraccess:{name}", args=[_filled(tour).pk]) + query)


def _item(tour: Tour) -> ActionItem:
    return ActionItem.objects.filter(top_account=_filled(tour))[0]


place("activity log")(lambda tour: _page(tour, "activity-log"))
place("activity log, nothing found")(lambda tour: _page(tour, "activity-log", "?q=no+such+words"))
place("activity log, add entry")(lambda tour: _page(tour, "add-activity"))
place("action plan")(lambda tour: _page(tour, "action-plan", "?status=all"))
place("action plan, nothing found")(lambda tour: _page(tour, "action-plan", "?status=DONE&owner=0"))
place("action plan, add item")(lambda tour: _page(tour, "add-action-item"))


@place("activity log, an entry that will not do")
def entry_refused(tour: Tour) -> Page:
    page = _page(tour, "add-activity")
    page.locator("[name=attachment]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"MZ\0"}
    )
    return press(page, "Add entry")


@place("action plan, everything missing")
def item_refused(tour: Tour) -> Page:
    return press(_page(tour, "add-action-item"), "Save")


@place("action plan, changed by two people")
def item_overtaken(tour: Tour) -> Page:
    item = _item(tour)
    page = tour.go("owner", reverse("useraccess:change-action-item", args=[item.pk]))
    facts = actions.ItemFacts(**{**vars(actions.facts_of(item)), "title": LONG[:100], "text": ""})
    actions.change_item(item, facts=facts, version=item.version, by=tour.cast.owner)
    return press(page, "Save", text="Write.")


def _desk(tour: Tour, name: str, pk: int) -> Page:
    return tour.go("officer", reverse(f"admin:{name}", args=[pk]))


@place("desk: activity log of an account")
def desk_log(tour: Tour) -> Page:
    address = reverse("admin:useraccess_activityentry_changelist")
    return tour.go("officer", f"{address}?top_account__id__exact={_filled(tour).pk}")


@place("desk: action plans")
def desk_plan(tour: Tour) -> Page:
    _filled(tour)
    return tour.go("officer", reverse("admin:useraccess_actionitem_changelist"))


place("desk: an entry")(
    lambda tour: _desk(tour, "useraccess_activityentry_change", _filled(tour).activity_log.earliest("pk").pk)
)
place("desk: an item")(lambda tour: _desk(tour, "useraccess_actionitem_change", _item(tour).pk))
place("desk: add entry")(lambda tour: _desk(tour, "useraccess_activityentry_write", _filled(tour).pk))


@place("desk: add entry, everything missing")
def desk_entry_refused(tour: Tour) -> Page:
    page = _desk(tour, "useraccess_activityentry_write", _filled(tour).pk)
    page.get_by_role("main").get_by_role("button", name="Add entry", exact=True).click()
    return page
