from django.urls import include, path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from exporters.views import application, sub_account

app_name = "exporters"

DRAFT = "accounts/exporters/drafts/<token:token>"

urlpatterns = [
    path("apply/exporter/", application.apply, name="apply"),
    path("apply/exporter/terms/", application.terms, name="terms"),
    path("status/exporter/<token:token>/", application.status, name="status"),
    path("status/exporter/<token:token>/submitted/", application.submitted, name="submitted"),
    path("accounts/exporters/new/", sub_account.create, name="create"),
    path("accounts/exporters/new/<int:pk>/", sub_account.top_account, name="top-account"),
    path(f"{DRAFT}/company/", sub_account.step, {"name": "company"}, name="company"),
    path(f"{DRAFT}/addresses/", sub_account.step, {"name": "addresses"}, name="addresses"),
    path(f"{DRAFT}/contacts/", sub_account.step, {"name": "contacts"}, name="contacts"),
    path(f"{DRAFT}/company/save/", sub_account.autosave, {"name": "company"}, name="save-company"),
    path(f"{DRAFT}/addresses/save/", sub_account.autosave, {"name": "addresses"}, name="save-addresses"),
    path(f"{DRAFT}/contacts/save/", sub_account.autosave, {"name": "contacts"}, name="save-contacts"),
    path(f"{DRAFT}/review/", sub_account.review, name="review"),
    path(f"{DRAFT}/discard/", sub_account.discard, name="discard"),
    path(f"{DRAFT}/dispute/", sub_account.dispute, name="dispute"),
    path("", include("exporters.authorization_urls")),
]
