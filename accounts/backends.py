"""Sign-in with the user ID (exact) or the login e-mail (any case)."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from ace_portal.core import clock


class AccountIdOrEmailBackend(ModelBackend):
    """Same answer and same work for unknown names as for wrong passwords."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        user = find(username)
        if user is None:
            User().set_password(password)
            return None
        if not user.check_password(password) or not self.user_can_authenticate(user):
            return None
        return None if has_run_out(user) else user

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


def has_run_out(user: User) -> bool:
    """Whether the person's password is a temporary one whose time is over."""
    expires_at = user.temporary_password_expires_at
    return expires_at is not None and expires_at <= clock.now()


def find(name: str) -> User | None:
    """The person whose user ID or login e-mail this is."""
    name = name.strip()
    return User.objects.filter(account_id=name).first() or (User.objects.by_email(name) if "@" in name else None)


def axes_username(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Whose attempts are counted: user ID and e-mail of one person count together."""
    source = credentials or (request.POST if request else {})
    return counted_as(str(source.get("username", "")))


def counted_as(name: str) -> str:
    """Under which name tries are counted: user ID and e-mail of one person are one, unknown names count as typed.

    As for known ones, capital and small letters make a difference in a user ID and none in an e-mail address.
    """
    name = name[:254].replace("\x00", "").strip()
    user = find(name)
    if user:
        return user.account_id
    return name.lower() if "@" in name else name
