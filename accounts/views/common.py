"""What the sign-in views share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp.models import Device

from accounts import actions
from accounts.models import User
from verification.visitors import ip_of

NEXT = "next_after_sign_in"
SIGN_IN = "own_sign_in"
PASSWORD_CHANGED = "Your password has been changed. All sessions have ended: sign in with the new one."  # noqa: S105


def person_of(request: HttpRequest) -> User:
    """The signed-in person. Call it behind login_required (or for_signed_in_posts) only."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required is on every caller
    return request.user


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page that is a step of the first sign-in and a part of My profile later, for its template."""
    half = not request.user.is_verified()  # type: ignore[union-attr]
    return {"frame": "base.html" if half else "portal/base.html", "half_signed_in": half, "section": "tools"}


def safe_next(request: HttpRequest, address: str) -> str:
    """The address if it is a path of this portal, else an empty text."""
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else ""


def complete(request: HttpRequest, device: Device) -> str:
    """The second factor was right: a new session key, the sign-in remembered. Returns where the person wanted to go."""
    user = person_of(request)
    request.session.cycle_key()
    otp_login(request, device)
    record = actions.finish_sign_in(user, ip=ip_of(request), browser=request.headers.get("User-Agent", ""))
    request.session[SIGN_IN] = record.pk
    return safe_next(request, request.session.pop(NEXT, "")) or resolve_url("portal:home")


def for_signed_in_posts(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For what only a button does: whoever is no longer signed in signs in and finds Home, not a page without GET."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect("accounts:sign-in")
        return view(request, *args, **kwargs)

    return require_POST(guarded)
