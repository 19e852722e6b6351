from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and accounts"

    def ready(self) -> None:
        from axes.signals import user_locked_out
        from django.contrib.auth.signals import user_logged_in

        from accounts import signals

        user_locked_out.connect(signals.locked_out, dispatch_uid="tell-locked-out")
        user_logged_in.connect(signals.logged_in, dispatch_uid="desk-sign-in")
