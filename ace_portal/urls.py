"""All addresses of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from ace_portal.portal import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("ace_portal.portal.urls")),
    path("", include("accounts.urls")),
    path("", include("useraccess.urls")),
    path("", include("verification.urls")),
    path("", include("importers.urls")),
    path("", include("exporters.urls")),
    path("", include("ownership.urls")),
    path("", include("mergers.urls")),
    path("", include("tradeparties.urls")),
]
if settings.MAILROOM:
    urlpatterns.append(path("mailroom/", include("mailroom.urls")))
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))
