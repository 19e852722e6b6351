from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from importers import views

app_name = "importers"

urlpatterns = [
    path("apply/importer/", views.apply, name="apply"),
    path("apply/importer/<token:token>/", views.resume, name="resume"),
    path("apply/importer/<token:token>/code/", views.code, name="code"),
    path("apply/importer/<token:token>/code/new/", views.new_code, name="new-code"),
    path("apply/importer/<token:token>/details/", views.details, name="details"),
    path("apply/importer/<token:token>/draft/", views.draft, name="draft"),
    path("apply/importer/<token:token>/answers/", views.answers, name="answers"),
    path("status/<token:token>/", views.status, name="status"),
    path("status/<token:token>/attachment/<int:message>/", views.attachment, name="attachment"),
    path("status/<token:token>/withdraw/", views.withdraw, name="withdraw"),
]
