from django.apps import AppConfig


class ExportersConfig(AppConfig):
    name = "exporters"
    verbose_name = "Exporters"

    def ready(self) -> None:
        from exporters import account_type

        account_type.register()
