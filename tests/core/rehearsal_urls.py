"""The two addresses that only a rehearsal has, whatever the settings of the test run say."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("demo/", include(([path("", nothing, name="start")], "demo"))),
    path("mailroom/", include(([path("", nothing, name="list")], "mailroom"))),
]
