"""Packed files, the standard input, dry runs, runs that were killed; records written and made up."""

import csv
import gzip
import io
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ace_portal.core.numbers import parse_importer_number
from importers import loading
from importers.generating import COLUMNS, generate
from importers.loading.progress import Progress
from importers.models import ImporterRecord, RecordLoad
from tests.harness.tasks import environment
from tests.importers.loading_runs import GOOD, HEADER, Run, everything, refusal, write

__all__ = ["write"]
ROOT = Path(__file__).resolve().parents[2]


def made_up(path: Path, count: int, *, seed: int = 1, spoil: int = 0) -> Path:
    """A file of made-up records, every `spoil`-th of them without a status."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for index, record in enumerate(generate(count, seed=seed), start=1):
            rows.writerow([*record[:3], "GONE", *record[4:]] if spoil and index % spoil == 0 else record)
    return path


def all_of_it() -> list[dict[str, Any]]:
    """All columns of all records but their keys."""
    rows = list(ImporterRecord.objects.order_by("importer_number").values())
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


@pytest.mark.django_db
def test_a_packed_file_is_loaded_like_any_other(write: Callable[..., Path]) -> None:
    plain = write(GOOD, "x,y,,ACTIVE")
    packed = plain.with_name("packed.csv.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    run = Run(packed)
    assert everything() == [("12-345678900", "Acme Inc.", "ACTIVE")]
    assert run.last.startswith(f"Done: 1 records stored, 1 bad rows (see {plain.with_name('packed.rejects.csv')})")


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"importer_number\n", gzip.compress(f"{HEADER}\n{GOOD}\n".encode() * 900)[:-20]])
def test_what_is_not_packed_or_cut_short_is_one_clear_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "records.csv.gz"
    path.write_bytes(content)
    assert "cannot be unpacked" in refusal(path)


@pytest.mark.django_db
def test_the_standard_input_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{HEADER}\n{GOOD}\nx,y,,ACTIVE\n".encode())))
    run = Run(loading.STANDARD)
    assert everything() == [("12-345678900", "Acme Inc.", "ACTIVE")]
    assert "(see stdin.rejects.csv)" in run.last
    assert (tmp_path / "stdin.rejects.csv").exists()
    assert not RecordLoad.objects.exists()


@pytest.mark.django_db
def test_a_standard_input_that_is_no_text_stops_where_that_comes_to_light(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"12-{number:07d}00,Company {number},,ACTIVE\n" for number in range(2000))
    typed = f"{HEADER}\n{rows}".encode() + "12-345678900,Müller,,ACTIVE\n".encode("latin-1")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed)))
    with pytest.raises(CommandError, match=r"The standard input is not UTF-8 text .* What was stored before stays\."):
        Run(loading.STANDARD, "--batch", 100)
    assert ImporterRecord.objects.count() > 1000


@pytest.mark.django_db
def test_a_dry_run_says_everything_and_stores_nothing(write: Callable[..., Path]) -> None:
    run = Run(write(GOOD, "x,y,,ACTIVE", GOOD), "--dry-run")
    assert not ImporterRecord.objects.exists()
    assert not RecordLoad.objects.exists()
    assert "Line 3: importer_number" in run.complaints
    assert run.last.startswith("Done: 1 records would be stored; nothing was, 1 bad rows")
    assert run.exit_code == 3


@pytest.mark.django_db
def test_the_exit_code_tells_whether_rows_were_rejected(write: Callable[..., Path]) -> None:
    assert Run(write(GOOD)).exit_code == 0
    assert Run(write(GOOD, "x,y,,ACTIVE")).exit_code == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "cells", "reason"),
    [
        ("name_qualifier,second_name", "DBA,", "second_name: A DIV, AKA or DBA name"),
        ("name_qualifier,second_name", "TBD,Acme Toys", "name_qualifier: Write one of AKA, DBA, DIV"),
        ("address_type,physical_street_address", "7,", "physical_street_address: The physical address is needed"),
        ("physical_address_type", "7", "physical_address_type: The physical address cannot be"),
        ("bond_number,bond_is_continuous", ",yes", "bond_number: A continuous bond has a number"),
        ("bond_is_continuous,bond_number", "perhaps,1", "bond_is_continuous: Write yes or no"),
        ("bond_amount", "50 000", "bond_amount: Write the amount in whole dollars"),
        ("filed_on", "2026-02-30", "filed_on: Write the day as"),
        ("uses", '"IOR,WHATEVER"', "uses: WHATEVER is none of IOR"),
        ("naics", "4239401", "naics: Write the NAICS code"),
        ("duns", "12-345", "duns: "),
        ("filer_code", "AB", "filer_code: Write the filer code"),
        ("reference_number", "x" * 31, "reference_number: "),
        ("scac", "AB12", "scac: A SCAC has two to four letters"),
        ("firms_code", "A12", "firms_code: A FIRMS code has four letters or digits"),
    ],
)
def test_the_rules_of_the_form_hold_for_files(
    write: Callable[..., Path], columns: str, cells: str, reason: str
) -> None:
    run = Run(write(f"{GOOD},{cells}", header=f"{HEADER},{columns}"))
    assert f"Line 2: {reason}" in run.complaints
    assert not ImporterRecord.objects.exists()


@pytest.mark.django_db
def test_columns_that_mean_nothing_alone_come_together(write: Callable[..., Path]) -> None:
    sentence = refusal(write(f"{GOOD},yes", header=f"{HEADER},bond_is_continuous"))
    assert "missing beside another: bond_number beside bond_is_continuous" in sentence


@pytest.mark.django_db
def test_a_record_that_changes_gets_its_next_version_and_one_that_does_not_keeps_it(write: Callable[..., Path]) -> None:
    Run(write(GOOD, "12-345678911,Zeta,,ACTIVE"))
    Run(write(GOOD.replace("Acme", "Apex"), "12-345678911,Zeta,,ACTIVE"))
    versions = dict(ImporterRecord.objects.values_list("company_name", "version"))
    assert versions == {"Apex Inc.": 2, "Zeta": 1}


@pytest.mark.django_db(transaction=True)
def test_a_run_killed_at_a_random_moment_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """SIGKILL, three times: afterwards the records, the rejects and the counts are those of a run that was let alone."""
    path = made_up(tmp_path / "records.csv", 6000, spoil=50)
    whole = Run(path, "--batch", 100)
    expected, rejected = all_of_it(), whole.rejects.read_bytes()
    ImporterRecord.objects.all().delete()
    whole.rejects.unlink()

    command = [sys.executable, "manage.py", "load_importer_records", str(path), "--batch", "100"]
    for kill in range(3):
        before = ImporterRecord.objects.count()
        with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            for _ in range(random.randrange(3, 9)):
                run.stdout.readline()
            time.sleep(random.random() / 20)
            os.kill(run.pid, signal.SIGKILL)
        assert before < ImporterRecord.objects.count() < len(expected), kill

    last = Run(path, "--batch", 100)
    assert "An earlier run of this file was cut off: going on with line" in last.printed
    assert [{**row, "version": 1} for row in all_of_it()] == expected
    assert all(row["version"] == 1 for row in all_of_it())
    assert last.rejects.read_bytes() == rejected
    assert last.last == whole.last
    assert not RecordLoad.objects.cut_off().exists()


@pytest.mark.django_db
def test_a_run_that_was_cut_off_can_be_begun_anew(write: Callable[..., Path]) -> None:
    path = write(*(f"12-{number:07d}00,Company {number},,ACTIVE" for number in range(10)))
    with pytest.raises(KeyboardInterrupt):
        loading.load(path, rejects=path.with_suffix(".rejects.csv"), listener=stopping_after(4), batch_size=2)
    assert RecordLoad.objects.cut_off().get().next_line == 6
    again = Run(path, "--restart")
    assert "cut off" not in again.printed
    assert again.last.startswith("Done: 10 records stored")
    assert not RecordLoad.objects.cut_off().exists()


def stopping_after(stored: int) -> loading.Listener:
    def stop(outcome: loading.Outcome) -> None:
        if outcome.stored >= stored:
            raise KeyboardInterrupt

    return loading.Listener(bad=lambda *_: None, repeated=lambda *_: None, stored=stop)


@pytest.mark.django_db
def test_numbers_repeated_across_the_cut_are_counted_once(write: Callable[..., Path]) -> None:
    path = write(GOOD, "12-345678911,Zeta,,ACTIVE", GOOD.replace("Acme", "Apex"), "12-345678922,Eta,,ACTIVE")
    with pytest.raises(KeyboardInterrupt):
        loading.load(path, rejects=path.with_suffix(".rejects.csv"), listener=stopping_after(2), batch_size=2)
    assert Run(path).last == "Done: 3 records stored, 0 bad rows, 1 repeated numbers."
    assert ImporterRecord.objects.get(importer_number="12-345678900").company_name == "Apex Inc."


@pytest.mark.django_db
def test_of_two_runs_of_one_file_the_second_to_move_stops(write: Callable[..., Path]) -> None:
    first = Progress("a" * 64, "records.csv", lasting=True)
    first.begin(2, start_line=None, restart=False)
    second = Progress("a" * 64, "records.csv", lasting=True)
    assert second.begin(2, start_line=None, restart=False).is_continued
    first.note(loading.Outcome(stored=5, next_line=7))
    with pytest.raises(loading.BadFile, match="being loaded by somebody else"):
        second.note(loading.Outcome(stored=5, next_line=7))


# Writing and making up ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz"])
def test_what_was_written_is_loaded_again_as_it_was(tmp_path: Path, name: str) -> None:
    Run(made_up(tmp_path / "records.csv", 300))
    ImporterRecord.objects.filter(pk=ImporterRecord.objects.earliest("pk").pk).update(
        **{"name_qualifier": "DBA", "second_name": 'Zoë "Q", Ltd', "uses": "IOR,OTHER", "other_use": "gifts"},
        **{"address_type": "7", "physical_street_address": "1 Pier", "physical_address_type": "3"},
        **{"reference_number": 'No. 7, "B"', "scac": "OHCT", "firms_code": "A12B"},
    )
    expected = all_of_it()
    err = io.StringIO()
    call_command("export_importer_records", str(tmp_path / name), stderr=err)
    assert err.getvalue().strip() == f"Done: 300 records written to {tmp_path / name}."
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    ImporterRecord.objects.all().delete()
    assert Run(tmp_path / name).exit_code == 0
    assert all_of_it() == expected


@pytest.mark.django_db
def test_records_of_one_status_go_to_the_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ["12-345678900,Acme,,ACTIVE", "12-345678911,Zeta,,VOIDED"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join([HEADER, *rows]).encode())))
    Run(loading.STANDARD)
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr("sys.stdout", out)
    call_command("export_importer_records", "-", "--status", "VOIDED", stderr=io.StringIO())
    lines = out.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split(",")[:4] for line in lines[1:]] == [["12-345678911", "Zeta", "", "VOIDED"]]


@pytest.mark.django_db
def test_a_file_that_cannot_be_written_is_one_clear_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("export_importer_records", str(tmp_path / "no" / "where.csv"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_made_up_records_are_valid_different_and_the_same_for_one_seed(tmp_path: Path) -> None:
    for name, seed in (("a.csv", 7), ("b.csv", 7), ("c.csv", 8)):
        call_command("generate_records", "2000", "--seed", str(seed), "--output", str(tmp_path / name))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() != (tmp_path / "c.csv").read_bytes()
    assert Run(tmp_path / "a.csv").last == "Done: 2,000 records stored, 0 bad rows, 0 repeated numbers."
    for column in ("reference_number", "scac", "firms_code"):
        assert 0 < ImporterRecord.objects.exclude(**{column: ""}).count() < 2000, column
    assert (
        ImporterRecord.objects.exclude(point_of_contact_email="")
        .exclude(point_of_contact_email__endswith=".example")
        .count()
        == 0
    )


def test_made_up_numbers_never_come_twice() -> None:
    numbers = [record[0] for record in generate(50_000, seed=3)]
    assert len(set(numbers)) == len(numbers)
    assert all(parse_importer_number(number).normal == number for number in numbers[:2000])
    with pytest.raises(ValueError, match="no more than 100,000,000"):
        generate(100_000_001, seed=1)
