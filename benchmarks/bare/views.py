"""The only page of the bare project, and its addresses: validate, insert, redirect."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from benchmarks.bare.forms import ApplicationForm
from benchmarks.bare.models import Application


def apply(request: HttpRequest) -> HttpResponse:
    form = ApplicationForm(request.POST or None)
    if form.is_valid():
        Application.objects.create(**form.cleaned_data)
        return redirect("done")
    return render(request, "form.html", {"form": form})


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("apply/", apply, name="apply"),
    path("done/", healthz, name="done"),
    path("healthz", healthz, name="healthz"),
]
