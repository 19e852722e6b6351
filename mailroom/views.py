"""The mailroom in the browser: everybody's letters, for everybody. It is switched on in rehearsals only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ace_portal.core.text import fold_spaces
from mailroom import text
from mailroom.models import Letter

PAGE_SIZE = 25
#: Mailboxes shown beside the list, those with the newest letters first; the search finds the others.
MAILBOXES = 20


def only_with_mailroom(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 while the mailroom is switched off, however the address was reached."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAILROOM:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@require_safe
@only_with_mailroom
def letters(request: HttpRequest) -> HttpResponse:
    """All letters, newest first; `address` keeps one mailbox, `q` searches addresses and subjects."""
    address = fold_spaces(request.GET.get("address", ""))[:254]
    words = fold_spaces(request.GET.get("q", ""))[:254]
    found = _search(address, words)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "section": "mailroom",
        "page": page,
        "rows": [(one, text.code_in(one.body)) for one in page],
        "address": address,
        "words": words,
        "mailboxes": _mailboxes(),
        "mailboxes_shown": MAILBOXES,
    }
    return render(request, "mailroom/list.html", context)


@never_cache
@require_safe
@only_with_mailroom
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as plain text."""
    found = get_object_or_404(Letter, pk=pk)
    context = {
        "section": "mailroom",
        "letter": found,
        "body": text.with_links(found.body),
        "code": text.code_in(found.body),
        "newer": Letter.objects.filter(to_address=found.to_address, pk__gt=pk).order_by("-pk").first(),
    }
    return render(request, "mailroom/letter.html", context)


def _search(address: str, words: str) -> QuerySet[Letter]:
    found = Letter.objects.order_by("-pk")
    if address:
        found = found.filter(to_address=address)
    if words:
        found = found.filter(Q(to_address__icontains=words) | Q(subject__icontains=words))
    return found


def _mailboxes() -> list[Any]:
    """Addresses with how many letters they have, those with the newest letters first."""
    grouped = Letter.objects.order_by().values("to_address").annotate(letters=Count("pk"), newest=Max("pk"))
    return list(grouped.order_by("-newest")[:MAILBOXES])
