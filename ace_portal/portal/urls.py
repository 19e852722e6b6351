from django.urls import path

from ace_portal.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("favicon.ico", views.icon, name="icon"),
    path("apply/", views.apply, name="apply"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<int:pk>/", views.top_account, name="top-account"),
    path("accounts/sub/<int:pk>/", views.sub_account, name="sub-account"),
    path("references/", views.references, name="references"),
    path("tools/", views.tools, name="tools"),
]
