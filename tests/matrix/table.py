"""Who gets what at which address: how the lines of gets.py and posts.py are read.

A line is an address and its answers: one for each column; or fewer, for the groups of columns that GROUPS names.
200, 403, 404, 405 are statuses, `sign-in` and `desk-in` redirects to the two sign-in pages, `step` a redirect to the
step of the sign-in that is due, `>name` a redirect to another page of the portal. POST is sent without any data.
A new role is a new column: add it to COLUMNS, to World.people and to the lines that have an answer for each.

visitor    nobody signed in               removed    was a user of this company
TAO        trade account owner            officer    CBP officer, signed in with the authenticator
PTAO       proxy trade account owner      analyst    Census analyst, signed in with the authenticator
user       trade account user, no rights  half       the TAO after the password, before the code of the authenticator
reader     a user who reads everything    no-device  CBP officer after the password, who has no authenticator yet
other      the owner of another company
broker     a user of another company, to whom everything was passed on that it was granted in this one
auditor    reads every page of both desks: no line says so, the column follows from those of officer and analyst
both       officer and analyst in one person: no line says so either, they get what either of the two gets
"""

from dataclasses import dataclass

from tests.matrix.gets import GET
from tests.matrix.posts import POST

__all__ = ["COLUMNS", "DUE", "FOLLOWING", "GET", "POST", "Row", "line", "of_census", "rows"]

COLUMNS = (
    *("visitor", "TAO", "PTAO", "user", "reader", "other", "broker", "removed", "officer", "analyst", "half"),
    "no-device",
)
#: The columns that no line has an answer for.
FOLLOWING = ("auditor", "both")
#: Where the auditor's answer does not follow from the others: pages that are nothing but a form, a button of each desk.
OF_AUDITORS = {
    ("GET", "admin/accounts/topaccount/<int:pk>/add-sub-account/"): "403",
    ("GET", "admin/accounts/user/<int:pk>/reset-second-step/"): "403",
    ("GET", "admin/queue/<str:code>/<int:pk>/hand-over/"): "403",
    ("GET", "admin/queue/<str:code>/<int:pk>/note/"): "403",
    ("GET", "admin/useraccess/activityentry/<int:pk>/write/"): "403",
    ("POST", "admin/<app_label>/"): "404",
    ("POST", "admin/queue/next/"): "403",
}
#: The step of the sign-in that is due for those who have not finished it.
DUE = {"half": "accounts:verify", "no-device": "accounts:enroll"}
#: By the number of answers in a line: whom the second one, the third one … are for. The first is for everybody else.
GROUPS: dict[int, list[tuple[str, ...]]] = {
    1: [],
    2: [tuple(DUE)],
    3: [("visitor",), tuple(DUE)],
    4: [("officer",), ("analyst",), ("half",)],
    6: [("visitor",), ("TAO",), ("PTAO",), ("user",), tuple(DUE)],
}


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    route: str
    expected: dict[str, str]


def rows(table: str) -> list[Row]:
    """The lines of a table. Raises ValueError for a line with any other number of answers."""
    found = [_row(*line.split()) for line in table.splitlines() if line.strip()]
    method = "POST" if table == POST else "GET"
    for row in found:
        _follow(method, row)
    return found


def _follow(method: str, row: Row) -> None:
    """Fill in the columns of FOLLOWING."""
    row.expected["auditor"] = _of_auditors(method, row)
    row.expected["both"] = _of_either(row)


def of_census(method: str, row: Row) -> Row:
    """The line of an address under `admin/queue/`, where it is for work of Census: the desks have changed places."""
    officer, analyst = row.expected["analyst"], row.expected["officer"]
    turned = Row(row.route, row.expected | {"officer": officer, "analyst": analyst})
    _follow(method, turned)
    return turned


def _of_either(row: Row) -> str:
    officer, analyst = row.expected["officer"], row.expected["analyst"]
    return analyst if officer in ("403", "404") else officer


def _of_auditors(method: str, row: Row) -> str:
    """What an auditor gets: to read, what either desk gets; a button of one of the desks, never."""
    if answer := OF_AUDITORS.get((method, row.route)):
        return answer
    officer, analyst = row.expected["officer"], row.expected["analyst"]
    if officer == analyst:
        return officer
    if method == "POST":
        return "403"
    return _of_either(row)


def _row(route: str, *answers: str) -> Row:
    if len(answers) in GROUPS:
        expected = dict.fromkeys(COLUMNS, answers[0])
        for group, answer in zip(GROUPS[len(answers)], answers[1:], strict=True):
            expected |= dict.fromkeys(group, answer)
    else:
        expected = dict(zip(COLUMNS, answers, strict=True))
    return Row("" if route == "(home)" else route, expected)


def line(route: str, answers: dict[str, str]) -> str:
    """The line of a table that expects these answers, as short as it can be."""
    answers = {who: answer for who, answer in answers.items() if who in COLUMNS}
    shown = list(answers.values())
    for groups in reversed(GROUPS.values()):
        named = {who for group in groups for who in group}
        rest = next(answer for who, answer in answers.items() if who not in named)
        short = [rest, *(answers[group[0]] for group in groups)]
        if _row("any", *short).expected == answers:
            shown = short
    return f"{route or '(home)':<61} " + " ".join(f"{answer:<8}" for answer in shown).rstrip()
