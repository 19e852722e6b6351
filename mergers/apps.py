from django.apps import AppConfig


class MergersConfig(AppConfig):
    name = "mergers"
    verbose_name = "Mergers"

    def ready(self) -> None:
        from useraccess.views.common import add_owners_page

        add_owners_page("mergers:mergers", "Merge Accounts")
