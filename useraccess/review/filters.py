"""What a queue of applications can be narrowed to. Without a choice it shows the open work."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.applications import Reviewed


class StatusFilter(admin.SimpleListFilter):
    """The open work, unless a status is chosen. A search without a choice looks everywhere."""

    title = "status"
    parameter_name = "status"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.default = "all" if request.GET.get(SEARCH_VAR, "").strip() else "open"
        self.model = model
        super().__init__(request, params, model, model_admin)

    def value(self) -> str:
        return super().value() or self.default

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        ended = (Reviewed.APPROVED, Reviewed.REJECTED, Reviewed.WITHDRAWN)
        submitted = [self.model.Status(value) for value in (*self.model.OPEN, *ended)]
        return [("open", "Open work"), *((status.value, status.label) for status in submitted), ("all", "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Without Django's own first choice: "All" is one of ours."""
        return islice(super().choices(changelist), 1, None)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(status__in=self.model.OPEN if self.value() == "open" else [self.value()])


class ClaimFilter(admin.SimpleListFilter):
    title = "claim"
    parameter_name = "claim"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "Claimed by me"), ("none", "Claimed by nobody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "mine":
            return queryset.filter(claimed_by=request.user)
        return queryset.filter(claimed_by=None) if self.value() == "none" else queryset
