"""Make a CBP supervisor, with password and authenticator device, and print what they need to sign in."""

from useraccess import actions
from useraccess.management.commands.create_officer import Command as CreateOfficer


class Command(CreateOfficer):
    names = ("CBP", "Supervisor")
    what = "a CBP supervisor"
    make = staticmethod(actions.make_supervisor)
    help = (
        "Make a CBP supervisor, an officer who may also take work from one officer and give it to another. Prints the "
        "address an authenticator app reads, and a password if none is given. Both are shown this once."
    )
