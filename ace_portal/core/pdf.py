"""Is this file a PDF, whole and open to everybody? The file's content answers, never its name.

No library takes the file apart here: what is checked is its frame. A PDF begins with `%PDF-`, ends with `startxref`,
an offset and `%%EOF`, and at that offset stands the table of its objects, whose dictionary names the root object and
says whether the file is encrypted.
"""

import re
from typing import BinaryIO

from django.core.exceptions import ValidationError

#: The largest file that is taken, in bytes.
MAX_SIZE = 10 * 1024 * 1024

_HEADER = re.compile(rb"%PDF-[12]\.\d")
#: The frame's end: nothing but white space may follow, so that no second file rides along.
_ENDING = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\s\x00]*\Z")
_OBJECT = re.compile(rb"\d+\s+\d+\s+obj\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENCRYPT = re.compile(rb"/Encrypt(?![A-Za-z])")
#: How far from its end a PDF may keep its ending.
_TAIL = 2048

SAVE_AGAIN = "Save or print the document as PDF once more and choose the new file."


def check_pdf(file: BinaryIO, size: int) -> None:
    """Refuse a file of `size` bytes that is not a complete, unencrypted PDF of at most MAX_SIZE bytes.

    Leaves the file at its beginning. Raises ValidationError (codes: empty, too_large, not_pdf, damaged, encrypted).
    """
    if size == 0:
        raise ValidationError(f"The file is empty. {SAVE_AGAIN}", "empty")
    if size > MAX_SIZE:
        raise ValidationError(
            f"The file is larger than {MAX_SIZE // 1024 // 1024} MB. Make it smaller, for example by scanning in gray, "
            "and choose the new file.",
            "too_large",
        )
    file.seek(0)
    content = file.read(MAX_SIZE + 1)
    file.seek(0)
    if not _HEADER.match(content):
        raise ValidationError(f"The file is not a PDF document, whatever its name says. {SAVE_AGAIN}", "not_pdf")
    if _ENCRYPT.search(_unescaped(_trailer(content))):
        raise ValidationError(
            "The PDF is protected by a password or encryption, so an analyst could not open it. Save it without "
            "protection and choose the new file.",
            "encrypted",
        )


def _trailer(content: bytes) -> bytes:
    """The dictionary that describes the whole file. Raises ValidationError when the file is cut off or damaged."""
    ending = _ENDING.search(content[-_TAIL:])
    if not ending:
        raise _damaged()
    table = content[int(ending[1]) :].lstrip()
    if table.startswith(b"xref"):
        _, _, described = table.partition(b"trailer")
        described = described.partition(b"startxref")[0]
    elif _OBJECT.match(table):
        described = table.partition(b"stream")[0]
    else:
        raise _damaged()
    if b"/Root" not in _unescaped(described):
        raise _damaged()
    return described


def _unescaped(dictionary: bytes) -> bytes:
    """Names may spell any letter as #xx."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), dictionary)


def _damaged() -> ValidationError:
    return ValidationError(f"The PDF is incomplete or damaged: it may have been cut off. {SAVE_AGAIN}", "damaged")
