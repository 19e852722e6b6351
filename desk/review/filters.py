"""What a list of the desk's work can be narrowed to. Without a choice it shows what waits."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from desk import registry

#: What the filter chooses by itself.
OPEN, ALL = "open", "all"


class StatusFilter(admin.SimpleListFilter):
    """The open work, unless a status is chosen. A search without a choice looks everywhere."""

    title = "status"
    parameter_name = "status"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.default = chosen(request)
        self.waits = registry.kind_of(model).waits
        super().__init__(request, params, model, model_admin)

    def value(self) -> str:
        return super().value() or self.default

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        statuses = [model_admin.model.Status(value) for value in model_admin.listed_statuses]
        return [(OPEN, "Open work"), *((status.value, status.label) for status in statuses), (ALL, "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Without Django's own first choice: "All" is one of ours."""
        return islice(super().choices(changelist), 1, None)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == ALL:
            return queryset
        return queryset.filter(self.waits if self.value() == OPEN else Q(status=self.value()))


def chosen(request: HttpRequest) -> str:
    """The status a list is narrowed to, OPEN or ALL; a search without a choice looks everywhere."""
    return request.GET.get(StatusFilter.parameter_name) or (ALL if request.GET.get(SEARCH_VAR, "").strip() else OPEN)


class ClaimFilter(admin.SimpleListFilter):
    title = "claim"
    parameter_name = "claim"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "Claimed by me"), ("none", "Claimed by nobody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "mine":
            return queryset.filter(claimed_by=request.user)
        return queryset.filter(claimed_by=None) if self.value() == "none" else queryset
