"""The picture check's picture and sound."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ace_portal.core import vault
from verification import pictures


def _drawn(make: Callable[[str], bytes], token: str, content_type: str) -> HttpResponse:
    try:
        return HttpResponse(make(token), content_type=content_type)
    except vault.Unreadable as error:
        raise Http404("No such picture, or it has run out.") from error


@never_cache
@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    return _drawn(pictures.image, token, "image/png")


@never_cache
@require_safe
def sound(request: HttpRequest, token: str) -> HttpResponse:
    return _drawn(pictures.sound, token, "audio/wav")
