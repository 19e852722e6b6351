from django.urls import path

from mergers import views

app_name = "mergers"

urlpatterns = [
    path("accounts/<int:pk>/mergers/", views.listed, name="mergers"),
    path("accounts/<int:pk>/mergers/propose/", views.propose, name="propose"),
    path("accounts/mergers/<int:pk>/", views.merger, name="merger"),
    path("accounts/mergers/<int:pk>/consent/", views.consent, name="consent"),
    path("accounts/mergers/<int:pk>/decline/", views.decline, name="decline"),
    path("accounts/mergers/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("accounts/mergers/<int:pk>/records.zip", views.records, name="records"),
]
