"""Make an auditor, with password and authenticator device, and print what they need to sign in."""

from useraccess import actions
from useraccess.management.commands.create_officer import Command as CreateOfficer


class Command(CreateOfficer):
    names = ("Portal", "Auditor")
    what = "an auditor"
    make = staticmethod(actions.make_auditor)
    help = (
        "Make an auditor, who reads every page of the admin (/admin/) and decides nothing. Prints the "
        "address an authenticator app reads, and a password if none is given. Both are shown this once."
    )
