from django.apps import AppConfig


class TradePartiesConfig(AppConfig):
    name = "tradeparties"
    verbose_name = "Trade parties"

    def ready(self) -> None:
        from desk import registry
        from tradeparties import account_types, work

        account_types.register()
        registry.register(work.APPLICATIONS)
