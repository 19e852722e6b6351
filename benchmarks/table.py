"""The numbers of a run as a plain table."""

from typing import Any

#: The aims of docs/benchmarks.md: times the bare POST, and seconds from Submit to the mail server.
POST_AIM = 2.0
MAIL_AIM = {"embedded": 3.0, "services": 1.0}

LINE = "{:<26}{:>9}{:>9}{:>11}{:>11}{:>9}  {}"
#: The requests of a journey that send a form.
OUR_POSTS = ("POST identify", "POST code", "POST details", "POST submit")
BARE_POST = "POST form"


def add_ratios(result: dict[str, Any]) -> dict[str, Any]:
    """Add the ratios to what `measure` found and return it: our POSTs by the bare one (p50), requests a second."""
    alone, crowd = result["one_at_a_time"], result["many_at_once"]
    bare = alone["bare"]["steps"][BARE_POST]["p50"]
    result["ratios"] = {
        **{name: alone["portal"]["steps"][name]["p50"] / bare for name in OUR_POSTS},
        "requests_per_second": crowd["portal"]["requests_per_second"] / crowd["bare"]["requests_per_second"],
    }
    return result


def lines(result: dict[str, Any], *, clients: int) -> list[str]:
    """The table of one stack, from what `add_ratios` returned."""
    head = [
        result["title"],
        "",
        LINE.format("", "one visitor at a time", "", f"{clients} visitors at once", "", "× bare", "").rstrip(),
        LINE.format("server time, ms", "p50", "p95", "p50", "p95", "POST", "aim"),
    ]
    return [*head, *_steps(result, "bare"), *_steps(result, "portal"), "", *_mail(result), "", *_rates(result)]


def _steps(result: dict[str, Any], project: str) -> list[str]:
    alone, crowd = (result[phase][project]["steps"] for phase in ("one_at_a_time", "many_at_once"))
    return [_step(f"{project}: {name}", alone[name], crowd[name], result["ratios"].get(name)) for name in alone]


def _step(label: str, alone: dict[str, float], crowd: dict[str, float], ratio: float | None) -> str:
    times = [f"{one[share] * 1000:.1f}" for one in (alone, crowd) for share in ("p50", "p95")]
    compared = ["", ""] if ratio is None else [f"{ratio:.2f}", verdict(ratio, POST_AIM)]
    return LINE.format(label, *times, *compared).rstrip()


def _mail(result: dict[str, Any]) -> list[str]:
    aim = MAIL_AIM[result["stack"]]
    found = [LINE.format("mail, seconds", "p50", "p95", "p50", "p95", "", "aim for p95")]
    for label, name in (("identify to code mailed", "code"), ("submit to receipt mailed", "receipt")):
        alone, crowd = (result[phase]["portal"][name] for phase in ("one_at_a_time", "many_at_once"))
        times = [f"{one[share]:.2f}" for one in (alone, crowd) for share in ("p50", "p95")]
        judged = verdict(alone["p95"], aim) if name == "receipt" else ""
        found.append(LINE.format(label, *times, "", judged).rstrip())
    return found


def _rates(result: dict[str, Any]) -> list[str]:
    portal, bare = (result["many_at_once"][project] for project in ("portal", "bare"))
    return [
        f"Portal: {portal['visits_per_second']:.1f} journeys/s, {portal['requests_per_second']:.0f} requests/s "
        f"({portal['visits']} journeys in {portal['seconds']:.1f} s)",
        f"Bare:   {bare['visits_per_second']:.1f} forms/s, {bare['requests_per_second']:.0f} requests/s "
        f"({bare['visits']} forms in {bare['seconds']:.1f} s)",
        f"Requests/s, portal by bare: {result['ratios']['requests_per_second']:.2f}",
    ]


def verdict(value: float, aim: float) -> str:
    """The aim and whether it is met."""
    return f"≤ {aim:g} {'met' if value <= aim else 'missed'}"
