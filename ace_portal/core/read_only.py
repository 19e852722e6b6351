"""What all pages of the desk have in common: they show rows, they never let anybody edit one by hand."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst

from ace_portal.core import clock
from ace_portal.core.events import history_of

#: How many events and field changes a history page shows, newest first.
HISTORY_LENGTH = 200


if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _Paginator = Paginator[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _Paginator = Paginator


#: A list counts and pages no further than this: whoever looks for more narrows the list.
MOST_LISTED = 2000


class CappedPaginator(_Paginator):
    """Pages of the first rows of a list. However long the list is, counting costs the same."""

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_LISTED)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than pages."""
        return self._counted > MOST_LISTED

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_LISTED + 1].count())


class ReadOnlyAdmin(_ModelAdmin):
    """Lists and pages for whoever the site lets in. Rows are changed by buttons that call actions, never by a form.

    A subclass names its `fields`: what is not named is not shown. `desk` is the group of people whose page it is; the
    site knows who sits where, and which desk has the pages that name none.
    """

    desk: ClassVar[str] = ""
    actions = None
    empty_value_display = "–"
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    paginator = CappedPaginator
    sortable_by: ClassVar[Any] = ()
    fields: ClassVar[Any] = ()

    class Media:
        css = {"all": ["css/desk.css"]}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        site: Any = self.admin_site
        return bool(site.admits(request, self.desk))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def shown(self) -> models.QuerySet[Any]:
        """The rows that have a page at the desk."""
        rows: models.QuerySet[Any] = self.model._default_manager.all()
        return rows

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        ordering = self.get_ordering(request)
        return self.shown().order_by(*ordering) if ordering else self.shown()

    def elsewhere(self, field: str) -> models.Q:
        """The rows whose `field`, a reference, points to a page of another desk: they are that desk's business."""
        others = [model for model, page in self.admin_site._registry.items() if getattr(page, "desk", "") != self.desk]
        return models.Q(*((f"{field}__startswith", f"{one._meta.label_lower}:") for one in others), _connector="OR")

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row of a page's address. Raises Http404 when there is none, PermissionDenied at another desk."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404(f"{capfirst(self.opts.verbose_name)} not found")
        return row

    def found_to_decide(self, request: HttpRequest, object_id: str) -> Any:
        """The same for a page that is nothing but a form. Raises PermissionDenied for auditors, too."""
        row = self.found(request, object_id)
        self.require_deciding(request)
        return row

    def require_deciding(self, request: HttpRequest) -> None:
        """Raise PermissionDenied for whoever does not press the buttons of this desk."""
        site: Any = self.admin_site
        if not site.decides(request, self.desk):
            raise PermissionDenied

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.found(request, object_id)
        return super().change_view(
            request, object_id, form_url, {"title": str(row), "subtitle": "", **(extra_context or {})}
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The events decided on a row, and every field that was changed."""
        row = self.found(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {row}",
            "opts": self.opts,
            "object": row,
            "media": self.media,
            "events": history_of(row)[:HISTORY_LENGTH],
            "changes": field_changes(row),
        }
        return TemplateResponse(request, "admin/object_history.html", context)


class RecencyFilter(admin.SimpleListFilter):
    """How long ago something happened, by the simulation's clock. A subclass names the `field`."""

    title = "when"
    parameter_name = "when"
    field = "at"
    SPANS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("day", "Last 24 hours"), ("week", "Last 7 days"), ("month", "Last 30 days")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        span = self.SPANS.get(self.value() or "")
        return queryset.filter(**{f"{self.field}__gt": clock.now() - span}) if span else queryset


def page_link(site: admin.AdminSite, reference: str) -> str:
    """A link to the desk's page of the row that `ace_portal.core.refs.ref` wrote down; its plain text without one."""
    label, _, pk = reference.rpartition(":")
    if not label:
        return "–"
    try:
        page = site.get_model_admin(apps.get_model(label))
    except (LookupError, NotRegistered):
        return reference
    row = page.shown().filter(pk=pk).first() if isinstance(page, ReadOnlyAdmin) else None
    if row is None:
        return reference
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[pk])
    return format_html('<a href="{}">{}</a>', address, row)


def field_changes(row: models.Model) -> list[dict[str, Any]]:
    """What the field history knows of a row, newest first: when, who, and each field before and after."""
    labels = {field.name: capfirst(field.verbose_name) for field in (*row._meta.fields, *row._meta.many_to_many)}
    entries = LogEntry.objects.get_for_object(row).select_related("actor")[:HISTORY_LENGTH]
    return [
        {
            "at": entry.timestamp,
            "by": entry.actor or "Portal",
            "fields": [(labels.get(name, name), old, new) for name, (old, new) in sorted(_pairs(entry.changes_dict))],
        }
        for entry in entries
    ]


def _pairs(changes: dict[str, Any]) -> list[tuple[str, tuple[str, str]]]:
    """Before and after of each field. Changed sets (groups) are kept by the library as what was done to them."""
    pairs = []
    for name, change in changes.items():
        if isinstance(change, dict):
            change = (change.get("operation", ""), ", ".join(change.get("objects", [])))
        before, after = ("–" if value in ("None", None, "") else str(value) for value in change)
        pairs.append((name, (before, after)))
    return pairs
