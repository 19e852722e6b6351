from django.apps import AppConfig


class ExportersConfig(AppConfig):
    name = "exporters"
    verbose_name = "Exporters"

    def ready(self) -> None:
        from desk import registry
        from exporters import account_type, work

        account_type.register()
        registry.register(work.DISPUTES)
        registry.register(work.REQUESTS)
        registry.register(work.STOPPED)
