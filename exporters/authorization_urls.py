"""Addresses of Authorization for Reports; exporters.urls includes them in its namespace."""

from django.urls import path

from exporters.views import authorization as views

urlpatterns = [
    path("accounts/sub/<int:pk>/report-authorization/", views.instructions, name="authorization-instructions"),
    path("accounts/sub/<int:pk>/report-authorization/request/", views.ask, name="authorization-request"),
    path(
        "accounts/sub/<int:pk>/report-authorization/documents/<int:document>/",
        views.document,
        name="authorization-document",
    ),
]
