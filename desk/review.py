"""The page on which an officer decides, for kinds of work that are no applications."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.models import User
from ace_portal.core import preview
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of, stamp
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import key_in, ref
from desk import claims, registry
from useraccess import policy
from useraccess.review.admin import PREVIEW

#: As much as a text of the desk holds.
TEXT_LENGTH = 2000


class TextForm(PortalForm):
    """What an officer writes with a decision."""

    text = forms.CharField(label="Text", max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


@dataclass(frozen=True)
class Decision:
    """A button. `code` ends its address; `run(row, text=…, by=officer, seen=stamp)` is the action behind it.

    `fits(row, officer)` says whether it is offered; the action decides again, on the locked row.
    """

    code: str
    label: str
    what_happens: str
    run: Callable[..., Any]
    done: str
    fits: Callable[[Any, User], bool]
    is_refusal: bool = False
    #: Whether somebody is mailed, so that there is something to read before.
    mails: bool = True


class DecisionAdmin(ReadOnlyAdmin):
    """A subclass names its `decisions` and its `review_template`, and says in `facts` what the page tells."""

    decisions: ClassVar[dict[str, Decision]] = {}
    review_template: ClassVar[str]

    def facts(self, row: Any) -> dict[str, Any]:
        """What the review page tells about a row beside what it tells about all of them."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        def button(code: str) -> URLPattern:
            return path(
                f"<int:pk>/{code}/", self.admin_site.admin_view(self.decide), {"code": code}, name=self._name(code)
            )

        return [*(button(code) for code in self.decisions), *super().get_urls()]

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
        form = TextForm(request.POST, auto_id=f"{code}_%s")
        if not form.is_valid():
            return self._review(request, row, code, form)
        decision, seen = self.decisions[code], key_in(request.POST.get("seen", ""))
        run = partial(decision.run, row, text=form.cleaned_data["text"], by=request.user, seen=seen)
        try:
            if PREVIEW in request.POST:
                letters = preview.letters(run)
                return self._review(request, self.found(request, str(pk)), code, form, letters)
            run()
        except DomainError as error:
            form.add_error(None, error.message)
            return self._review(request, self.found(request, str(pk)), code, form)
        messages.success(request, f"{row} {decision.done}")
        return HttpResponseRedirect(address)

    def _review(
        self,
        request: HttpRequest,
        row: Any,
        code: str = "",
        form: TextForm | None = None,
        letters: list[preview.Letter] | None = None,
    ) -> HttpResponse:
        officer: Any = request.user
        standing = Standing.of(row, officer)
        offered = [one for one in self.decisions.values() if standing.may_decide and one.fits(row, officer)]
        forms_of = {one.code: TextForm(auto_id=f"{one.code}_%s") for one in offered} | ({code: form} if form else {})
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "media": self.media,
            "row": row,
            "history": history_of(row),
            "mails": Message.objects.filter(about=ref(row)),
            **self.facts(row),
            "standing": standing,
            "stamp": stamp(row),
            "letters": letters,
            "previewed": self.decisions[code].label if letters is not None else "",
            "refused": form,
            "decisions": [
                (one, forms_of[one.code], reverse(f"admin:{self._name(one.code)}", args=[row.pk])) for one in offered
            ],
            "unsent": form if form and code not in {one.code for one in offered} else None,
        }
        return TemplateResponse(request, self.review_template, context)


@dataclass(frozen=True)
class Standing:
    """Who works on a row, and what the person who looks at it may do about that."""

    kind: str
    pk: int
    waits: bool
    officer: User | None
    is_mine: bool
    may_decide: bool
    may_claim: bool
    may_give_up: bool
    may_note: bool

    @classmethod
    def of(cls, row: Any, person: User) -> "Standing":
        """How it is now. The actions ask again, on the locked row."""
        kind = registry.kind_of(row)
        waits = kind.open().filter(pk=row.pk).exists()
        officer = claims.officer_of(row) if waits else None
        at_the_desk = policy.is_officer(person)
        is_mine = officer == person
        return cls(
            kind=kind.code,
            pk=row.pk,
            waits=waits,
            officer=officer,
            is_mine=is_mine,
            may_decide=at_the_desk and (officer is None or is_mine),
            may_claim=at_the_desk and waits and officer is None,
            may_give_up=at_the_desk and officer is not None and (is_mine or policy.is_supervisor(person)),
            may_note=at_the_desk,
        )
