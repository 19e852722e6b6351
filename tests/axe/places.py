"""Every page of the portal in every state worth looking at: how a browser gets there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from accounts import actions as accounts
from accounts.models import SignIn, User
from ace_portal.core import clock
from ace_portal.core.models import Message
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.exporters import authorization_samples
from tests.harness.tasks import Worker
from tests.harness.world import signed_in
from useraccess.models import Role

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


class Cast:
    """Who walks through the pages, and what they find there."""

    def __init__(self) -> None:
        self.account = factories.importer_account()
        self.owner = factories.owner_of(self.account)
        SignIn.objects.bulk_create(
            SignIn(user=self.owner, at=clock.now(), address="2001:db8:85a3:8d3:1319:8a2e:370:7348", browser=BROWSER)
            for _ in range(25)
        )
        factories.member(self.account, Role.PROXY_TRADE_ACCOUNT_OWNER)
        self.newcomer = factories.person(active=False)
        self.officer = factories.officer()
        self.analyst = authorization_samples.analyst()
        self.applications: dict[str, ImporterApplication] = {
            state: make(by=self.officer) if state in DECIDED else make() for state, make in factories.STATES.items()
        }
        self.applications["ANSWERED"] = factories.application_answered(by=self.officer)
        self.applications["EMPTY"] = factories.application_verified()
        self.applications["LONG"] = factories.application_submitted(
            factories.ImporterRecordFactory.create(
                company_name=" ".join(["Donaudampfschifffahrtsgesellschaftskapitän"] * 2)
            ),
            email=f"{'first.middle.last.' * 3}name@{'a-rather-long-name-' * 3}company.example",
        )
        Worker().run()

    def user(self, who: str) -> User | None:
        return getattr(self, who, None)


DECIDED = {"IN_REVIEW", "INFO_REQUESTED", "APPROVED", "REJECTED"}


@dataclass
class Tour:
    """A browser for each of the cast, opened once."""

    url: str
    cast: Cast
    new_context: Callable[[], BrowserContext]
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, who: str) -> Page:
        """The person's page. Whoever is no user of the portal is a visitor, each with a session of their own."""
        if who not in self.pages:
            context = self.new_context()
            user = self.cast.user(who)
            if user:
                self._let_in(context, user)
            self.pages[who] = context.new_page()
        return self.pages[who]

    def go(self, who: str, path: str) -> Page:
        """The person's page at this address."""
        page = self.page(who)
        page.goto(self.url + path)
        return page

    def go_as(self, user: User | None, path: str) -> Page:
        """The page of somebody who is not of the cast, at this address; None is a visitor nobody has met before."""
        page = self.page("somebody")
        page.context.clear_cookies()
        if user:
            self._let_in(page.context, user)
        page.goto(self.url + path)
        return page

    def _let_in(self, context: BrowserContext, user: User) -> None:
        cookie = signed_in(user).cookies["ace_session"].value
        context.add_cookies([{"name": "ace_session", "value": cookie, "url": self.url}])


Place = Callable[[Tour], Page]
PLACES: dict[str, Place] = {}


def place(name: str) -> Callable[[Place], Place]:
    """Add a page to the tour."""

    def add(reach: Place) -> Place:
        assert name not in PLACES, name
        PLACES[name] = reach
        return reach

    return add


def simple(name: str, who: str, path: str) -> None:
    """Add a page that its address alone leads to."""
    place(name)(lambda tour: tour.go(who, path))


