"""A page of the desk with buttons: what a row is about, what can be decided, what happened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.models import User
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import ref
from desk import registry
from desk.review import Standing
from useraccess import policy


@dataclass(frozen=True)
class Button:
    """A decision. `code` ends its address; `run(row, by=officer, **cleaned answers)` is the action behind it."""

    code: str
    label: str
    what_happens: str
    form: type[PortalForm]
    run: Callable[..., Any]
    done: str
    #: Whether it makes sense for this row and this officer; the action decides again, on the locked row.
    offered: Callable[[Any, User], bool]
    is_refusal: bool = False


class ReviewAdmin(ReadOnlyAdmin):
    """Shows a row on a page of its own. The page takes no form but those of its buttons, which call actions."""

    buttons: ClassVar[tuple[Button, ...]] = ()
    review_template = "admin/review.html"

    def facts(self, row: Any) -> dict[str, Any]:
        """What the page shows: `where` it stands (label, value), `parts` (title, rows), and what its template needs."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        def address(button: Button) -> URLPattern:
            view = self.admin_site.admin_view(self.decide)
            return path(f"<int:pk>/{button.code}/", view, {"code": button.code}, name=self._name(button.code))

        return [*(address(button) for button in self.buttons), *super().get_urls()]

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The review page. It takes no form of its own, so nothing sent to it can change a row."""
        row = self.found(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._review(request, row)

    def decide(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """One of the buttons. Whatever is refused, the page is shown as it now stands, with what was typed."""
        row = self.found(request, str(pk))
        address = reverse(f"admin:{self._name('change')}", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(address)
        button = next(button for button in self.buttons if button.code == code)
        form = button.form(request.POST, auto_id=f"{code}_%s")
        if form.is_valid():
            try:
                button.run(row, by=request.user, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, error.message)
                row = self.found(request, str(pk))
            else:
                messages.success(request, f"{row} {button.done}")
                return HttpResponseRedirect(address)
        return self._review(request, row, button, form)

    def _review(
        self, request: HttpRequest, row: Any, pressed: Button | None = None, form: PortalForm | None = None
    ) -> HttpResponse:
        officer: Any = request.user
        # What is not work of the queue, such as a record, nobody claims.
        standing = Standing.of(row, officer) if registry.kind(row._meta.label_lower) else None
        decides = standing.may_decide if standing else policy.is_officer(officer)
        offered = [button for button in self.buttons if decides and button.offered(row, officer)]
        forms = {button.code: button.form(auto_id=f"{button.code}_%s") for button in offered}
        if pressed and form and pressed in offered:
            forms[pressed.code] = form
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "media": self.media,
            "row": row,
            "standing": standing,
            "history_address": reverse(f"admin:{self._name('history')}", args=[row.pk]),
            "refused": form,
            "unsent": form if pressed and pressed not in offered else None,
            "decisions": [
                (button, reverse(f"admin:{self._name(button.code)}", args=[row.pk]), forms[button.code])
                for button in offered
            ],
            "history": history_of(row)[:100],
            "mails": Message.objects.filter(about=ref(row))[:100],
            **self.facts(row),
        }
        return TemplateResponse(request, self.review_template, context)
