from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from tradeparties import views

app_name = "tradeparties"

urlpatterns = [
    path("apply/protest-filer/", views.apply_protest, name="apply-protest"),
    path("apply/trade/", views.apply, name="apply"),
    path("apply/trade/status/<token:token>/", views.status, name="status"),
    path("apply/trade/status/<token:token>/withdraw/", views.withdraw, name="withdraw"),
    path("apply/trade/status/<token:token>/attachment/<int:message>/", views.attachment, name="attachment"),
    path("apply/trade/<token:token>/", views.resume, name="resume"),
    path("apply/trade/<token:token>/answers/", views.answers, name="answers"),
    path("apply/trade/<token:token>/<slug:section>/", views.step, name="step"),
    path("apply/trade/<token:token>/<slug:section>/draft/", views.draft, name="draft"),
]
