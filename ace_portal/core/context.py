"""What every page may say without its view handing it over."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ace_portal.core import clock


def simulation(request: HttpRequest) -> dict[str, Any]:
    """The support desk, the rehearsal switches, the time of the simulation, and when the session ends (real time).

    `simulated_now` is None while the simulation clock shows the real time; `server_now` is always set: countdowns
    are measured from it, since a visitor's own clock may be wrong and knows nothing of the simulation.
    """
    now = clock.now()
    return {
        "SUPPORT_EMAIL": settings.SUPPORT_EMAIL,
        "SUPPORT_PHONE": settings.SUPPORT_PHONE,
        "DEMO": settings.DEMO,
        "MAILROOM": settings.MAILROOM,
        "server_now": now,
        "session_expires": getattr(request, "session_expires", None),
        "simulated_now": now if clock.offset() else None,
    }
