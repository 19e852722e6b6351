from django.apps import AppConfig


class MergersConfig(AppConfig):
    name = "mergers"
    verbose_name = "Mergers"

    def ready(self) -> None:
        from desk import registry
        from mergers import work
        from useraccess.views.common import add_owners_page

        add_owners_page("mergers:mergers", "Merge Accounts")
        registry.register(work.MERGERS)
