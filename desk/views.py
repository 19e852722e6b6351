"""The queue of the desks, its buttons, and the numbers: for each person those of their own desk."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError
from ace_portal.core.refs import LONGEST_KEY
from desk import charts, claims, notes, numbers, queue, registry
from desk.forms import HandOverForm, NoteForm
from desk.targets import in_words
from useraccess import desks

#: More than anything printed on paper.
LONGEST_SEARCH = 200


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The addresses of the queue and the numbers, for the site of the desk."""
    of_row = "queue/<str:code>/<int:pk>/"
    return [
        path("queue/", site.admin_view(require_safe(the_queue)), name="desk_queue"),
        path("numbers/", site.admin_view(require_safe(the_numbers)), name="desk_numbers"),
        path("queue/next/", site.admin_view(require_POST(take_next)), name="desk_take_next"),
        path(f"{of_row}claim/", site.admin_view(require_POST(claim)), name="desk_claim"),
        path(f"{of_row}release/", site.admin_view(require_POST(release)), name="desk_release"),
        path(
            f"{of_row}hand-over/",
            site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(hand_over)),
            name="desk_hand_over",
        ),
        path(f"{of_row}note/", site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(note)), name="desk_note"),
    ]


def the_queue(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, or what a search finds; narrowed by the parameters of the address."""
    reader = _reader(request)
    choice = _choice(request, reader)
    after = queue.Cursor.read(request.GET.get("after", ""))
    page = queue.page(choice, officer=reader, after=after)
    now = clock.now()
    context = {
        **admin.site.each_context(request),
        "title": "Queue",
        "choice": choice,
        "filters": _filters(choice, registry.kinds_for(reader)),
        "rows": [{"item": one, "age": in_words(now - one.since) if one.is_open else ""} for one in page.items],
        "page": page,
        "is_later": after is not None,
        "here": _address(choice),
        "next_page": _address(choice, after=str(page.after)) if page.after else "",
    }
    return TemplateResponse(request, "admin/desk/queue.html", context)


def take_next(request: HttpRequest) -> HttpResponse:
    """Claim what has waited longest, of the kind that the queue is narrowed to, and open it."""
    officer = _decider(request)
    chosen = registry.kind_for(officer, request.POST.get("kind", ""))
    taken = claims.take_next(by=officer, code=chosen.code if chosen else "")
    if taken is None:
        messages.info(request, "Nothing waits that nobody has claimed and that you may decide on.")
        return HttpResponseRedirect(_address(queue.Choice(code=chosen.code if chosen else "")))
    kind, row = taken
    messages.success(request, f"You have claimed {row}.")
    return HttpResponseRedirect(kind.address(row.pk))


def claim(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Claim a row and open it."""
    officer = _decider(request)
    kind, row = _row(officer, code, pk)
    try:
        claims.claim(row, by=officer)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"You have claimed {row}.")
    return HttpResponseRedirect(kind.address(pk))


