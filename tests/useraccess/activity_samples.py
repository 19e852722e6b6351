"""The Business Activity Log in tests: entries, files good and bad, addresses."""

import struct
import zlib
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import TopAccount, User
from tests import factories
from useraccess.actions import activity as actions
from useraccess.models import ActivityEntry, Level
from useraccess.policy import TOP_CELLS
from useraccess.rights import Rights


def granted(level: Level) -> Rights:
    """This level on the log, and nothing else."""
    return Rights(grid={TOP_CELLS["activity-log"]: level})


def log(account: TopAccount) -> str:
    return reverse("useraccess:activity-log", args=[account.pk])


def add(account: TopAccount) -> str:
    return reverse("useraccess:add-activity", args=[account.pk])


def download(entry: ActivityEntry) -> str:
    return reverse("useraccess:activity-attachment", args=[entry.pk])


def written(account: TopAccount, by: User | None = None, **facts: Any) -> ActivityEntry:
    """An entry; of the owner unless `by` wrote it."""
    number = factories.serial()
    facts = {"subject": f"Subject {number}", "text": f"Text {number}", **facts}
    return actions.add_entry(account, by=by or factories.owner_of(account), **facts)


def picture(kind: str) -> bytes:
    """A whole picture of one dot."""
    if kind == "JPEG":
        return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    dots = zlib.compress(b"\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def upload(content: bytes = b"a,b\n1,2\n", name: str = "table.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def kept(private_files: Path) -> list[Path]:
    """The files on disk."""
    return [path for path in private_files.rglob("*") if path.is_file()]
