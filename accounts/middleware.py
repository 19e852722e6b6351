"""What a signed-in person has to do first, and how long a session lasts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ace_portal.core import clock
from verification import challenges, factors

#: Pages that need no sign-in: somebody who has not finished signing in may use them like anybody else. Every page of
#: these apps is one, and of other apps those that are named.
OPEN_APPS = {"importers", "verification", "mailroom", "demo"}
OPEN_PAGES = {
    *("tradeparties:apply", "tradeparties:apply-protest", "tradeparties:resume", "tradeparties:step"),
    *("tradeparties:draft", "tradeparties:answers", "tradeparties:status", "tradeparties:withdraw"),
    *("tradeparties:attachment", "form5106:restore-status", "form5106:restore-attachment"),
    *("exporters:apply", "exporters:terms", "exporters:status", "exporters:submitted"),
    *(
        "accounts:sign-out",
        "accounts:sign-in",
        "accounts:enroll-by-link",
        "admin:login",
        "admin:logout",
        "healthz",
        "readyz",
        "portal:icon",
    ),
}
#: The pages that belong to a step, beside the one it leads to.
STEPS = {
    "accounts:questions": {"accounts:questions"},
    "accounts:change-password": {"accounts:change-password", "accounts:questions"},
    "accounts:enroll": {"accounts:enroll", "accounts:choose-email-token"},
    "accounts:verify": {"accounts:verify", "accounts:send-token"},
}


def next_step(request: HttpRequest) -> str | None:
    """The page (URL name) the signed-in person has to finish first; None once the sign-in is complete."""
    user = request.user
    if getattr(user, "must_change_password", False):
        return "accounts:change-password" if challenges.has_answers(user) else "accounts:questions"
    if user.is_verified() and factors.counts(user.otp_device):  # type: ignore[union-attr]
        return None
    return "accounts:verify" if factors.has_factor(user) else "accounts:enroll"


class SignInStepsMiddleware:
    """Lead a half signed-in person to the step that is due, whatever page was asked for. None can be skipped."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        match = request.resolver_match
        if not request.user.is_authenticated or match is None:
            return None
        # The desk asks its people for password and second factor at its own door.
        at_desk = match.app_name == "admin" and request.user.is_staff
        if at_desk or match.app_name in OPEN_APPS or match.view_name in OPEN_PAGES:
            return None
        step = next_step(request)
        if step is None or match.view_name in STEPS[step]:
            return None
        return redirect(step)


class SessionLimitsMiddleware:
    """End a session after 15 minutes without a request, and after 12 hours in any case (real time).

    The remembered time may be a few seconds old, so a session may end so much earlier, never later. The page's
    warning counts down to the very moment.
    """

    IDLE = timedelta(minutes=15)
    LONGEST = timedelta(hours=12)
    #: How stale the remembered time may be, so that not every request writes the session.
    GRAIN = timedelta(seconds=20)
    BEGAN, SEEN = "session_began", "session_seen"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            at = clock.real_now().timestamp()
            session = request.session
            began, seen = session.setdefault(self.BEGAN, at), session.setdefault(self.SEEN, at)
            if at - seen > self.IDLE.total_seconds():
                return self._ended(request, "You were signed out because nothing happened for a while.")
            if at - began > self.LONGEST.total_seconds():
                return self._ended(request, "You were signed out: no session lasts longer than 12 hours.")
            if at - seen > self.GRAIN.total_seconds():
                session[self.SEEN] = seen = at
            ends = min(seen + self.IDLE.total_seconds(), began + self.LONGEST.total_seconds())
            request.session_expires = datetime.fromtimestamp(ends, tz=clock.real_now().tzinfo)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.user.is_authenticated and self.SEEN not in request.session:
            # Signed in with this very request: the time runs from now on, not from the next request.
            request.session[self.BEGAN] = request.session[self.SEEN] = clock.real_now().timestamp()
        return response

    def _ended(self, request: HttpRequest, why: str) -> HttpResponse:
        logout(request)
        messages.info(request, f"{why} Sign in to go on.")
        if request.path.startswith(reverse("admin:index")):
            return redirect(f"{reverse('admin:login')}?{urlencode({'next': reverse('admin:index')})}")
        back = urlencode({"next": request.get_full_path() if request.method == "GET" else reverse("portal:home")})
        return redirect(f"{reverse('accounts:sign-in')}?{back}")
