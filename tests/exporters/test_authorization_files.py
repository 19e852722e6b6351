"""Files that are not what they say: told by their content, kept out of reach, handed out for saving only."""

import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from ace_portal.core import pdf as pdf_module
from ace_portal.core import private_files, uploads
from ace_portal.core.pdf import MAX_SIZE, check_pdf
from exporters.actions import authorization as actions
from exporters.models.authorization import AuthorizationDocument, ReportAuthorization
from tests import factories
from tests.exporters.authorization_samples import (
    analyst,
    answers,
    ask,
    browser,
    exporter,
    owner_of,
    page,
    pdf,
    requested,
    tab,
    upload,
)
from tests.importers.screens import errors

WHOLE = pdf()
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 200
SCRIPT = b"<!DOCTYPE html><script>alert(1)</script>"
PROGRAM = b"MZ\x90\x00" + b"\x00" * 200
ARCHIVE = b"PK\x03\x04" + b"\x00" * 60 + b"PK\x05\x06" + b"\x00" * 18

#: What a file holds, and why it is refused.
REFUSED = {
    "nothing": (b"", "empty"),
    "a picture": (PICTURE, "not_pdf"),
    "a web page": (SCRIPT, "not_pdf"),
    "a program": (PROGRAM, "not_pdf"),
    "an archive": (ARCHIVE, "not_pdf"),
    "text": (b"Dear Census, please. %PDF-1.7", "not_pdf"),
    "a PDF behind a web page": (SCRIPT + WHOLE, "not_pdf"),
    "a PDF behind an archive": (ARCHIVE + WHOLE, "not_pdf"),
    "a version nobody knows": (WHOLE.replace(b"%PDF-1.7", b"%PDF-9.9"), "not_pdf"),
    "an archive behind a PDF": (WHOLE + ARCHIVE, "damaged"),
    "a web page behind a PDF": (WHOLE + SCRIPT, "damaged"),
    "only the first line": (b"%PDF-1.7\n", "damaged"),
    "the first line, then a web page": (b"%PDF-1.7\n" + SCRIPT, "damaged"),
    "the first half": (WHOLE[: len(WHOLE) // 2], "damaged"),
    "all but the last bytes": (WHOLE[:-8], "damaged"),
    "a table that is elsewhere": (WHOLE.replace(b"startxref\n", b"startxref\n9"), "damaged"),
    "a table that points into the page": (WHOLE[: WHOLE.index(b"startxref")] + b"startxref\n20\n%%EOF\n", "damaged"),
    "no trailer": (WHOLE.replace(b"trailer", b"trailex"), "damaged"),
    "no root": (WHOLE.replace(b"/Root", b"/Toor"), "damaged"),
    "a password": (pdf(trailer="/Encrypt 9 0 R"), "encrypted"),
    "a password, written in place": (pdf(trailer="/Encrypt<</Filter /Standard>>"), "encrypted"),
    "a password, its name in disguise": (pdf(trailer="/#45ncr#79pt 9 0 R"), "encrypted"),
    "a password, newer kind of table": (pdf(trailer="/Encrypt 9 0 R", table_as_stream=True), "encrypted"),
    "one byte too many": (b"%PDF-1.7" + b"x" * (MAX_SIZE - 7), "too_large"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_whole_open_pdf_is_refused(what: str) -> None:
    content, code = REFUSED[what]
    with pytest.raises(ValidationError) as caught:
        check_pdf(io.BytesIO(content), len(content))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        pdf(table_as_stream=True),
        pdf("About /Encrypt 1 0 R"),
        WHOLE + b"\r\n\x00\x00",
        pdf(padding=MAX_SIZE - len(pdf()) - 50),
    ],
    ids=["table", "table as a stream", "a page about encryption", "white space behind it", "almost 10 MB"],
)
def test_a_whole_pdf_is_taken_and_left_at_its_beginning(content: bytes) -> None:
    file = io.BytesIO(content)
    file.seek(5)
    check_pdf(file, len(content))
    assert file.tell() == 0
    assert len(content) <= MAX_SIZE


def test_the_limit_is_ten_megabytes() -> None:
    assert pdf_module.MAX_SIZE == 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("letter.pdf", "letter.pdf"),
        ("Letter.PDF", "Letter.pdf"),
        ("letter", "letter.pdf"),
        ("letter.pdf.exe", "letter.pdf.exe.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system.ini", "system.ini.pdf"),
        ("/etc/shadow.pdf", "shadow.pdf"),
        ("C:\\letters\\our letter.pdf", "our letter.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("fdp.\u202eretel", "fdp.retel.pdf"),
        ('"; filename="x.html', "filename=x.html.pdf"),
        ("...", "document.pdf"),
        ("", "document.pdf"),
        ("\x00", "document.pdf"),
        (".pdf", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("Brief für Zöllner.pdf", "Brief für Zöllner.pdf"),
        ("a<b>c.pdf", "abc.pdf"),
    ],
)
def test_names_are_tidied(sent: str, kept: str) -> None:
    assert private_files.tidy_name(sent, extension=".pdf") == kept


def test_files_are_kept_privately_under_random_names(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path
    names = [private_files.store(io.BytesIO(b"content"), folder="letters") for _ in range(3)]
    assert len(set(names)) == 3
    for name in names:
        file = tmp_path / name
        assert file.read_bytes() == b"content"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "content" not in name
    assert stat.S_IMODE((tmp_path / "letters").stat().st_mode) == 0o700
    private_files.remove(names[0])
    private_files.remove(names[0])
    assert sorted(os.listdir(tmp_path / "letters")) == sorted(name.split("/")[1] for name in names[1:])


def test_the_private_directory_is_not_below_anything_that_is_served(settings: Any) -> None:
    served = [
        settings.STATIC_ROOT,
        *(entry[1] if isinstance(entry, tuple) else entry for entry in settings.STATICFILES_DIRS),
    ]
    private = Path(settings.PRIVATE_FILES_DIR).resolve()
    assert not any(Path(place).resolve() in (private, *private.parents) for place in served)


# --- Through the page -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("what", [what for what in REFUSED if what != "one byte too many"])
def test_the_form_refuses_it_whatever_name_and_type_it_bears(what: str) -> None:
    sub_account = exporter()
    client = browser(owner_of(sub_account))
    answer = ask(client, sub_account, letter=upload(REFUSED[what][0], "letter.pdf", "application/pdf"))
    assert answer.status_code == 200
    assert [line for line in errors(answer) if line.startswith("Request letter")]
    assert not ReportAuthorization.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("handlers", ["capped", "Django's own"])
def test_ten_megabytes_and_more_are_refused(settings: Any, handlers: str) -> None:
    if handlers == "capped":
        settings.FILE_UPLOAD_HANDLERS = [
            "ace_portal.core.uploads.CappedUploads",
            "django.core.files.uploadhandler.MemoryFileUploadHandler",
            "django.core.files.uploadhandler.TemporaryFileUploadHandler",
        ]
    sub_account = exporter()
    client = browser(owner_of(sub_account))
    huge = pdf(padding=MAX_SIZE)
    answer = ask(client, sub_account, letter=upload(huge), certification=upload(huge + huge))
    assert answer.status_code == 200
    told = errors(answer)
    assert [line for line in told if line.startswith("Request letter") and "larger than 10 MB" in line]
    assert [line for line in told if line.startswith("Certification") and "larger than 10 MB" in line]


def test_of_a_huge_upload_no_more_is_kept_than_needed_to_refuse_it() -> None:
    request = RequestFactory().post("/", {f"file{number}": upload(b"x" * (MAX_SIZE + 300_000)) for number in range(5)})
    capped: Any = uploads.CappedUploads(request)
    request.upload_handlers.insert(0, capped)
    sizes = [file.size for file in request.FILES.values()]
    request.close()
    assert all(size > MAX_SIZE for size in sizes[:3])
    assert sum(sizes) <= uploads.MAX_TOTAL + 128 * 1024


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("..\\..\\letter.pdf", "letter.pdf"),
        ("letter.pdf\r\nX-Evil: 1", "letter.pdf"),
        ("fdp.\u202eretel", "fdp.retel.pdf"),
        ("letter.exe", "letter.exe.pdf"),
        ("x" * 250 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_the_name_of_an_upload_decides_nothing(settings: Any, tmp_path: Path, name: str, kept: str) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    sub_account = exporter()
    client = browser(owner_of(sub_account))
    # As a hostile program sends it: the test client would tidy the name.
    body = encode_multipart(BOUNDARY, answers(letter=upload(name="NAME.pdf")))
    body = body.replace(b"NAME.pdf", name.encode())
    answer: Any = client.generic("POST", page("request", sub_account), body, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 302, errors(answer)
    document = AuthorizationDocument.objects.get(kind="letter")
    assert document.original_name == kept
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.parent for path in written} == {tmp_path / "private" / actions.FOLDER}
    assert all(len(path.name) == 32 and not path.suffix for path in written)


@pytest.fixture
def handed_out(settings: Any, tmp_path: Path, db: None) -> AuthorizationDocument:
    """A letter on file."""
    settings.PRIVATE_FILES_DIR = tmp_path
    found = requested().documents.first()
    assert found is not None
    return found


def test_a_document_is_for_saving_only(handed_out: AuthorizationDocument) -> None:
    sub_account = handed_out.authorization.sub_account
    client = browser(owner_of(sub_account))
    address = page("document", sub_account, handed_out.pk)
    assert address in client.get(tab(sub_account)).content.decode()
    answer: Any = client.get(address)
    assert b"".join(answer.streaming_content) == WHOLE
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_a_name_with_accents_arrives(handed_out: AuthorizationDocument) -> None:
    handed_out.original_name = "Brief für Zöllner.pdf"
    handed_out.save()
    sub_account = handed_out.authorization.sub_account
    answer: Any = browser(owner_of(sub_account)).get(page("document", sub_account, handed_out.pk))
    assert b"".join(answer.streaming_content) == WHOLE
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Brief%20f%C3%BCr%20Z%C3%B6llner.pdf"


def test_a_file_that_is_gone_is_not_found(handed_out: AuthorizationDocument) -> None:
    private_files.remove(handed_out.stored_name)
    sub_account = handed_out.authorization.sub_account
    assert browser(owner_of(sub_account)).get(page("document", sub_account, handed_out.pk)).status_code == 404


def test_who_gets_a_document(handed_out: AuthorizationDocument) -> None:
    sub_account = handed_out.authorization.sub_account
    address = page("document", sub_account, handed_out.pk)
    user = factories.member(sub_account.top_account)
    outsider = factories.owner_of(factories.account())
    refused: Any = browser(user).get(address)
    assert refused.status_code == 403
    assert f"Ask {owner_of(sub_account)}" in refused.content.decode()
    assert browser(outsider).get(address).status_code == 404
    assert browser(factories.officer()).get(address).status_code == 404
    assert browser(analyst()).get(address).status_code == 404
    assert Client().get(address)["Location"].startswith(reverse("accounts:sign-in"))
    other = exporter(sub_account.top_account)
    assert browser(owner_of(sub_account)).get(page("document", other, handed_out.pk)).status_code == 404


@pytest.mark.django_db
def test_a_form_without_files_asks_for_both() -> None:
    sub_account = exporter()
    client = browser(owner_of(sub_account))
    answer: Any = client.post(page("request", sub_account), answers(letter=None, certification=None))
    assert "Request letter is required." in errors(answer)
    assert "Certification of authority is required." in errors(answer)
    assert not any("Choose both" in line for line in errors(answer))
