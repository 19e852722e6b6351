"""Runs of the command that loads 5106 records, for tests: files to load, and what a run printed and kept."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from importers.models import ImporterRecord

HEADER = "importer_number,company_name,point_of_contact_email,status"
GOOD = "12-345678900,Acme Inc.,jo@acme.example,ACTIVE"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write(line, line, …)`: a CSV file with the mandatory columns and these rows; `header` says other columns."""

    def make(*rows: str, header: str = HEADER, name: str = "records.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in (header, *rows)).encode(encoding))
        return path

    return make


class Run:
    """One run of the command, with what it printed."""

    def __init__(self, path: Path, *options: Any) -> None:
        out, err = StringIO(), StringIO()
        self.rejects = path.with_suffix(".rejects.csv")
        self.exit_code: Any = 0
        try:
            call_command("load_importer_records", str(path), *map(str, options), stdout=out, stderr=err)
        except SystemExit as ended:
            self.exit_code = ended.code
        self.printed, self.complaints = out.getvalue(), err.getvalue()

    @property
    def last(self) -> str:
        """The last line that was printed."""
        return self.printed.splitlines()[-1]

    def rejected(self) -> list[dict[str, str]]:
        """The rows of the reject file."""
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def refusal(path: Path, *options: Any) -> str:
    """The sentence with which the command refuses a file. Fails when it stored anything."""
    with pytest.raises(CommandError) as error:
        Run(path, *options)
    assert not ImporterRecord.objects.exists()
    return str(error.value)


def everything() -> list[tuple[Any, ...]]:
    """What is stored: number, name and status of every record."""
    return list(
        ImporterRecord.objects.order_by("importer_number").values_list("importer_number", "company_name", "status")
    )
