"""People of the desks, made at the command line."""

from django.contrib.auth.models import Group
from django.db import transaction

from accounts import actions as accounts
from accounts.models import User
from useraccess import policy


def make_officer(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a CBP officer who may open the admin, and return them.

    Raises Taken (e-mail) or ValidationError (password policy). The authenticator device is enrolled by the caller.
    """
    return _staff(policy.CBP_OFFICERS, email, first_name=first_name, last_name=last_name, password=password)


def make_analyst(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a Census analyst who may open the admin, and return them. Raises what make_officer raises."""
    return _staff(policy.CENSUS_ANALYSTS, email, first_name=first_name, last_name=last_name, password=password)


def _staff(desk: str, email: str, *, first_name: str, last_name: str, password: str) -> User:
    with transaction.atomic():
        person = accounts.create_person(
            email=email, by=None, by_label="Command line", first_name=first_name, last_name=last_name
        )
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        person.groups.add(Group.objects.get(name=desk))
        return accounts.set_first_password(person, password=password, by=None)
