"""Who is asking, before anybody has signed in: the browser and the network it comes from."""

from django.conf import settings
from django.http import HttpRequest

from ace_portal.core import tokens

SESSION_KEY = "browser"


def browser_of(request: HttpRequest) -> str:
    """The random key of this browser's session, made at its first use."""
    if SESSION_KEY not in request.session:
        request.session[SESSION_KEY] = tokens.link_token()
    return str(request.session[SESSION_KEY])


def ip_of(request: HttpRequest) -> str:
    """The visitor's IP address. X-Forwarded-For counts only as far as our own proxies (PROXY_COUNT) wrote it."""
    header = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    forwarded = [part.strip() for part in header.split(",") if part.strip()]
    if settings.PROXY_COUNT and len(forwarded) >= settings.PROXY_COUNT:
        return forwarded[-int(settings.PROXY_COUNT)]
    return str(request.META.get("REMOTE_ADDR") or "unknown")
