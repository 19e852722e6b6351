"""How fast the desk's lists are when there is much, beside the same lists when there is little, in one run.

`DATABASE_URL=postgres://… python -m benchmarks.desk_lists [--records 1000000] [--applications 100000]`. Works in a test
database of its own. Requests go through the whole of Django in this process; what is measured is server time.
"""

import argparse
import os
import statistics
import time
from typing import Any

import django

ROUNDS = 15
FEW = 1000
#: One application of so many is open: at both sizes more than one page.
OPEN = 10


def fill(model: Any, count: int, first: int, **columns: str) -> None:
    """Add rows first … first + count - 1 (`n` in the SQL of `columns`); what is not named gets its default."""
    from django.db import connection
    from django.db.models import NOT_PROVIDED

    values = dict(columns)
    for field in model._meta.concrete_fields:
        if field.column in values or field.primary_key or field.null or field.db_default is not NOT_PROVIDED:
            continue
        default = field.get_default()
        values[field.column] = (
            "'{}'::jsonb" if default == {} else connection.ops.quote_name(str(default)).replace('"', "'")
        )
    names = ", ".join(f'"{name}"' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) "  # noqa: S608  # nosec B608 - names and values of our own
            f"SELECT {', '.join(values.values())} FROM generate_series({first}, {first + count - 1}) AS n"
        )


