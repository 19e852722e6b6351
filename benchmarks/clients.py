"""A broker with many clients beside one with few: `python -m benchmarks.clients [--clients 10000]`.

On PostgreSQL, in a database of its own that is gone afterwards. Two brokers stand in it, one with 10 client accounts,
one with 10,000. The pages that span accounts are fetched for both in turns, by the owner, who has everything that was
received, and by a clerk, who was passed on a grid in every account. What is told is the middle of the server's times
(Django's test client: no network, no web server), their ratio, and how many queries each page took.
"""

import argparse
import os
import platform
import secrets
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import django

from benchmarks import stacks
from benchmarks.servers import ROOT, Failed

FEW = 10
BATCH = 1000
#: Each cell of the grid that a client grants, and whether the broker passes it on to the clerk.
GRANTED = (("IMPORTER", "details", True), ("IMPORTER", "contacts", False), ("TOP", "activity-log", True))
LINE = "{:<46}{:>9}{:>10}{:>8}  {:>7}"
AIM = 1.5


def main(arguments: list[str]) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clients", description=__doc__)
    parser.add_argument("--clients", type=int, default=10_000, help="client accounts of the bigger broker")
    parser.add_argument("--rounds", type=int, default=15, help="how often each page is fetched")
    parser.add_argument("--directory", type=Path, default=ROOT / "var", help="where files are while it runs")
    options = parser.parse_args(arguments)
    if options.clients < FEW or options.rounds < 1:
        parser.error(f"--clients must be {FEW} or more, --rounds 1 or more")
    options.directory.mkdir(parents=True, exist_ok=True)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.directory) as place,
            stacks.opened("services", Path(place)) as stack,
        ):
            _become_portal(stack)
            _show(options, stack, measure(options.clients, options.rounds))
    except (Failed, stacks.Unreachable) as failure:
        print(f"The benchmark stopped: {failure}", file=sys.stderr)
        return 1
    return 0


def _become_portal(stack: stacks.Stack) -> None:
    """Make this process one of the portal's, on the stack's database, and create the tables."""
    switches = stack.environment_of("portal", secret=secrets.token_urlsafe(64), port=8000)
    os.environ.update(switches | {"LOG_LEVEL": "ERROR", "ALLOWED_HOSTS": "testserver"})
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


# The two brokers -----------------------------------------------------------------------------------------------------


class Broker:
    """A company with an owner and a clerk, who both work in so many client accounts."""

    def __init__(self, name: str, clients: int) -> None:
        self.name, self.clients = name, clients
        self.owner, self.clerk = _person(f"{name} Owner"), _person(f"{name} Clerk")
        self.account = _account(name, self.owner)
        from useraccess.actions import add_member
        from useraccess.models import Role

        add_member(self.account, user=self.clerk, role=Role.TRADE_ACCOUNT_USER, by=None)
        self.made: list[Any] = []
        for start in range(0, clients, BATCH):
            self.made += add_clients(self.account, self.owner, self.clerk, min(BATCH, clients - start), start=start)


def _person(name: str) -> Any:
    from accounts.models import User

    first, _, last = name.rpartition(" ")
    person = User.objects.create_user(
        email=f"{name.replace(' ', '.')}@benchmark.example".lower(), first_name=first, last_name=last, status="ACTIVE"
    )
    from verification.models import AuthenticatorDevice

    AuthenticatorDevice.enroll(person, confirmed=True)
    return person


def _account(name: str, owner: Any) -> Any:
    from accounts.actions import create_top_account
    from useraccess.actions import add_member
    from useraccess.models import Role

    account = create_top_account(company_name=name, by=None)
    add_member(account, user=owner, role=Role.TRADE_ACCOUNT_OWNER, by=None)
    return account


def add_clients(broker: Any, owner: Any, clerk: Any, count: int, *, start: int = 0) -> list[Any]:
    """Give a broker's account so many more clients, each with an owner and an importer, and return their accounts.

    `owner` has everything that each client granted, `clerk` was passed on parts. `start` numbers them.
    """
    from accounts.models import SubAccount, TopAccount, User
    from ace_portal.core import clock
    from useraccess.models import AccessGrant, CrossAccountAccess, FilerCodeLink, Grant, Membership, Role

    at, numbers = clock.now(), range(start, start + count)
    key = f"{broker.pk % 1000:03}"
    people = User.objects.bulk_create(
        User(
            account_id=f"{key}C{number:06}",
            email=f"client{number}.{key}@benchmark.example",
            first_name="Pat",
            last_name=f"Client {number}",
            status="ACTIVE",
            created_at=at,
        )
        for number in numbers
    )
    accounts = TopAccount.objects.bulk_create(
        TopAccount(ace_id=f"{key}{number:07}", company_name=f"Client {number:05} of {broker.pk}", created_at=at)
        for number in numbers
    )
    Membership.objects.bulk_create(
        Membership(user=person, top_account=account, role=Role.TRADE_ACCOUNT_OWNER, began_at=at)
        for person, account in zip(people, accounts, strict=True)
    )
    SubAccount.objects.bulk_create(
        SubAccount(
            top_account=account,
            account_type="IMPORTER",
            identifier=f"26{key}0-{number:05}",
            name=account.company_name,
            created_at=at,
        )
        for number, account in zip(numbers, accounts, strict=True)
    )
    accesses = CrossAccountAccess.objects.bulk_create(
        CrossAccountAccess(
            grantor=account,
            recipient=broker,
            status="ACTIVE",
            created_at=at,
            created_by=person,
            answer_until=at,
            began_at=at,
            filer_code="BEN",
            top_account_access=True,
        )
        for person, account in zip(people, accounts, strict=True)
    )
    FilerCodeLink.objects.bulk_create(
        FilerCodeLink(top_account=one.grantor, filer_code="BEN", linked_at=at, linked_by=owner) for one in accesses
    )
    AccessGrant.objects.bulk_create(
        AccessGrant(access=one, account_type=kind, tab=tab, level="READ")
        for one in accesses
        for kind, tab, _ in GRANTED
    )
    visits = Membership.objects.bulk_create(
        Membership(
            user=user,
            top_account=one.grantor,
            role=Role.TRADE_ACCOUNT_USER,
            began_at=at,
            via=one,
            everything_received=user == owner,
        )
        for one in accesses
        for user in (owner, clerk)
    )
    Grant.objects.bulk_create(
        Grant(membership=visit, account_type=kind, tab=tab, level="READ")
        for visit in visits
        if visit.user_id == clerk.pk
        for kind, tab, passed_on in GRANTED
        if passed_on
    )
    return accounts


