"""CBP's desk reads which company may do what in another one's account; the companies decide it themselves."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from ace_portal.core.events import history_of
from ace_portal.core.read_only import HISTORY_LENGTH, ReadOnlyAdmin, RecencyFilter
from ace_portal.core.refs import ref
from useraccess.models import CrossAccountAccess
from useraccess.received import in_words


class MadeFilter(RecencyFilter):
    title = "made"
    field = "created_at"


@admin.register(CrossAccountAccess)
class CrossAccountAccessAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "status", "created_at", "began_at", "ends_on", "filer_code")
    list_select_related = ("grantor", "recipient")
    list_filter = ("status", MadeFilter)
    search_fields = (
        *("grantor__company_name", "=grantor__ace_id", "recipient__company_name", "=recipient__ace_id"),
        "=filer_code",
    )
    search_help_text = "Company, complete ACE ID or filer code, of either side."
    ordering = ("-pk",)
    fields = (
        *("grantor", "recipient", "status", "created_at", "created_by", "answer_until", "began_at", "ends_on"),
        *("ended_at", "ended_by", "granted", "filer_code", "attorney_kind", "attorney_signed_on", "attorney_ends_on"),
    )
    readonly_fields = ("granted",)

    @admin.display(description="Rights")
    def granted(self, access: CrossAccountAccess) -> str:
        return "\n".join(f"{one['what']}: {one['after']}" for one in in_words(access, to_recipient=False))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Each event once: both accounts' histories have it."""
        answer: Any = super().history_view(request, object_id, extra_context)
        row = answer.context_data["object"]
        answer.context_data["events"] = history_of(row).filter(journal=ref(row.grantor))[:HISTORY_LENGTH]
        return answer  # type: ignore[no-any-return]