def fill_up(records: int, applications: int, officer: Any, first: int) -> None:
    """Add records and applications, a tenth of them open, and let the database look at what it has."""
    from django.db import connection

    from form5106.models import Filing
    from importers.models import ImporterApplication, ImporterRecord
    from tradeparties.models import RequestedActivity, TradeApplication

    at = f"now() - interval '1 minute' * (n % {60 * 24 * 30}) - interval '1 second'"
    fill(
        ImporterRecord,
        records,
        first,
        importer_number="'12-' || lpad(n::text, 7, '0') || '00'",
        company_name=f"'PAPER WALRUS ' || (n::bigint * 7919 % {10_000_019}) || ' TRADING INC'",
        point_of_contact_email="'contact.' || n || '@walrus.example'",
        status="CASE WHEN n % 15 = 0 THEN 'VOIDED' ELSE 'ACTIVE' END",
    )
    is_open = f"n % {OPEN} = 0"
    decided = {
        "decided_at": f"CASE WHEN {is_open} THEN NULL ELSE now() END",
        "decided_by_id": f"CASE WHEN {is_open} THEN NULL ELSE {officer.pk} END",
    }
    record = "(SELECT id FROM importers_importerrecord WHERE importer_number = '12-' || lpad(n::text, 7, '0') || '00')"
    fill(
        ImporterApplication,
        applications,
        first,
        reference="'B' || lpad((n / 10000)::text, 3, '0') || '-' || lpad((n % 10000)::text, 4, '0')",
        draft_token="'d' || lpad(n::text, 21, '0')",
        status_token="'s' || lpad(n::text, 21, '0')",
        applicant_email="'owner.' || n || '@walrus.example'",
        browser="'benchmark ' || n",
        company_name=f"'PAPER WALRUS ' || (n::bigint * 7919 % {10_000_019}) || ' TRADING INC'",
        record_id=record,
        status=f"CASE WHEN {is_open} THEN 'SUBMITTED' ELSE 'REJECTED' END",
        reason=f"CASE WHEN {is_open} THEN '' ELSE 'OTHER' END",
        created_at=at,
        submitted_at=at,
        **decided,
    )
    fill(
        TradeApplication,
        applications,
        first,
        kind="'OTHER'",
        reference="'C' || lpad((n / 10000)::text, 3, '0') || '-' || lpad((n % 10000)::text, 4, '0')",
        draft_token="'d' || lpad(n::text, 21, '0')",
        status_token="'s' || lpad(n::text, 21, '0')",
        form_key="'k' || lpad(n::text, 21, '0')",
        applicant_email="'carrier.' || n || '@walrus.example'",
        company_name=f"'TIN LOCOMOTIVE ' || (n::bigint * 7919 % {10_000_019}) || ' FREIGHT INC'",
        status=f"CASE WHEN {is_open} THEN 'SUBMITTED' ELSE 'REJECTED' END",
        reason=f"CASE WHEN {is_open} THEN '' ELSE 'OTHER' END",
        created_at=at,
        submitted_at=at,
        terms="true",
        officer_authorizes="true",
        owner_acknowledges="true",
        **decided,
    )
    trade = "(SELECT id FROM tradeparties_tradeapplication WHERE status_token = 's' || lpad(n::text, 21, '0'))"
    fill(
        RequestedActivity,
        applications,
        first,
        application_id=trade,
        account_type="'TRUCK_CARRIER'",
        identifier="upper(lpad(to_hex(n), 5, 'T'))",
        name=f"'TIN LOCOMOTIVE ' || (n::bigint * 7919 % {10_000_019}) || ' FREIGHT INC'",
        is_primary="true",
    )
    fill(
        Filing,
        applications,
        first,
        reference="'F' || lpad((n / 10000)::text, 3, '0') || '-' || lpad((n % 10000)::text, 4, '0')",
        token="'f' || lpad(n::text, 21, '0')",
        actions="'REFRESH'",
        files_as="'COMPANY'",
        record_id=record,
        base_version="1",
        importer_number="'12-' || lpad(n::text, 7, '0') || '00'",
        company_name=f"'PAPER WALRUS ' || (n::bigint * 7919 % {10_000_019}) || ' TRADING INC'",
        filer_email="'filer.' || n || '@walrus.example'",
        status=f"CASE WHEN {is_open} THEN 'SUBMITTED' ELSE 'REJECTED' END",
        reject_code=f"CASE WHEN {is_open} THEN '' ELSE 'R02' END",
        decision_text=f"CASE WHEN {is_open} THEN '' ELSE 'No.' END",
        created_at=at,
        changed_at=at,
        submitted_at=at,
        ended_at=decided["decided_at"],
        decided_by_id=decided["decided_by_id"],
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def pages(few: int) -> dict[str, str]:
    """What is looked at. The searches are for something that is there from the beginning."""
    number = few // 2
    name = f"PAPER WALRUS {number * 7919 % 10_000_019} TRADING"
    carrier = f"TIN LOCOMOTIVE {number * 7919 % 10_000_019} FREIGHT"
    queue, records, applications, trade, filings = (
        "/admin/queue/",
        "/admin/importers/importerrecord/",
        "/admin/importers/importerapplication/",
        "/admin/tradeparties/tradeapplication/",
        "/admin/form5106/filing/",
    )
    return {
        "queue": queue,
        "queue, late and unclaimed": f"{queue}?late=1&whose=unclaimed",
        "queue, mine": f"{queue}?whose=mine",
        "queue, search by reference": f"{queue}?q=B000-{number:04d}",
        "queue, search by company": f"{queue}?q={name}",
        "queue, search by importer number": f"{queue}?q=12-{number:07d}00",
        "queue, search by e-mail": f"{queue}?q=owner.{number}@walrus.example",
        "applications, open": applications,
        "applications, all": f"{applications}?status=all",
        "applications, search": f"{applications}?q=B000-{number:04d}",
        "trade applications, open": trade,
        "trade applications, all": f"{trade}?status=all",
        "trade applications, search by name": f"{trade}?q={carrier}",
        "trade applications, search by code": f"{trade}?q={f'{number:x}'.upper().rjust(5, 'T')}",
        "filings": filings,
        "filings, search by company": f"{filings}?q={name}",
        "filings, search by e-mail": f"{filings}?q=filer.{number}@walrus.example",
        "5106 records": records,
        "5106 records, voided": f"{records}?status__exact=VOIDED",
        "5106 records, search by company": f"{records}?q={name}",
        "5106 records, search by number": f"{records}?q=12-{number:07d}00",
        "numbers, 30 days": "/admin/numbers/",
    }


def measure(client: Any, address: str) -> tuple[float, int]:
    """The median time of a page in milliseconds, and how many queries it takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    client.get(address)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return statistics.median(times), len(captured.captured_queries)


def officer_at_work() -> tuple[Any, Any]:
    """An officer, and a client that is signed in with the authenticator."""
    from django.test import Client
    from django_otp import DEVICE_ID_SESSION_KEY

    from useraccess import actions
    from verification.models import AuthenticatorDevice

    officer = actions.make_officer(
        email="olive@cbp.example", first_name="Olive", last_name="Ames", password="Lanterns-over-9-Quays!"
    )
    device = AuthenticatorDevice.enroll(officer, confirmed=True)
    client = Client()
    client.force_login(officer, backend="accounts.backends.AccountIdOrEmailBackend")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return officer, client


def run(records: int, applications: int) -> None:
    officer, client = officer_at_work()
    fill_up(FEW, FEW, officer, 1)
    looked_at = pages(FEW)
    little = {name: measure(client, address) for name, address in looked_at.items()}
    fill_up(records - FEW, applications - FEW, officer, FEW + 1)
    much = {name: measure(client, address) for name, address in looked_at.items()}
    print(
        f"PostgreSQL, {FEW:,} of each, then {records:,} records and {applications:,} applications; ms, {ROUNDS} rounds"
    )
    for name in looked_at:
        (before, first), (after, second) = little[name], much[name]
        print(f"  {name:<36}{before:8.1f}{after:9.1f}   × {after / before:5.2f}   {first} queries, {second} queries")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--applications", type=int, default=100_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")
    os.environ.setdefault("DEBUG", "off")
    os.environ.setdefault("ALLOWED_HOSTS", "testserver")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.conf import settings
    from django.db import connection

    # Style sheets are not fetched: where they would be need not be known.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    if connection.vendor != "postgresql":
        raise SystemExit("The sizes that matter are PostgreSQL's: set DATABASE_URL=postgres://…")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        run(options.records, options.applications)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
