"""The base of every page on which somebody at a desk decides."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from auditlog.registry import auditlog
from django.contrib import messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.applications import ApplicationMessage, conversation
from ace_portal.core import preview, private_files
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of, stamp
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Event, Message
from ace_portal.core.read_only import HISTORY_LENGTH, ReadOnlyAdmin, page_link
from ace_portal.core.refs import key_in, ref
from desk import queue, registry
from desk.review.decision import Decision
from desk.review.filters import OPEN, StatusFilter, chosen
from desk.review.standing import Standing
from useraccess import desks
from useraccess.review.presentation import attachment_of

#: The button beside a decision's own that shows the mails first.
PREVIEW = "preview"


def moment(at: datetime | None, by: Any = None) -> str:
    """When something happened, and by whom where that is known; "" while it has not happened."""
    if at is None:
        return ""
    said = date_format(localtime(at), "M j, Y, g:i A")
    return f"{said} by {by}" if by else said


def facts_of(title: str, facts: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A section of the page: what is told under this title, as label and value."""
    return {"title": title, "rows": [{"label": label, "value": value} for label, value in facts]}


class ReviewAdmin(ReadOnlyAdmin):
    """A page with `decisions`. It takes no form but theirs, and changes nothing but through their actions.

    A subclass says in `facts` what its page tells; what lists and tables cannot say, a `review_template` of its own
    adds. `talks_to` names who answers the desk where there is a conversation; `has_proof` says that a PDF was handed
    in, which the row names in `proof`, `proof_name` and `proof_size`.
    """

    decisions: ClassVar[tuple[Decision, ...]] = ()
    #: Draws the box; what it finds of the queue's work is said where the kind is registered.
    search_fields: ClassVar[tuple[str, ...]] = ("reference",)
    search_help_text = (
        "Reference, beginning of a name, complete number or code (importer number, EIN, ACE ID …) or e-mail address: "
        "among open and decided ones."
    )
    review_template: ClassVar[str] = "admin/review/page.html"
    talks_to: ClassVar[str] = ""
    has_proof: ClassVar[bool] = False

    @property
    def listed_statuses(self) -> tuple[str, ...]:
        """For a list with a StatusFilter: the statuses that it offers beside the open work."""
        raise NotImplementedError

    def facts(self, row: Any) -> dict[str, Any]:
        """What the page tells: `where` the row stands (label, value; first its status), `sections` (title, rows),
        `on_file` (heading, text) of what was decided before, and what its own template needs."""
        raise NotImplementedError

    def notices(self, row: Any, person: Any) -> list[str]:
        """What whoever decides should know first, in sentences."""
        return []

    def nothing_to_decide(self, row: Any, person: Any) -> str:
        """Why no decision fits the row."""
        return "There is nothing left to decide."

    def history(self, row: Any) -> QuerySet[Event]:
        """The events decided on a row, newest first."""
        return history_of(row)

    def mails(self, row: Any) -> QuerySet[Message]:
        """The messages about a row, newest first."""
        return Message.objects.filter(about=ref(row))

    def told(self, row: Any, decision: Decision) -> str:
        """What is said to whoever has taken the decision."""
        return decision.done.format(row=row)

    def link(self, row: Any) -> str:
        """A link to another row's page at the desk."""
        return page_link(self.admin_site, ref(row))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Work of the queue is found here in the ways in which the queue finds it: each has an index."""
        kind, text = registry.kind(self.opts.label_lower), search_term.strip()
        if kind is None or not text:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(pk__in=queue.keys_found(kind, text)), False

    def get_ordering(self, request: HttpRequest) -> Any:
        """Unless the page says otherwise: what waits, since when it waits; then the others, newest first."""
        kind = registry.kind(self.opts.label_lower)
        if self.ordering or kind is None:
            return super().get_ordering(request)
        if StatusFilter in self.list_filter and not request.GET.get(SEARCH_VAR, "").strip():
            # Each of them by an index.
            return [kind.began.asc(), "pk"] if chosen(request) == OPEN else ["-pk"]
        waits = kind.waits
        first = Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField())
        return [first, Case(When(waits, then=kind.began)).asc(), "-pk"]

    # --- Addresses -----------------------------------------------------------------------------------------------
    def address(self, page: str, *args: Any) -> str:
        """The address of one of this model's pages: "change", a decision's code …"""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def page(self, route: str, view: Any, name: str, **extra: str) -> URLPattern:
        """A page of one row: its route after the row's number, its view, and how its address is called."""
        called = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        found: URLPattern = path(f"<int:pk>/{route}/", self.admin_site.admin_view(view), extra, name=called)
        return found

    def get_urls(self) -> list[URLPattern]:
        pages = [self.page(one.code, self.decide, one.code, code=one.code) for one in self.decisions]
        if self.talks_to:
            pages.append(self.page("attachment/<int:message>", self.attachment, "attachment"))
        if self.has_proof:
            pages.append(self.page("proof", self.proof, "proof"))
        return [*pages, *super().get_urls()]

    # --- Views ---------------------------------------------------------------------------------------------------
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
        address = self.address("change", pk)
        if request.method != "POST":
            return HttpResponseRedirect(address)
        decision = next(one for one in self.decisions if one.code == code)
        form = decision.ask(request.POST)
        if not form.is_valid():
            return self._review(request, row, decision, form)
        seen = key_in(request.POST.get("seen", ""))
        run = partial(decision.run, row, by=request.user, seen=seen, **form.cleaned_data)
        try:
            if PREVIEW in request.POST:
                letters = preview.letters(run)
                return self._review(request, self.found(request, str(pk)), decision, form, letters)
            run()
        except DomainError as error:
            return self._refused(request, pk, decision, form, error.message)
        messages.success(request, self.told(self.found(request, str(pk)), decision))
        return HttpResponseRedirect(address)

    def _refused(self, request: HttpRequest, pk: int, decision: Decision, form: PortalForm, why: str) -> HttpResponse:
        row = self.get_object(request, str(pk))
        if row is None:
            # The action sent it back to whoever had handed it in: it is no business of the desk any more.
            messages.error(request, why)
            return HttpResponseRedirect(self.address("changelist"))
        # What an action does beside its refusal (it stops what fits no more, say) was undone after a look at the mail.
        undone = "Nothing was changed: you asked for the mail only. The decision would be refused. "
        form.add_error(None, f"{undone if PREVIEW in request.POST else ''}{why}")
        return self._review(request, row, decision, form)

    def attachment(self, request: HttpRequest, pk: int, message: int) -> HttpResponseBase:
        """What was attached to an answer, for saving only."""
        return attachment_of(self.found(request, str(pk)), message)

    def proof(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The document that was handed in, as a download."""
        row = self.found(request, str(pk))
        try:
            return private_files.attachment(row.proof, filename=row.proof_name, content_type="application/pdf")
        except FileNotFoundError as error:
            raise Http404("The file of this document is gone.") from error

    # --- The page ------------------------------------------------------------------------------------------------
    def _review(
        self,
        request: HttpRequest,
        row: Any,
        pressed: Decision | None = None,
        form: PortalForm | None = None,
        letters: list[preview.Letter] | None = None,
    ) -> HttpResponse:
        site: Any = self.admin_site
        person: Any = request.user
        # What is not work of the queue nobody claims: a record.
        standing = Standing.of(row, person) if registry.kind(self.opts.label_lower) else None
        decides = standing.may_decide if standing else site.decides(request, self.desk)
        fitting = [one for one in self.decisions if one.fits(row, person)]
        offered = fitting if decides else []
        context = {
            **site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "media": self.media,
            "row": row,
            "standing": standing,
            "stamp": stamp(row),
            "letters": letters,
            "previewed": pressed.label if pressed and letters is not None else "",
            "refused": form if pressed in offered else None,
            "unsent": None if pressed in offered else form,
            "decisions": [self._drawn(one, row, form if one == pressed else None) for one in offered],
            "otherwise": "" if offered else self._why_none(row, person, standing, fitting),
            "notices": self.notices(row, person),
            **self._on_record(row),
        }
        return TemplateResponse(request, self.review_template, context)

    def _drawn(self, decision: Decision, row: Any, form: PortalForm | None) -> tuple[Any, ...]:
        """What the template needs to draw a decision, with its form as it was filled in."""
        return decision, form or decision.ask(), self.address(decision.code, row.pk), decision.effects(row)

    def _on_record(self, row: Any) -> dict[str, Any]:
        """What is known of a row, whoever looks at it."""
        return {
            "where": [],
            "sections": [],
            "on_file": [],
            "talks_to": self.talks_to,
            "conversation": self._conversation(row) if self.talks_to else [],
            "proof_address": self.address("proof", row.pk) if self.has_proof else "",
            "history": self.history(row)[:HISTORY_LENGTH],
            "history_address": self.address("history", row.pk) if auditlog.contains(self.model) else "",
            "mails": self.mails(row)[:HISTORY_LENGTH],
            **self.facts(row),
        }

    def _why_none(self, row: Any, person: Any, standing: Standing | None, fitting: list[Decision]) -> str:
        """What is said in the place of decisions: none fits, or they are for somebody else."""
        if not fitting:
            return self.nothing_to_decide(row, person)
        if standing is None or standing.officer is None or desks.is_auditor(person):
            return "Auditors read; officers and analysts decide."
        way_on = " If they cannot, release it or hand it over." if standing.may_give_up else ""
        return f"{standing.officer} has claimed it and decides on it.{way_on}"

    def _conversation(self, row: Any) -> list[tuple[ApplicationMessage, str]]:
        """The turns, each with the address of what is attached to it."""
        turns = conversation(row).select_related("author")
        return [(turn, self.address("attachment", row.pk, turn.pk)) for turn in turns]