def release(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Put a row back on the queue."""
    officer = _decider(request)
    kind, row = _row(officer, code, pk)
    try:
        claims.release(row, by=officer)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{row} is back on the queue.")
    return HttpResponseRedirect(kind.address(pk))


def hand_over(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Choose who of the desk goes on with a row; then it is theirs."""
    officer = _decider(request)
    kind, row = _row(officer, code, pk)
    holder = claims.officer_of(row)
    form = HandOverForm(request.POST if request.method == "POST" else None, kind=kind, without=holder)
    if form.is_valid():
        to = form.cleaned_data["officer"]
        try:
            claims.hand_over(row, to=to, by=officer)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{row} was handed over to {to}, who is told by mail.")
            return HttpResponseRedirect(kind.address(pk))
    context = {
        **admin.site.each_context(request),
        "title": f"Hand over {row}",
        "row": row,
        "address": kind.address(pk),
        "holder": holder,
        "form": form,
    }
    return TemplateResponse(request, "admin/desk/hand_over.html", context)


def note(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Write something for the others at the desk."""
    officer = _decider(request)
    kind, row = _row(officer, code, pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        notes.add(row, text=form.cleaned_data["text"], by=officer)
        messages.success(request, f"Your note stands in the history of {row}.")
        return HttpResponseRedirect(kind.address(pk))
    context = {
        **admin.site.each_context(request),
        "title": f"Note on {row}",
        "row": row,
        "address": kind.address(pk),
        "form": form,
    }
    return TemplateResponse(request, "admin/desk/note.html", context)


def the_numbers(request: HttpRequest) -> HttpResponse:
    """Received, decided, how long it took, and who has how much, over one of the offered spans."""
    kinds = registry.kinds_for(reader := _reader(request))
    asked = request.GET.get("days", "")
    days = next((one for one in numbers.SPANS if str(one) == asked), numbers.SPANS[1])
    chosen = registry.kind_for(reader, request.GET.get("kind", ""))
    found = numbers.numbers(days, [chosen] if chosen else kinds)
    table = [(_bucket(one), one.received, one.decided) for one in found.buckets]
    ages = [
        charts.Row(capfirst(one.kind.label), _as_bar(one.median), _as_bar(one.p90))
        for one in found.of_kinds
        if one.median is not None and one.p90 is not None
    ]
    context = {
        **admin.site.each_context(request),
        "title": "Numbers",
        "days": days,
        "chosen": chosen,
        "spans": [(f"{one} days", _numbers_address(one, chosen), one == days) for one in numbers.SPANS],
        "choices": [
            ("All kinds", _numbers_address(days, None), chosen is None),
            *((capfirst(one.plural), _numbers_address(days, one), one == chosen) for one in kinds),
        ],
        "kinds": [
            (one, in_words(one.median) if one.median else "–", in_words(one.p90) if one.p90 else "–")
            for one in found.of_kinds
        ],
        "officers": found.of_officers,
        "table": table,
        "flow": charts.columns(table, ("received", "decided")),
        "ages": charts.rows(ages),
    }
    return TemplateResponse(request, "admin/desk/numbers.html", context)


def _bucket(one: numbers.Bucket) -> str:
    first = date_format(one.first, "M j")
    return first if one.first == one.last else f"{first} – {date_format(one.last, 'M j')}"


def _as_bar(span: timedelta) -> tuple[float, str]:
    return span.total_seconds(), in_words(span)


def _numbers_address(days: int, kind: registry.Kind | None) -> str:
    return f"{reverse('admin:desk_numbers')}?{urlencode({'days': days, **({'kind': kind.code} if kind else {})})}"


def _reader(request: HttpRequest) -> User:
    """Whoever may look at the queue of some desk. Raises PermissionDenied for everybody else."""
    site: Any = admin.site
    if not any(site.admits(request, desk) for desk in desks.SEATS) or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _decider(request: HttpRequest) -> User:
    """Whoever works on it. Raises PermissionDenied for auditors as well."""
    reader = _reader(request)
    if desks.is_auditor(reader):
        raise PermissionDenied
    return reader


def _row(by: User, code: str, pk: int) -> tuple[registry.Kind, Any]:
    """A row of this person's desks. Raises PermissionDenied for any of another desk, whether it is there or not."""
    kind = registry.kind(code)
    if kind and not kind.is_decided_by(by):
        raise PermissionDenied
    row = kind.rows().filter(pk=pk).first() if kind and len(str(pk)) <= LONGEST_KEY else None
    if kind is None or row is None:
        raise Http404("No such work")
    return kind, row


def _choice(request: HttpRequest, reader: User) -> queue.Choice:
    asked = request.GET
    whose = asked.get("whose", "")
    chosen = registry.kind_for(reader, asked.get("kind", ""))
    return queue.Choice(
        code=chosen.code if chosen else "",
        whose=whose if whose in ("mine", "unclaimed") else "",
        late=asked.get("late") == "1",
        text=" ".join(asked.get("q", "").split())[:LONGEST_SEARCH],
    )


def _filters(choice: queue.Choice, kinds: list[registry.Kind]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The quick filters: a heading, and for each of its links the words, the address and whether it is chosen."""
    everybody = [("", "Everybody’s"), ("mine", "Mine"), ("unclaimed", "Unclaimed")]
    every_kind = [("", "All kinds"), *((one.code, capfirst(one.plural)) for one in kinds)]
    return [
        ("Whose", [(words, _address(replace(choice, whose=v)), choice.whose == v) for v, words in everybody]),
        (
            "Age",
            [
                (words, _address(replace(choice, late=v)), choice.late == v)
                for v, words in [(False, "Any age"), (True, "Late")]
            ],
        ),
        ("Kind", [(words, _address(replace(choice, code=v)), choice.code == v) for v, words in every_kind]),
    ]


def _address(choice: queue.Choice, **more: str) -> str:
    """The address of the queue narrowed in this way."""
    parameters = {
        "kind": choice.code,
        "whose": choice.whose,
        "late": "1" if choice.late else "",
        "q": choice.text,
        **more,
    }
    asked = urlencode({name: value for name, value in parameters.items() if value})
    return reverse("admin:desk_queue") + (f"?{asked}" if asked else "")
