"""A limit on what one request may fill memory or disk with, before any form has looked at it."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler

from ace_portal.core.pdf import MAX_SIZE

#: Of all files of one request together, in bytes.
MAX_TOTAL = 4 * MAX_SIZE


class CappedUploads(FileUploadHandler):
    """Stands before Django's own handlers and passes on no more of a file than it takes to see that it is too large.

    The form says so then; what is beyond the limit is read from the connection and forgotten.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._passed_on = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start > MAX_SIZE or self._passed_on > MAX_TOTAL:
            return None
        self._passed_on += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
