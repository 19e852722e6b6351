"""Make a Census analyst, with password and authenticator device, and print what the analyst needs to sign in."""

from useraccess import actions
from useraccess.management.commands.create_officer import Command as CreateOfficer


class Command(CreateOfficer):
    names = ("Census", "Analyst")
    what = "a Census analyst"
    make = staticmethod(actions.make_analyst)
    help = (
        "Make a Census analyst who may open Census' part of the admin (/admin/). Prints the address an authenticator "
        "app reads, and a password if none is given. Both are shown this once."
    )
