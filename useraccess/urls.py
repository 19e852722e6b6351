from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from useraccess import views

app_name = "useraccess"

urlpatterns = [
    path("sign-in/reactivate/", views.reactivate, name="reactivate"),
    path("sign-in/reactivate/<token:token>/", views.reactivate_link, name="reactivate-link"),
    path("accounts/people/<int:pk>/reset-second-step/", views.reset_factor, name="reset-factor"),
]
