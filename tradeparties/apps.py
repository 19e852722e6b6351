from django.apps import AppConfig


class TradePartiesConfig(AppConfig):
    name = "tradeparties"
    verbose_name = "Trade parties"

    def ready(self) -> None:
        from tradeparties import account_types

        account_types.register()
