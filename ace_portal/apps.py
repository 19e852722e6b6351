from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """The admin is the desk of CBP and Census: it opens with an authenticator device only."""

    default_site = "ace_portal.desk.DeskSite"

    def ready(self) -> None:
        super().ready()
        from ace_portal.audit import register_models

        register_models()
