from django.urls import path

from mailroom import views

app_name = "mailroom"

urlpatterns = [
    path("", views.letters, name="list"),
    path("<int:pk>/", views.letter, name="letter"),
]
