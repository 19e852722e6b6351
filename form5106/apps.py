from django.apps import AppConfig


class Form5106Config(AppConfig):
    name = "form5106"
    verbose_name = "Form 5106"
