"""The Action Plan in tests: items, what is typed, addresses."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from accounts.models import TopAccount, User
from tests import factories
from useraccess.actions import activity as actions
from useraccess.models import ActionItem, Level
from useraccess.policy import TOP_CELLS
from useraccess.rights import Rights


def granted(level: Level) -> Rights:
    """This level on the plan, and nothing else."""
    return Rights(grid={TOP_CELLS["action-plan"]: level})


def plan(account: TopAccount) -> str:
    return reverse("useraccess:action-plan", args=[account.pk])


def add(account: TopAccount) -> str:
    return reverse("useraccess:add-action-item", args=[account.pk])


def change(item: ActionItem) -> str:
    return reverse("useraccess:change-action-item", args=[item.pk])


def added(account: TopAccount, by: User | None = None, **facts: Any) -> ActionItem:
    """An item of the owner, due in a week, unless `facts` say else."""
    owner = factories.owner_of(account)
    known = {"title": "Renew the bond", "owner": owner, "due_on": actions.today() + timedelta(days=7)}
    return actions.add_item(account, facts=actions.ItemFacts(**{**known, **facts}), by=by or owner)


def typed(person: User, **changes: Any) -> dict[str, Any]:
    """What is typed for a new item."""
    return {
        "title": "Renew the bond",
        "text": "Ask the surety.",
        "owner": person.email,
        "due_on": (actions.today() + timedelta(days=7)).strftime("%m/%d/%Y"),
        "status": "PLANNED",
        **changes,
    }


def shown(answer: Any) -> dict[str, str]:
    """What the form of a page holds, field by field, as a browser would send it back."""
    form = answer.context["form"]
    return {name: str(form[name].value() or "") for name in form.fields}
