"""Questions about mergers: what moves, and whether what was proposed still fits the two accounts."""

from django.db.models import QuerySet

from accounts.models import SubAccount
from mergers.models import Merger
from useraccess import policy


def moving(row: Merger) -> QuerySet[SubAccount]:
    """What moves, or moved: the parts; of a whole account that has not consented yet, what it has at present."""
    if row.whole and row.status == Merger.Status.PROPOSED:
        found = SubAccount.objects.live().filter(top_account=row.acquired_id)
    else:
        found = SubAccount.objects.filter(pk__in=row.parts.values("sub_account"))
    return found.order_by("account_type", "name", "identifier", "pk")


def stale_because(row: Merger) -> str:
    """Why an open merger does not fit the accounts any more, with what to do, as a sentence; "" while it does."""
    for account in (row.acquirer, row.acquired):
        if account.is_shell:
            return account.merged_in_words
    if row.status == Merger.Status.PROPOSED and policy.owner_of(row.acquirer).pk != row.proposed_by_id:
        return f"{row.acquirer.company_name} has another owner by now, who may propose the merger again."
    here = set(SubAccount.objects.live().filter(top_account=row.acquired_id).values_list("pk", flat=True))
    parts = set(row.parts.values_list("sub_account", flat=True))
    if parts - here:
        return f"Not everything that was to move is in the account of {row.acquired.company_name} any more. {_AGAIN}"
    if row.whole and row.is_at_the_desk and parts != here:
        return f"{row.acquired.company_name} has sub-accounts by now that its owner has not consented to. {_AGAIN}"
    return ""


_AGAIN = "Propose the merger again with what is there now."
