"""The desks of CBP and Census: their roles, and who sits there. It reads, it never writes."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User

CBP_OFFICERS = "CBP officers"
CBP_SUPERVISORS = "CBP supervisors"
CENSUS_ANALYSTS = "Census analysts"
AUDITORS = "Auditors"
#: Groups whose members may open the admin. They are all there is to a role: none of them holds a Django permission.
DESKS = (CBP_OFFICERS, CBP_SUPERVISORS, CENSUS_ANALYSTS, AUDITORS)
#: By the group that names a desk: the groups of those who decide there. What one of them is called follows.
SEATS = {CBP_OFFICERS: (CBP_OFFICERS, CBP_SUPERVISORS), CENSUS_ANALYSTS: (CENSUS_ANALYSTS,)}
ONE_OF = {CBP_OFFICERS: "officer", CENSUS_ANALYSTS: "analyst"}


def is_officer(user: Any) -> bool:
    """Whether the person decides at CBP's desk: signed in, staff, and a CBP officer or supervisor."""
    return CBP_OFFICERS in desks_of(user)


def is_supervisor(user: Any) -> bool:
    """Whether the person is a CBP officer who may also take work from one officer and give it to another."""
    return CBP_SUPERVISORS in desks_of(user)


def is_auditor(user: Any) -> bool:
    """Whether the person reads every page of every desk and decides nothing."""
    return AUDITORS in desks_of(user)


def is_analyst(user: Any) -> bool:
    """Whether the person sits at Census' desk: signed in, staff, and in the group of Census analysts."""
    return CENSUS_ANALYSTS in desks_of(user)


def desks_of(user: Any) -> frozenset[str]:
    """The groups of DESKS that count for the person; read once for each request's user.

    A supervisor is an officer, too. An auditor is nothing else: nobody audits what they decided.
    """
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return frozenset()
    known: frozenset[str] | None = getattr(user, "_desks", None)
    if known is None:
        known = user._desks = _in_effect(set(user.groups.filter(name__in=DESKS).values_list("name", flat=True)))
    return known


def _in_effect(groups: set[str]) -> frozenset[str]:
    if AUDITORS in groups:
        return frozenset({AUDITORS})
    return frozenset(groups | ({CBP_OFFICERS} if CBP_SUPERVISORS in groups else set()))


def decides_at(user: Any, desk: str) -> bool:
    """Whether the person decides at this desk, a key of SEATS."""
    return desk in desks_of(user)


def supervises(user: Any, desk: str) -> bool:
    """Whether the person may also release and hand over what others at this desk have. Nobody may at Census."""
    return desk == CBP_OFFICERS and is_supervisor(user)


def people_at(desk: str) -> QuerySet[User]:
    """Everybody who decides at this desk, a key of SEATS, and can sign in, by name."""
    staff = User.objects.filter(is_staff=True, status__in=(User.Status.FIRST_SIGN_IN, User.Status.ACTIVE))
    seated = staff.filter(groups__name__in=SEATS[desk]).exclude(groups__name=AUDITORS)
    return seated.distinct().order_by("last_name", "first_name", "pk")
