from django.urls import path

from verification import views

app_name = "verification"

urlpatterns = [
    path("picture-check/<str:token>/picture.png", views.picture, name="picture"),
    path("picture-check/<str:token>/sound.wav", views.sound, name="sound"),
]
