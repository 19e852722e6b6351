"""The applications of the trade parties in the browser: sections, a look at the answers, the status page."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.applications import EXPECTED_WAIT, conversation
from ace_portal.core import clock, tokens
from ace_portal.core.errors import DomainError
from tradeparties import application_actions as actions
from tradeparties import checks, presentation
from tradeparties.application_forms import (
    AT_THE_BEGINNING,
    Filled,
    about_types,
    filled,
    first_activity,
    form_class,
    initial,
)
from tradeparties.descriptions import PROTEST, TRADE, Section
from tradeparties.models import TradeApplication
from useraccess.review.forms import AnswerForm
from useraccess.review.pages import sent_answer
from useraccess.review.presentation import attachment_of, timeline
from useraccess.review.steps import ChecksFailed
from verification.visitors import browser_of, ip_of

STEPS = [*(section.title for section in TRADE.sections), "Check your answers"]
FIRST = TRADE.sections[0]
Status = TradeApplication.Status


def _refused(form: Any, error: DomainError) -> None:
    """Put a refusal where it belongs: beside its fields, or above the form."""
    if not isinstance(error, ChecksFailed):
        form.add_error(None, error.message)
        return
    for failure in error.failures:
        form.add_error(failure.field if failure.field in form.fields else None, failure.message)


def _key(request: HttpRequest) -> str:
    """The random key of this opening of a form: what is sent twice with it is one."""
    return request.POST.get("key", "")[:40] or tokens.link_token()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The first section. A second click on Next lands on the draft the first one began.

    `?activity=` is the account type chosen on the way here; it waits in the section about activities.
    """
    browser = browser_of(request)
    form = form_class([FIRST])(request.POST or None, browser=browser)
    key = _key(request)
    if form.is_valid():
        try:
            answers = form.answers()
            typed = first_activity(request.GET.get("activity", ""), answers["company_name"]) | form.typed()
            application = actions.start(answers=answers, typed=typed, key=key, browser=browser, ip=ip_of(request))
        except DomainError as error:
            _refused(form, error)
        else:
            return redirect("tradeparties:step", application.draft_token, TRADE.sections[1].code)
    context = {"form": form, "key": key, "description": TRADE, "here": FIRST, "steps": STEPS, "current": 1}
    return render(request, "tradeparties/step.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply_protest(request: HttpRequest) -> HttpResponse:
    """The protest filer's application: one page. A second click on Submit lands on the status page of the first."""
    browser = browser_of(request)
    form = form_class(PROTEST.sections)(request.POST or None, browser=browser)
    key = _key(request)
    if form.is_valid():
        ein = form.cleaned_data["ein"]
        try:
            application = actions.apply_as_protest_filer(
                answers=form.answers(), ein=ein, key=key, browser=browser, ip=ip_of(request)
            )
        except DomainError as error:
            _refused(form, error)
        else:
            messages.success(request, "Your application has been received. Keep the link of this page.")
            return redirect("tradeparties:status", application.status_token)
    return render(request, "tradeparties/protest.html", {"form": form, "key": key, "description": PROTEST})


def _draft(token: str) -> TradeApplication:
    return get_object_or_404(TradeApplication, draft_token=token)


def _elsewhere(request: HttpRequest, application: TradeApplication) -> HttpResponse | None:
    """Where the applicant belongs instead, if the application is no longer being filled in."""
    if application.status == Status.DRAFT:
        return None
    if application.status == Status.EXPIRED:
        messages.warning(request, "This application was not finished in 30 days and has been closed. Start a new one.")
        return redirect("tradeparties:apply")
    return redirect("tradeparties:status", application.status_token)


def _section(code: str) -> Section:
    try:
        return TRADE.section(code)
    except KeyError as error:
        raise Http404("No such section") from error


def _following(token: str, section: Section) -> HttpResponse:
    """What comes after a section."""
    place = TRADE.sections.index(section) + 1
    if place == len(TRADE.sections):
        return redirect("tradeparties:answers", token)
    return redirect("tradeparties:step", token, TRADE.sections[place].code)


@never_cache
@require_safe
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: continue with the first section that is not finished."""
    application = _draft(token)
    if other := _elsewhere(request, application):
        return other
    unfinished = filled(TRADE, application.draft).unfinished
    if unfinished is None:
        return redirect("tradeparties:answers", token)
    return redirect("tradeparties:step", token, unfinished.code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, token: str, section: str) -> HttpResponse:
    """A section. What was typed is kept on the server before it is looked at."""
    application, here = _draft(token), _section(section)
    if other := _elsewhere(request, application):
        return other
    asks = form_class([here], AT_THE_BEGINNING)
    if request.method == "POST":
        form = asks(request.POST)
        try:
            actions.keep_draft(application, form.typed())
        except DomainError as error:
            messages.warning(request, error.message)
            return redirect("tradeparties:resume", token)
        if "save" in request.POST:
            messages.success(request, "Saved. Continue now, or later with the link in your mail.")
            return redirect("tradeparties:step", token, section)
        if "more" in request.POST and here.repeated:
            form = asks(initial=initial(application.draft), rows=form.rows + 1)
        elif form.is_valid() and _passes(form, here, ip_of(request)):
            return _following(token, here)
    elif "check" in request.GET:
        form = filled(TRADE, application.draft).form_of(here)
    else:
        form = asks(initial=initial(application.draft))
    context = {
        "form": form,
        "application": application,
        "description": TRADE,
        "here": here,
        "steps": STEPS,
        "current": TRADE.sections.index(here) + 1,
        "about_types": about_types() if here.repeated else [],
    }
    return render(request, "tradeparties/step.html", context)


def _passes(form: Any, section: Section, ip: str) -> bool:
    """Whether nothing known to the portal speaks against a valid section; what does is put beside its field."""
    if not (section.repeated or section.person):
        return True
    try:
        actions.count_check(ip)
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    if section.repeated:
        return _activities_pass(form)
    data = form.cleaned_data
    failed = checks.person_failures(data["owner_first_name"], data["owner_last_name"], data["owner_date_of_birth"])
    for failure in failed:
        form.add_error(failure.field, failure.message)
    return not failed


def _activities_pass(form: Any) -> bool:
    found = checks.activity_failures(form.activities())
    # add_error takes a field out of cleaned_data, so the fields are named first.
    fields = [form.field_of(index) for index in range(len(found))]
    for field, failed in zip(fields, found, strict=True):
        for failure in failed:
            form.add_error(field, failure.message)
    return not any(found)


@require_POST
def draft(request: HttpRequest, token: str, section: str) -> HttpResponse:
    """Keep what was typed so far, without leaving the page."""
    form = form_class([_section(section)], AT_THE_BEGINNING)(request.POST)
    try:
        actions.keep_draft(_draft(token), form.typed())
    except DomainError as error:
        return JsonResponse({"error": error.message}, status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(clock.now()):%-I:%M %p}"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, token: str) -> HttpResponse:
    """Check your answers, then Submit. A second Submit lands on the status page."""
    application = _draft(token)
    if other := _elsewhere(request, application):
        return other
    whole: Filled = filled(TRADE, application.draft)
    if unfinished := whole.unfinished:
        response = redirect("tradeparties:step", token, unfinished.code)
        response["Location"] += "?check=1"
        return response
    context: dict[str, Any] = {"application": application, "steps": STEPS, "problems": []}
    if request.method == "POST":
        try:
            actions.count_check(ip_of(request))
            actions.submit(application, answers=whole.answers(), activities=whole.activities())
        except ChecksFailed as error:
            context["problems"] = [failure.message for failure in error.failures]
        except DomainError as error:
            context["problems"] = [error.message]
        else:
            return redirect("tradeparties:status", application.status_token)
    context["sections"] = presentation.answer_sections(application, whole)
    return render(request, "tradeparties/answers.html", context)


def _submitted(token: str) -> TradeApplication:
    ended_early = (*TradeApplication.DRAFT, Status.EXPIRED)
    return get_object_or_404(TradeApplication.objects.exclude(status__in=ended_early), status_token=token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands; the applicant can answer a question of the desk."""
    application = _submitted(token)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if sent_answer(request, form, partial(actions.answer, application)):
        return redirect("tradeparties:status", token)
    context = {
        "application": application,
        "form": form if application.status == Status.INFORMATION_REQUESTED else None,
        "timeline": timeline(application),
        "turns": conversation(application),
        "attachment_url": "tradeparties:attachment",
        "sections": presentation.submitted_sections(application, for_desk=False),
        "wait": EXPECTED_WAIT,
    }
    return render(request, "tradeparties/status.html", context)


@never_cache
@require_safe
def attachment(request: HttpRequest, token: str, message: int) -> HttpResponseBase:
    """What the applicant attached to an answer."""
    return attachment_of(_submitted(token), message)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, then take the application back."""
    application = _submitted(token)
    if request.method == "POST":
        try:
            actions.withdraw(application)
        except DomainError as error:
            messages.warning(request, error.message)
        return redirect("tradeparties:status", token)
    if not application.is_open:
        return redirect("tradeparties:status", token)
    return render(request, "tradeparties/withdraw.html", {"application": application})
