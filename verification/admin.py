"""The desk's view of authenticator devices: who has one and when it was last used. Keys are never shown."""

from django.contrib import admin

from ace_portal.core.read_only import ReadOnlyAdmin
from verification.models import AuthenticatorDevice


@admin.register(AuthenticatorDevice)
class AuthenticatorDeviceAdmin(ReadOnlyAdmin):
    list_display = ("user", "name", "confirmed", "created_at", "last_used_at")
    list_select_related = ("user",)
    list_filter = ("confirmed",)
    search_fields = ("user__email", "user__first_name", "user__last_name")
    ordering = ("-pk",)
    fields = ("user", "name", "confirmed", "created_at", "last_used_at")
