from django.apps import AppConfig


class ImportersConfig(AppConfig):
    name = "importers"
    verbose_name = "Importers"

    def ready(self) -> None:
        from desk import registry
        from importers import account_type, work

        account_type.register()
        registry.register(work.APPLICATIONS)
