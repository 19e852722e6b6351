"""What other packages tell us about signing in."""

from typing import Any

from django.http import HttpRequest

from accounts import actions
from accounts.models import User
from verification.visitors import ip_of


def locked_out(sender: Any, username: str = "", **_: Any) -> None:
    """Axes has paused sign-in with this name: the person is mailed, if there is one."""
    user = User.objects.filter(account_id=username).first()
    if user is not None and user.is_active:
        actions.tell_locked_out(user)


def logged_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """At the desk password and second factor come together, so the sign-in is complete here."""
    if getattr(user, "otp_device", None):
        actions.finish_sign_in(user, ip=ip_of(request), browser=request.headers.get("User-Agent", ""))
