"""People of the desks, made at the command line."""

from django.contrib.auth.models import Group
from django.db import transaction

from accounts import actions as accounts
from accounts.models import User
from useraccess import desks


def make_officer(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a CBP officer who may open the admin, and return them.

    Raises Taken (e-mail) or ValidationError (password policy). The authenticator device is enrolled by the caller.
    """
    return _staff(desks.CBP_OFFICERS, email, first_name=first_name, last_name=last_name, password=password)


def make_analyst(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a Census analyst who may open the admin, and return them. Raises what make_officer raises."""
    return _staff(desks.CENSUS_ANALYSTS, email, first_name=first_name, last_name=last_name, password=password)


def make_supervisor(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a CBP supervisor: an officer who may also reassign work. Raises what make_officer raises."""
    return _staff(desks.CBP_SUPERVISORS, email, first_name=first_name, last_name=last_name, password=password)


def make_auditor(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create an auditor, who reads every page of the admin, and return them. Raises what make_officer raises."""
    return _staff(desks.AUDITORS, email, first_name=first_name, last_name=last_name, password=password)


def sync_desk_roles() -> list[str]:
    """Make the groups of desks.DESKS as the code has them, and return what was mended. Again changes nothing.

    A missing group is made; a permission that somebody gave one of them is taken away, since the policy alone says
    what its members may do.
    """
    mended = []
    with transaction.atomic():
        for name in desks.DESKS:
            group, is_new = Group.objects.get_or_create(name=name)
            if is_new:
                mended.append(f"{name}: group made")
            if group.permissions.exists():
                group.permissions.clear()
                mended.append(f"{name}: permissions taken away")
    return mended


def _staff(desk: str, email: str, *, first_name: str, last_name: str, password: str) -> User:
    with transaction.atomic():
        person = accounts.create_person(
            email=email, by=None, by_label="Command line", first_name=first_name, last_name=last_name
        )
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        person.groups.add(Group.objects.get(name=desk))
        return accounts.set_first_password(person, password=password, by=None)
