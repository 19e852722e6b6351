"""The demo's start page: the cast, the walk, the officers' authenticator codes, and the simulation clock."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.presentation import qr_code
from ace_portal.core import clock
from demo import authenticator, cast, clockwork
from demo.turns import standing
from importers.models import ImporterRecord
from verification.models import AuthenticatorDevice

#: So many authenticators are shown, the newest first.
SHOWN = 20


def only_in_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 while the demo is switched off, however the address was reached."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@only_in_demo
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where a newcomer begins."""
    state = _record_states()
    context = {
        "section": "demo",
        "walk": cast.WALK,
        "walker": cast.WALKER,
        "owner": cast.OWNER,
        "other_owners": [
            (cast.HERON_OWNER, cast.company(cast.TAKEOVER.importer_number)),
            (cast.EXPORTER_OWNER, cast.EXPORTER),
        ],
        "password": cast.PASSWORD,
        "officers": cast.OFFICERS,
        "analyst": cast.ANALYST,
        "supervisor": cast.SUPERVISOR,
        "auditor": cast.AUDITOR,
        "team": cast.TEAM,
        "broker": cast.BROKER,
        "authenticators": _authenticators(),
        "answer": cast.ANSWER,
        "turns": [
            ("At the desks", [_turn(one) for one in cast.AT_THE_DESKS]),
            ("In the accounts", [_turn(one) for one in cast.IN_THE_ACCOUNTS]),
        ],
        "groups": [
            ("Nobody has applied for these yet", [_row(one, state) for one in cast.OPEN]),
            ("These have applied", [_row(one, state) for one in cast.APPLIED]),
        ],
        "steps": [(name, label) for name, (label, _) in clockwork.STEPS.items()],
        "loaded": bool(state),
    }
    return render(request, "demo/start.html", context)


@only_in_demo
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the simulation clock forward by one of the offered steps; due periodic work then runs."""
    _, forward = clockwork.STEPS.get(request.POST.get("step", ""), ("", None))
    if forward is None:
        messages.error(request, "The clock can be moved by the steps on this page only. Choose one of the buttons.")
        return redirect("demo:start")
    now = format_date(timezone.localtime(clock.move(forward)), "F j, Y, g:i A T")
    if clockwork.wake_periodic_work():
        messages.success(request, f"It is now {now}. Whatever has become due runs within the next seconds.")
    else:
        messages.warning(
            request, f"It is now {now}. The task queue cannot be reached: what has become due runs when it is back."
        )
    return redirect("demo:start")


def _record_states() -> dict[str, tuple[str, str]]:
    """Importer number → how its record stands now, as a label and the kind of tag (good, bad, waiting)."""
    records = ImporterRecord.objects.filter(importer_number__in=[one.importer_number for one in cast.COMPANIES])
    return {record.importer_number: _state(record) for record in records}


def _state(record: ImporterRecord) -> tuple[str, str]:
    if record.sub_account_id:
        return "Has an account", "waiting"
    return ("Active", "good") if record.status == record.Status.ACTIVE else (record.get_status_display(), "bad")


def _row(company: cast.Company, states: dict[str, tuple[str, str]]) -> dict[str, Any]:
    label, kind = states.get(company.importer_number, ("Not loaded", "bad"))
    story = next((story for story in cast.STORIES if story.importer_number == company.importer_number), None)
    return {"company": company, "state": label, "kind": kind, "applicant": story.applicant if story else None}


def _turn(turn: cast.Turn) -> dict[str, Any]:
    return {"turn": turn, "standing": standing(turn)}


def _authenticators() -> list[dict[str, Any]]:
    """What the telephones of the cast show now: officers, owners, and whoever is setting one up."""
    devices = AuthenticatorDevice.objects.select_related("user").order_by("-pk")[:SHOWN]
    return [
        {
            "person": device.user,
            "role": "CBP desk" if device.user.is_staff else "Trade",
            "confirmed": device.confirmed,
            "reading": authenticator.read(device),
            "key": device.key_text,
            "picture": qr_code(device.config_url, title=f"QR code that adds {device.user} to an authenticator app"),
        }
        for device in devices
    ]
