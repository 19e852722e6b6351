"""Requests that no page could answer are refused with a sentence instead of an error further down."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse


class BadInputMiddleware:
    """Answer 400 when an address carries a NUL: no database stores it, and no person types it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        if "\x00" in request.path or any(
            "\x00" in value for pair in request.GET.lists() for value in (pair[0], *pair[1])
        ):
            raise SuspiciousOperation("NUL in the address")
