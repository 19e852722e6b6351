"""What may be attached to an entry of the Business Activity Log, and how it is kept and handed out."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import TopAccount
from tests import factories
from tests.exporters.authorization_samples import pdf
from tests.harness.world import signed_in
from tests.importers.screens import errors
from tests.useraccess.activity_samples import add, download, kept, picture, upload, written
from useraccess.attachments import MAX_SIZE, Attachment
from useraccess.models import ActivityEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    return tmp_path / "private"


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Acme")


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


GOOD_FILES = {
    "PDF": (pdf(), "letter.pdf", "letter.pdf", "application/pdf"),
    "PNG": (picture("PNG"), "Seal.PNG", "Seal.png", "image/png"),
    "JPEG": (picture("JPEG"), "seal.jpeg", "seal.jpeg", "image/jpeg"),
    "JPEG with a telephone's own data behind it": (picture("JPEG") + b"SEFT", "a.jpg", "a.jpg", "image/jpeg"),
    "CSV": ("näme;1\r\n".encode(), "table.csv", "table.csv", "text/csv"),
    "CSV of a Windows program": ("näme;1\r\n".encode("cp1252"), "table.csv", "table.csv", "text/csv"),
    "text in UTF-16": ("näme\t1\r\n".encode("utf-16"), "table.txt", "table.txt", "text/plain"),
    "a text with a name of its own": (b"a line\n", "notes.log", "notes.log.txt", "text/plain"),
    "a page is a text like any other": (b"<script>alert(1)</script>", "x.html", "x.html.txt", "text/plain"),
    "no name to speak of": (pdf(), "..\\..\\.pdf", "document.pdf", "application/pdf"),
}


@pytest.mark.parametrize("what", GOOD_FILES)
def test_a_file_is_kept_and_handed_out_for_saving_only(
    account: TopAccount, owner: Client, private_files: Path, what: str
) -> None:
    content, name, kept_as, content_type = GOOD_FILES[what]
    file = SimpleUploadedFile("x", content)
    # As a hostile program sends it: Django's own class would tidy the name.
    file._name = name  # type: ignore[attr-defined]
    sent = owner.post(add(account), {"subject": "S", "text": "T", "attachment": file})
    assert sent.status_code == 302, errors(sent)
    entry = ActivityEntry.objects.get()
    assert entry.attachment_name == kept_as
    assert [path.read_bytes() for path in kept(private_files)] == [content]
    answer: Any = owner.get(download(entry))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"] == f'attachment; filename="{kept_as}"'
    assert answer["Content-Type"] == content_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


UNKNOWN = "Attachment: The file is no PDF, PNG, JPEG, CSV or plain text file"
BAD_FILES = {
    "a program named like a PDF": (b"MZ\x90\x00\x03\x00\x00\x00", "report.pdf", UNKNOWN),
    "a workbook named like a table": (b"PK\x03\x04\x14\x00\x06\x00", "table.csv", UNKNOWN),
    "a page named like a PDF": (b"<html></html>", "report.pdf", "is named .pdf, but its content is plain text."),
    "a PDF named like a picture": (pdf(), "seal.png", "is named .png, but its content is a PDF document."),
    "a PDF behind a password": (pdf(trailer="/Encrypt 9 0 R"), "a.pdf", "so the readers of the log could not open it"),
    "a PDF cut off": (pdf()[:200], "a.pdf", "incomplete or damaged"),
    "a picture cut off": (picture("PNG")[:40], "a.png", "The picture is cut off."),
    "nothing": (b"", "a.txt", "The file is empty."),
    "more than 10 MB": (b"x" * (MAX_SIZE + 1), "a.txt", "The file is larger than 10 MB."),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_file_that_will_not_do_is_explained_and_the_text_kept(
    account: TopAccount, owner: Client, private_files: Path, what: str
) -> None:
    content, name, told = BAD_FILES[what]
    answer: Any = owner.post(
        add(account), {"subject": "A subject", "text": "A text", "attachment": upload(content, name)}
    )
    assert answer.status_code == 200
    said = errors(answer)
    assert len(said) == 1 and told in said[0], said
    assert 'value="A subject"' in answer.content.decode() and "A text</textarea>" in answer.content.decode()
    assert not ActivityEntry.objects.exists() and not kept(private_files)


def test_a_file_that_is_gone_is_not_found(account: TopAccount, owner: Client, private_files: Path) -> None:
    entry = written(account, attachment=Attachment(io.BytesIO(b"x"), "x.txt"))
    for path in kept(private_files):
        path.unlink()
    assert owner.get(download(entry)).status_code == 404
    assert owner.get(download(written(account))).status_code == 404


def test_no_file_stays_when_the_entry_could_not_be_written(
    account: TopAccount, private_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the database has gone")

    monkeypatch.setattr("useraccess.actions.activity.tell_owner", fail)
    with pytest.raises(RuntimeError):
        written(account, attachment=Attachment(io.BytesIO(b"x"), "x.txt"))
    assert not kept(private_files)
    assert not ActivityEntry.objects.exists()
