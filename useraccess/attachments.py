"""What may be attached to an entry of the Business Activity Log: the file's content answers, never its name alone.

The frames are looked at, nothing is taken apart (docs/adr/0006-uploads.md).
"""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath
from typing import BinaryIO

from django.core.exceptions import ValidationError

from ace_portal.core import pdf, private_files

MAX_SIZE = pdf.MAX_SIZE
#: What a browser is told when an attachment is handed out, by the ending of the name it is kept under.
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
#: No text holds them: control characters but tab, line feed, form feed and carriage return.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
#: What a whole picture has somewhere behind its beginning. Telephones write data of their own behind it.
_ENDINGS = {_PNG: b"IEND\xaeB`\x82", _JPEG: b"\xff\xd9"}


class Kind(Enum):
    """A kind of file, in words, with the endings its name may have; the first is given where none of them fits."""

    PDF = "a PDF document", (".pdf",)
    PNG = "a PNG picture", (".png",)
    JPEG = "a JPEG picture", (".jpg", ".jpeg")
    TEXT = "plain text", (".txt", ".csv")

    def __init__(self, words: str, endings: tuple[str, ...]) -> None:
        self.words = words
        self.endings = endings


@dataclass(frozen=True)
class Attachment:
    """A checked file on its way into the log, with the harmless name it will have there."""

    file: BinaryIO
    name: str


def checked(file: BinaryIO, *, size: int, name: str) -> Attachment:
    """The file of `size` bytes that a browser sent under this name, as an attachment; left at its beginning.

    Raises ValidationError (codes: too_large, unknown, damaged, encrypted, misnamed, and those of core.pdf).
    """
    if size > MAX_SIZE:
        raise ValidationError(
            f"The file is larger than {MAX_SIZE // 1024 // 1024} MB. Make it smaller and choose the new file.",
            "too_large",
        )
    file.seek(0)
    content = file.read(MAX_SIZE + 1)
    file.seek(0)
    kind = _kind_of(content, file, size)
    ending = PurePath(name.replace("\\", "/")).suffix.lower()
    if ending in CONTENT_TYPES and ending not in kind.endings:
        raise ValidationError(
            f"The file is named {ending}, but its content is {kind.words}. Choose the file you mean, or rename it.",
            "misnamed",
        )
    fitting = ending if ending in kind.endings else kind.endings[0]
    return Attachment(file, private_files.tidy_name(name, extension=fitting))


def content_type(name: str) -> str:
    """The content type of an attachment that is kept under this name."""
    return CONTENT_TYPES[PurePath(name).suffix]


def _kind_of(content: bytes, file: BinaryIO, size: int) -> Kind:
    if content.startswith(b"%PDF-"):
        _check_pdf(file, size)
        return Kind.PDF
    for beginning, kind in ((_PNG, Kind.PNG), (_JPEG, Kind.JPEG)):
        if content.startswith(beginning):
            if _ENDINGS[beginning] not in content:
                raise ValidationError("The picture is cut off. Save it once more and choose the new file.", "damaged")
            return kind
    if _is_text(content):
        return Kind.TEXT
    raise ValidationError(
        "The file is no PDF, PNG, JPEG, CSV or plain text file, whatever its name says. Save it as one of these and "
        "choose the new file.",
        "unknown",
    )


def _check_pdf(file: BinaryIO, size: int) -> None:
    try:
        pdf.check_pdf(file, size)
    except ValidationError as error:
        if error.code != "encrypted":
            raise
        raise ValidationError(
            "The PDF is protected by a password or encryption, so the readers of the log could not open it. Save it "
            "without protection and choose the new file.",
            "encrypted",
        ) from error


def _is_text(content: bytes) -> bool:
    """Whether the bytes are characters and line breaks, as UTF-8 or as Windows programs save texts and tables."""
    for encoding in ("utf-16",) if content.startswith(_UTF_16) else ("utf-8", "cp1252"):
        try:
            return not _CONTROL.search(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return False
