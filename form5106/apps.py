from django.apps import AppConfig


class Form5106Config(AppConfig):
    name = "form5106"
    verbose_name = "Form 5106"

    def ready(self) -> None:
        from desk import registry
        from form5106 import work

        registry.register(work.FILINGS)
        registry.register(work.RESTORE_REQUESTS)
