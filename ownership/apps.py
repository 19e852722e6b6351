from django.apps import AppConfig


class OwnershipConfig(AppConfig):
    name = "ownership"
    verbose_name = "Account owners"

    def ready(self) -> None:
        from desk import registry
        from ownership import work
        from useraccess.views.common import add_owners_page

        add_owners_page("ownership:owner", "Account Owner")
        registry.register(work.REQUESTS)
