from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from useraccess.views import accounts, help

app_name = "useraccess"

urlpatterns = [
    path("sign-in/reactivate/", help.reactivate, name="reactivate"),
    path("sign-in/reactivate/<token:token>/", help.reactivate_link, name="reactivate-link"),
    path("tools/choose-account/", accounts.choose, name="choose"),
    path("accounts/<int:pk>/leave/", accounts.leave, name="leave"),
    path("accounts/people/<int:pk>/reset-second-step/", help.reset_factor, name="reset-factor"),
]