# Measuring -----------------------------------------------------------------------------------------------------------


def pages_of(broker: Any, client: Any) -> dict[str, str]:
    """The pages to fetch, by what they are called. `client` is one of the broker's client accounts."""
    importer = client.sub_accounts.get()
    return {
        "Home": "/",
        "Home, one ACE ID": f"/?ace_id={client.ace_id}",
        "Accounts": "/accounts/",
        "Accounts by number": "/accounts/?order=number",
        "Accounts, last page": "/accounts/?page=last",
        "Accounts, search": f"/accounts/?q={client.company_name.replace(' ', '+')}",
        "Accounts, one ACE ID": f"/accounts/?ace_id={client.ace_id}",
        "pick list": "/tools/choose-account/",
        "pick list, search": f"/tools/choose-account/?q={client.company_name.replace(' ', '+')}",
        "a client's importer": f"/accounts/sub/{importer.pk}/",
        "Tools": "/tools/",
    }


def owners_pages_of(broker: Any) -> dict[str, str]:
    """Those that the broker's owner alone opens."""
    return {
        "Cross Account Access": f"/accounts/{broker.pk}/cross-account-access/",
        "Cross Account Access, search": f"/accounts/{broker.pk}/cross-account-access/?q=Client+00007",
        "Access to Other Accounts": f"/accounts/{broker.pk}/cross-account-access/received/",
    }


def measure(clients: int, rounds: int) -> list[dict[str, Any]]:
    """Seconds and queries of each page, for the small and for the big broker."""
    from django.db import connection

    brokers = [Broker("Small Wharf", FEW), Broker("Big Wharf", clients)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = []
    for role in ("owner", "clerk"):
        browsers = [_browser(getattr(broker, role)) for broker in brokers]
        addresses = [pages_of(broker.account, broker.made[FEW // 2]) for broker in brokers]
        if role == "owner":
            addresses = [one | owners_pages_of(broker.account) for one, broker in zip(addresses, brokers, strict=True)]
        for page in addresses[0]:
            both = [(browser, urls[page]) for browser, urls in zip(browsers, addresses, strict=True)]
            found.append({"page": f"{role}: {page}", **_compare(both, rounds)})
        both = [(one, f"POST {broker.made[0].pk}") for one, broker in zip(browsers, brokers, strict=True)]
        found.append({"page": f"{role}: switch of account", **_compare(both, rounds)})
    return found


def _browser(user: Any) -> Any:
    from django.test import Client
    from django_otp import DEVICE_ID_SESSION_KEY

    from verification.models import AuthenticatorDevice

    browser = Client()
    browser.force_login(user, backend="accounts.backends.AccountIdOrEmailBackend")
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = AuthenticatorDevice.objects.get(user=user).persistent_id
    session.save()
    return browser


def _compare(both: list[tuple[Any, str]], rounds: int) -> dict[str, Any]:
    """The two in turns, so that whatever else the machine does falls on both; a first fetch of each is left out."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    queries = []
    for browser, address in both:
        _fetch(browser, address)
        with CaptureQueriesContext(connection) as captured:
            _fetch(browser, address)
        queries.append(len(captured))
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for taken, (browser, address) in zip(times, both, strict=True):
            began = time.perf_counter()
            _fetch(browser, address)
            taken.append(time.perf_counter() - began)
    few, many = (median(taken) for taken in times)
    return {"few": few, "many": many, "ratio": many / few, "queries": queries}


def _fetch(browser: Any, address: str) -> None:
    method, _, account = address.partition(" ")
    switch = {"account": account}
    answer = browser.post("/tools/choose-account/", switch) if method == "POST" else browser.get(address)
    if answer.status_code not in (200, 302):
        raise Failed(f"{address} answered {answer.status_code}.")


def _show(options: argparse.Namespace, stack: stacks.Stack, found: list[dict[str, Any]]) -> None:
    load = os.getloadavg()[0]
    print(f"{stack.title}; {platform.system()} {platform.machine()}, {os.cpu_count()} processors, load {load:.1f}")
    print(LINE.format("milliseconds with so many clients", FEW, f"{options.clients:,}", "ratio", "queries"))
    for one in found:
        few, many = one["queries"]
        queries = f"{few}" if few == many else f"{few} → {many}"
        times = [f"{one[side] * 1000:.1f}" for side in ("few", "many")]
        print(
            LINE.format(one["page"], *times, f"{one['ratio']:.2f}", queries), "" if one["ratio"] <= AIM else " missed"
        )
    print(f"Aim: at most {AIM:g} times. Largest ratio: {max(one['ratio'] for one in found):.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
