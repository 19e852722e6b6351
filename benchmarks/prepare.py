"""Make the portal ready for visitors: `python -m benchmarks.prepare COUNT`, with its switches in the environment."""

import sys

import django
from django.core.management import call_command

from benchmarks.visits import Record


def main(count: int) -> None:
    """Migrate an empty database, collect the static files, and write the 5106 records 1 to `count`. Needs DEMO=on."""
    django.setup()
    # The demo's own preparation collects the static files once for all who run here.
    call_command("prepare_demo")
    from importers.models import ImporterRecord

    ImporterRecord.objects.bulk_create(
        (
            ImporterRecord(
                importer_number=record.importer_number,
                company_name=record.company_name,
                point_of_contact_email=record.contact,
                country="US",
            )
            for record in map(Record, range(1, count + 1))
        ),
        batch_size=1000,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