def press(page: Page, button: str, **fields: str) -> Page:
    """Fill in fields by name and press a button of the page's main part."""
    for name, value in fields.items():
        control = page.locator(f"main [name={name}]")
        if control.evaluate("field => field.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
    return page


def at(tour: Tour, name: str, state: str, token: str = "status_token") -> str:  # noqa: S107 - the name of a field
    """The address of an application's page."""
    return reverse(f"importers:{name}", args=[getattr(tour.cast.applications[state], token)])


simple("welcome", "visitor", "/")
simple("apply: which form", "visitor", "/apply/")
simple("references", "visitor", "/references/")
simple("references, signed in", "owner", "/references/")
simple("sign-in", "visitor", "/sign-in/")
simple("retrieve password", "visitor", "/sign-in/retrieve-password/")
simple("screen 1", "visitor", "/apply/importer/")
simple("not found", "visitor", "/no/such/page/")
simple("bad request", "visitor", "/?q=%00")
simple("forbidden", "officer", "/admin/core/event/add/")
simple("home", "owner", "/")
simple("accounts", "owner", "/accounts/")
simple("accounts, type chosen", "owner", "/accounts/?type=IMPORTER")
simple("accounts, nothing found", "owner", "/accounts/?q=no+such+name&order=number")
simple("tools", "owner", "/tools/")
simple("change password", "owner", "/sign-in/change-password/")
simple("mailroom", "visitor", "/mailroom/")
simple("mailroom, nothing found", "visitor", "/mailroom/?q=no+such+letter")
simple("demo", "visitor", "/demo/")
simple("desk: sign-in", "visitor", "/admin/login/")
simple("desk: index", "officer", "/admin/")
simple("desk: queue", "officer", "/admin/importers/importerapplication/")
simple("desk: records", "officer", "/admin/importers/importerrecord/")
simple("desk: messages", "officer", "/admin/core/message/")
simple("desk: events", "officer", "/admin/core/event/")
simple("desk: people", "officer", "/admin/accounts/user/")


@place("screen 1, everything missing")
def screen_1_missing(tour: Tour) -> Page:
    return press(tour.go("visitor", "/apply/importer/"), "Next")


@place("screen 1, checks failed")
def screen_1_checks(tour: Tour) -> Page:
    record = factories.ImporterRecordFactory.create(point_of_contact_email="", status=ImporterRecord.Status.INACTIVE)
    return press(
        tour.go("visitor", "/apply/importer/"),
        "Next",
        company_name="Another Name",
        importer_number=record.importer_number,
        email=tour.cast.owner.email,
        picture="PASSED",
    )


def _to_screen_2(tour: Tour, who: str) -> Page:
    record = factories.ImporterRecordFactory.create()
    return press(
        tour.go(who, "/apply/importer/"),
        "Next",
        company_name=record.company_name,
        importer_number=record.importer_number,
        email=f"{who.replace(' ', '')}@trade.example",
        picture="PASSED",
    )


@place("screen 2")
def screen_2(tour: Tour) -> Page:
    return _to_screen_2(tour, "applicant")


@place("screen 2, wrong code")
def screen_2_wrong(tour: Tour) -> Page:
    return press(_to_screen_2(tour, "mistyping applicant"), "Next", code="not it")


@place("screen 2, asked for a new code too soon")
def screen_2_too_soon(tour: Tour) -> Page:
    return press(_to_screen_2(tour, "impatient applicant"), "Send a new code")


@place("screen 3, empty")
def screen_3_empty(tour: Tour) -> Page:
    return tour.go("visitor", at(tour, "details", "EMPTY", "draft_token"))


@place("screen 3, everything missing")
def screen_3_missing(tour: Tour) -> Page:
    return press(screen_3_empty(tour), "Next")


@place("screen 3, filled in")
def screen_3(tour: Tour) -> Page:
    return tour.go("visitor", at(tour, "details", "VERIFIED", "draft_token"))


@place("screen 3, saved")
def screen_3_saved(tour: Tour) -> Page:
    return press(screen_3(tour), "Save and continue later")


@place("check your answers")
def answers(tour: Tour) -> Page:
    return tour.go("visitor", at(tour, "answers", "VERIFIED", "draft_token"))


@place("check your answers, refused")
def answers_refused(tour: Tour) -> Page:
    record = factories.ImporterRecordFactory.create()
    late = factories.application_filled_in(record)
    factories.application_submitted(record)
    return press(tour.go("visitor", reverse("importers:answers", args=[late.draft_token])), "Submit")


for _state in ("SUBMITTED", "IN_REVIEW", "INFO_REQUESTED", "ANSWERED", "APPROVED", "REJECTED", "WITHDRAWN", "LONG"):
    place(f"status: {_state}")(lambda tour, state=_state: tour.go("visitor", at(tour, "status", state)))
    if _state != "WITHDRAWN":
        place(f"desk: review {_state}")(lambda tour, state=_state: _review(tour, state))


@place("status, empty answer")
def status_empty_answer(tour: Tour) -> Page:
    page = tour.go("visitor", at(tour, "status", "INFO_REQUESTED"))
    page.locator("main form button[type=submit]").first.click()
    return page


@place("withdraw")
def withdraw(tour: Tour) -> Page:
    return tour.go("visitor", at(tour, "withdraw", "SUBMITTED"))


@place("sign-in, wrong password")
def sign_in_wrong(tour: Tour) -> Page:
    return press(tour.go("visitor", "/sign-in/"), "Sign in", username="nobody@trade.example", password="wrong")


@place("sign-in, too many tries")
def locked_out(tour: Tour) -> Page:
    wrong = {"username": "locked@trade.example", "password": "wrong"}
    for _ in range(10):
        Client().post("/sign-in/", wrong)
    return press(tour.go("visitor", "/sign-in/"), "Sign in", **wrong)


@place("retrieve password, refused")
def retrieve_refused(tour: Tour) -> Page:
    return press(tour.go("visitor", "/sign-in/retrieve-password/"), "OK", shared_secret="nothing")


@place("temporary password")
def temporary_password(tour: Tour) -> Page:
    invited = factories.owner_of(factories.account(owner_active=False))
    return press(tour.go("visitor", "/sign-in/retrieve-password/"), "OK", shared_secret=invited.account_id)


@place("change password, refused")
def change_password_refused(tour: Tour) -> Page:
    page = tour.go("owner", "/sign-in/change-password/")
    return press(page, "Continue", old_password=factories.PASSWORD, new_password="short", again="shore")


@place("change password, some rules kept")
def change_password_checklist(tour: Tour) -> Page:
    page = tour.go("owner", "/sign-in/change-password/")
    page.locator("[name=new_password]").press_sequentially("short1")
    return page


@place("replace the authenticator, refused")
def replace_refused(tour: Tour) -> Page:
    typed = {"password": "wrong", "present_code": "000000", "code": "000000"}
    return press(tour.go_as(factories.person(), "/sign-in/authenticator/"), "Confirm", **typed)


@place("top account")
def top_account(tour: Tour) -> Page:
    return tour.go("owner", reverse("portal:top-account", args=[tour.cast.account.pk]))


@place("sub-account")
def sub_account(tour: Tour) -> Page:
    pk = tour.cast.account.sub_accounts.values_list("pk", flat=True)[0]
    return tour.go("owner", reverse("portal:sub-account", args=[pk]))


@place("a form sent without its token")
def csrf(tour: Tour) -> Page:
    page = tour.go("careless visitor", "/sign-in/")
    page.context.clear_cookies()
    return press(page, "Sign in", username="x", password="y")


@place("a letter of the mailroom")
def letter(tour: Tour) -> Page:
    page = tour.go("visitor", "/mailroom/")
    page.goto(tour.url + page.locator("main a[href^='/mailroom/']").first.get_attribute("href"))
    return page


@place("desk: sign-in, refused")
def desk_sign_in_refused(tour: Tour) -> Page:
    page = tour.go("visitor", "/admin/login/")
    page.locator("[name=username]").fill("nobody")
    page.locator("[name=password]").fill("wrong")
    page.locator("[type=submit]").first.click()
    return page


def _review(tour: Tour, state: str) -> Page:
    pk = tour.cast.applications[state].pk
    return tour.go("officer", reverse("admin:importers_importerapplication_change", args=[pk]))


@place("desk: review, rejected without a reason")
def review_refused(tour: Tour) -> Page:
    page = _review(tour, "IN_REVIEW")
    page.locator("form[action$='/reject/'] [type=submit]").first.click()
    return page


for _template in ("importers/submitted", "importers/code", "accounts/account_id"):
    place(f"desk: a message {_template}")(lambda tour, template=_template: _message(tour, template))


@place("desk: a message to a long address")
def message_to_long_address(tour: Tour) -> Page:
    return _message(tour, "importers/continue", to_address=tour.cast.applications["LONG"].applicant_email)


def _message(tour: Tour, template: str, **facts: str) -> Page:
    pk = Message.objects.filter(template=template, **facts).order_by("pk").values_list("pk", flat=True)[0]
    return tour.go("officer", reverse("admin:core_message_change", args=[pk]))


@place("desk: history with changed fields")
def desk_history(tour: Tour) -> Page:
    user = factories.person()
    accounts.change_profile(user, by=user, city="Dover", phone="+14105550199")
    return tour.go("officer", reverse("admin:accounts_user_history", args=[user.pk]))


@place("desk: a record")
def desk_record(tour: Tour) -> Page:
    page = tour.go("officer", "/admin/importers/importerrecord/")
    page.locator("#result_list a").first.click()
    return page


def boom(*_: Any) -> Any:
    """Stands in for a part of a page that is broken."""
    raise ZeroDivisionError("broken on purpose")
