"""Who is in the cast beside the applicants: the desks, the owner, the owner's people and broker."""

from demo.cast.shapes import Broker, Member, Person

#: Everybody in the cast who can sign in at once signs in with this. It is no secret: the demo's pages print it.
PASSWORD = "Teal-Harbor-2026"  # noqa: S105

#: What everybody answers to every challenge question.
ANSWER = "Harbor"

OFFICERS = (
    Person("rosa@desk.example", "Rosa", "Delacroix"),
    Person("milo@desk.example", "Milo", "Anders"),
)

#: An officer who may also take work from one officer and give it to another.
SUPERVISOR = Person("vida@desk.example", "Vida", "Northcott")

#: Reads every page of the desks and decides nothing.
AUDITOR = Person("otto@audit.example", "Otto", "Renner")

#: Decides whether exporters see their data in reports.
ANALYST = Person("vera@census.example", "Vera", "Holloway")

#: Who applies for the company of the ten-step walk.
WALKER = Person("pat.doyle@marmalade-anvil.example", "Pat", "Doyle", "503-555-0112")

#: The owner who can sign in at once.
OWNER = Person("grace.tanaka@brass-pelican.example", "Grace", "Tanaka", "251-555-0119")

#: The owner of the company that the first one takes over. Signs in at once as well.
HERON_OWNER = Person("silas.wren@clockwork-heron.example", "Silas", "Wren", "585-555-0126")

#: The owner of the exporter's account. Signs in at once as well.
EXPORTER_OWNER = Person("dara.whitlock@fiddlehead-compass.example", "Dara", "Whitlock", "317-555-0135")

#: The owner's people. All of them can sign in at once.
TEAM = (
    Member(
        Person("hugo.brandt@brass-pelican.example", "Hugo", "Brandt", "251-555-0131"),
        "PTAO",
        "does everything the owner does, but for other proxies, Cross Account Access and Merge Accounts",
    ),
    Member(
        Person("lena.ortiz@brass-pelican.example", "Lena", "Ortiz", "251-555-0132"),
        "USER",
        "reads everything and changes nothing",
        {
            "IMPORTER:details": "READ",
            "IMPORTER:contacts": "READ",
            "TOP:activity-log": "READ",
            "TOP:action-plan": "READ",
        },
        top_account_access=True,
    ),
    Member(
        Person("theo.marsh@brass-pelican.example", "Theo", "Marsh", "251-555-0133"),
        "USER",
        "writes the Business Activity Log and sees nothing else",
        {"TOP:activity-log": "FULL"},
    ),
)

#: A customs broker: CBP gave it a sub-account with its filer code, and the owner above lets it work in their account.
BROKER = Broker(
    Person("iris.calloway@oldwharf-brokers.example", "Iris", "Calloway", "251-555-0134"), "Old Wharf Brokers LLC", "OW1"
)
