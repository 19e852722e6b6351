"""The filer codes of an account: linked and removed by owner and proxies, or linked with a broker's request."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import actions as accounts
from accounts import registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, events
from ace_portal.core.errors import NotAllowed, WrongState
from useraccess import policy
from useraccess.actions.notices import tell_owner
from useraccess.models import FilerCodeLink, Membership
from useraccess.models.membership import MembershipQuerySet


def link(top_account: TopAccount, *, filer_code: str, by: User) -> FilerCodeLink:
    """Link a filer code, in normal form, to an account and return the link; one that there is already stays.

    The owner is mailed. Raises NotAllowed for anybody but owner and proxies (who change an account's structure,
    facts-access §1.1), WrongState for an account that was merged into another one.
    """
    _require(top_account, by)
    with transaction.atomic():
        accounts.hold(top_account.pk)
        live = FilerCodeLink.objects.live().filter(top_account=top_account, filer_code=filer_code)
        try:
            with transaction.atomic():
                made = FilerCodeLink.objects.create(
                    top_account=top_account, filer_code=filer_code, linked_at=clock.now(), linked_by=by
                )
        except IntegrityError:
            return live.first() or link(top_account, filer_code=filer_code, by=by)
        summary = f"{by} linked filer code {filer_code}"
        events.record("useraccess.filer_code_linked", made, summary=summary, by=by, journal=top_account)
        tell_owner(top_account, "useraccess/owner_notice", about=made, by=by, context={"what": summary})
    return made


def unlink(linked: FilerCodeLink, *, by: User) -> None:
    """Remove a filer code from an account; twice is once. The owner is mailed.

    Raises NotAllowed for anybody but owner and proxies, WrongState while people of the account are limited to it: what
    they see must not change unseen.
    """
    _require(linked.top_account, by)
    with transaction.atomic():
        row = FilerCodeLink.objects.select_for_update().get(pk=linked.pk)
        if row.ended_at is not None:
            return
        limited = limited_to(row).count()
        if limited:
            raise WrongState(
                f"{limited} {'person is' if limited == 1 else 'people are'} limited to filer code {row.filer_code}. "
                "Change what they may do first."
            )
        row.ended_at, row.ended_by = clock.now(), by
        row.save()
        summary = f"{by} removed filer code {row.filer_code}"
        events.record("useraccess.filer_code_removed", row, summary=summary, by=by, journal=row.top_account)
        tell_owner(row.top_account, "useraccess/owner_notice", about=row, by=by, context={"what": summary})
    vars(linked).update(vars(row))


def hold(top_account: TopAccount | int, filer_code: str) -> None:
    """Keep a linked code from being removed until the end of the transaction. Raises WrongState if it is not linked."""
    live = FilerCodeLink.objects.live().select_for_update()
    if live.filter(top_account=top_account, filer_code=filer_code).first() is None:
        raise WrongState(f"Filer code {filer_code} is not linked to this account any more. Choose another one.")


def limited_to(linked: FilerCodeLink) -> MembershipQuerySet:
    """The account's own people who are limited to this filer code."""
    live = Membership.objects.live()
    return live.filter(top_account=linked.top_account_id, limit_filer_code=linked.filer_code)


def own_codes(top_account: TopAccount) -> list[str]:
    """The filer codes of an account's own broker and filer sub-accounts."""
    return sorted(set(_holders().filter(top_account=top_account).values_list("identifier", flat=True)))


def require_usable(top_account: TopAccount, filer_code: str) -> None:
    """Raise NotAllowed unless a company may call this filer code its own.

    Whoever has broker or filer sub-accounts uses one of theirs; whoever has none may type one that is nobody else's.
    """
    own = own_codes(top_account)
    if own and filer_code not in own:
        raise NotAllowed("Choose the filer code of one of your own sub-accounts.", field="filer_code")
    if not own and _holders().filter(identifier=filer_code).exists():
        raise NotAllowed("This filer code belongs to another company.", field="filer_code")


def names_of(filer_codes: list[str]) -> dict[str, str]:
    """Under which name CBP knows the broker or filer of each code, where it has a sub-account (one query)."""
    found: dict[str, list[str]] = {}
    known = _holders().filter(identifier__in=filer_codes).order_by("account_type", "pk")
    for code, name in known.values_list("identifier", "name"):
        found.setdefault(code, []).append(name)
    return {code: ", ".join(dict.fromkeys(names)) for code, names in found.items()}


def _holders() -> "QuerySet[SubAccount]":
    return SubAccount.objects.live().filter(account_type__in=registry.filer_code_types())


def _require(top_account: TopAccount, by: User) -> None:
    if not policy.may_change_structure(by, top_account):
        raise NotAllowed(f"Only the owner and the proxies link filer codes. Ask {policy.owner_of(top_account)}.")
