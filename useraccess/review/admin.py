"""The queue of reviewed applications, and the page on which an officer decides."""

from datetime import timedelta
from functools import partial
from pathlib import PurePath
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
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

from accounts.applications import Reviewed, conversation
from accounts.models import User
from ace_portal.core import clock, preview, private_files
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of, stamp
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import key_in, ref
from useraccess.attachments import CONTENT_TYPES
from useraccess.policy import is_officer, is_supervisor
from useraccess.review import decisions
from useraccess.review.buttons import Decision, offered

#: The button beside a decision's own that shows the mails first.
PREVIEW = "preview"


def in_words(span: timedelta) -> str:
    """A span as people say it, in its two largest units: "2 days 3 h", "3 h 20 min", "5 min"."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} {'day' if days == 1 else 'days'} {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


class ReviewAdmin(ReadOnlyAdmin):
    """A subclass names its `decisions` and its `review_template`, and says in `facts` what the page tells."""

    decisions: ClassVar[dict[str, Decision]] = {}
    review_template = "admin/review/review.html"

    def facts(self, application: Any) -> dict[str, Any]:
        """What the review page tells about an application beside what it tells about all of them."""
        return {}

    def shown(self) -> QuerySet[Any]:
        """Everything that was handed in. Drafts are the applicant's own business."""
        return super().shown().filter(submitted_at__isnull=False)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Open work by age, oldest first; what is decided by when it came in, newest first. All by an index.

        What a search finds is little: open work comes first, then what is decided, newest first.
        """
        model: Any = self.model
        status = request.GET.get("status") or "open"
        if not request.GET.get(SEARCH_VAR, "").strip():
            return ["submitted_at", "pk"] if status in ("open", *model.OPEN) else ["-submitted_at", "-pk"]
        is_open = Q(status__in=model.OPEN)
        return [
            Case(When(is_open, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(When(is_open, then="submitted_at")).asc(),
            Coalesce("decided_at", "submitted_at").desc(),
            "pk",
        ]

    @admin.display(description="Status")
    def status_shown(self, application: Any) -> str:
        return str(application.get_status_display())

    @admin.display(description="Age")
    def age(self, application: Any) -> str | None:
        """How long the applicant has been waiting (simulated time); nothing once the waiting is over."""
        if not (application.is_open and application.submitted_at):
            return None
        return in_words(clock.now() - application.submitted_at)

    def address(self, name: str, *args: Any) -> str:
        """The address of one of this model's pages: "change", a button's code …"""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def get_urls(self) -> list[URLPattern]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"

        def button(code: str) -> URLPattern:
            view = self.admin_site.admin_view(self.decide)
            return path(f"<int:pk>/{code}/", view, {"code": code}, name=f"{prefix}_{code}")

        view = self.admin_site.admin_view(self.attachment)
        attached = path("<int:pk>/attachment/<int:message>/", view, name=f"{prefix}_attachment")
        return [*(button(code) for code in self.decisions), attached, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The review page. It takes no form of its own, so nothing sent to it can change a row."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._review(request, self.found(request, object_id))

    def decide(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """One of the buttons. Whatever is refused, the page is shown as it now stands, with what was typed."""
        application = self.found(request, str(pk))
        address = self.address("change", pk)
        if request.method != "POST":
            return HttpResponseRedirect(address)
        decision = self.decisions[code]
        form = decision.form(request.POST, auto_id=f"{code}_%s") if decision.form else None
        if form is not None and not form.is_valid():
            return self._review(request, application, code, form)
        application.seen = key_in(request.POST.get("seen", ""))
        run = partial(decision.run, application, by=request.user, **(form.cleaned_data if form else {}))
        letters = None
        try:
            if PREVIEW in request.POST:
                letters = preview.letters(run)
            else:
                run()
        except DomainError as error:
            messages.error(request, error.message)
            application = self.found(request, str(pk))
            return self._review(request, application, code, form) if form else HttpResponseRedirect(address)
        if letters is not None:
            return self._review(request, self.found(request, str(pk)), code, form, letters)
        messages.success(request, decision.done(self.found(request, str(pk))))
        return HttpResponseRedirect(address)

    def attachment(self, request: HttpRequest, pk: int, message: int) -> HttpResponseBase:
        """What the applicant attached to an answer, for saving only."""
        application = self.found(request, str(pk))
        return attachment_of(application, message)

    def _review(
        self,
        request: HttpRequest,
        application: Any,
        code: str = "",
        form: PortalForm | None = None,
        letters: list[preview.Letter] | None = None,
    ) -> HttpResponse:
        officer: Any = request.user
        buttons = offered(application, officer)
        context = {
            **self.admin_site.each_context(request),
            **self._common_facts(application),
            **self.facts(application),
            "title": f"Application {application.reference}",
            "opts": self.opts,
            "media": self.media,
            "age": self.age(application),
            "offered": buttons,
            "urls": {one: self.address(one, application.pk) for one in self.decisions},
            "is_own": decisions.is_own(application, officer),
            "forms": {**self._empty_forms(buttons), **({code: form} if form and code in buttons else {})},
            "stamp": stamp(application),
            "letters": letters,
            "previewed": self.decisions[code].label if letters is not None else "",
            "hand_over_url": self._hand_over_url(application, officer),
            "note_url": reverse("admin:desk_note", args=[self.opts.label_lower, application.pk])
            if is_officer(officer)
            else "",
            "refused": form if code in buttons else None,
            "unsent": form if code not in buttons else None,
        }
        return TemplateResponse(request, self.review_template, context)

    def _hand_over_url(self, application: Any, officer: Any) -> str:
        """Where the application is given to another officer; "" for whoever may not."""
        holds = application.claimed_by_id == officer.pk or is_supervisor(officer)
        if not (application.is_open and application.claimed_by_id and is_officer(officer) and holds):
            return ""
        return reverse("admin:desk_hand_over", args=[self.opts.label_lower, application.pk])

    def _empty_forms(self, buttons: set[str]) -> dict[str, PortalForm]:
        """The forms of these buttons, by code, as far as they have one."""
        kinds = {code: self.decisions[code].form for code in buttons}
        return {code: kind(auto_id=f"{code}_%s") for code, kind in kinds.items() if kind}

    def _common_facts(self, application: Any) -> dict[str, Any]:
        turns = list(conversation(application).select_related("author"))
        for turn in turns:
            turn.address = self.address("attachment", application.pk, turn.pk)  # type: ignore[attr-defined]
        return {
            "application": application,
            "conversation": turns,
            "history": history_of(application),
            "history_url": self.address("history", application.pk),
            "queue_url": self.address("changelist"),
            "mails": mails(application),
        }


def mails(application: Any) -> QuerySet[Message]:
    """The messages sent about an application, newest first, with the account ID that an approval sends its owner."""
    approved = application.status == Reviewed.APPROVED
    owner = User.objects.by_email(application.applicant_email) if approved else None
    about = Q(about=ref(application))
    if owner:
        about |= Q(about=ref(owner), template="accounts/account_id")
    return Message.objects.filter(about)


def attachment_of(application: Any, message: int) -> HttpResponseBase:
    """The document attached to a message of this application, as a download. Raises Http404 when there is none."""
    turn = conversation(application).exclude(attachment="").filter(pk=message).first()
    if turn is None:
        raise Http404("No such attachment")
    name = turn.attachment_name
    try:
        return private_files.attachment(
            turn.attachment, filename=name, content_type=CONTENT_TYPES[PurePath(name).suffix]
        )
    except FileNotFoundError as error:
        raise Http404("The document is gone") from error
