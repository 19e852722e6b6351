"""The pages of exporters: application, Create Exporter, disputes, authorization for reports, and the two desks."""

from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import SubAccount
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from exporters import actions
from exporters.models import EinDispute, ExporterDraft
from exporters.models.authorization import ReportAuthorization
from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.exporters import authorization_samples as census
from tests.exporters import makers

APPLY = "/apply/exporter/"

simple("exporter application", "visitor", APPLY)
simple("exporter application, terms", "visitor", "/apply/exporter/terms/")
simple("desk: exporter applications", "officer", "/admin/exporters/exporterapplication/")
simple("desk: disputes", "officer", "/admin/exporters/eindispute/")
simple("census: index", "analyst", "/admin/")
simple("census: requests", "analyst", "/admin/exporters/reportauthorization/")
simple("census: requests, all", "analyst", "/admin/exporters/reportauthorization/?status=all")


@place("exporter application, everything missing")
def apply_missing(tour: Tour) -> Page:
    return press(tour.go("visitor", APPLY), "Submit")


@place("exporter application, foreign address")
def apply_foreign(tour: Tour) -> Page:
    return press(tour.go("visitor", APPLY), "Submit", country="CA", city="Toronto", ein="12-3456789")


for _state, _make in {
    "SUBMITTED": makers.submitted,
    "ACCEPTED": makers.processed,
    "REJECTED": makers.rejected,
    "FAILED": makers.failed,
}.items():
    place(f"exporter application: {_state}")(
        lambda tour, make=_make: tour.go("visitor", reverse("exporters:status", args=[make().status_token]))
    )
    place(f"desk: exporter application {_state}")(
        lambda tour, make=_make: tour.go(
            "officer", reverse("admin:exporters_exporterapplication_change", args=[make().pk])
        )
    )


@place("exporter application, received")
def submitted(tour: Tour) -> Page:
    return tour.go("visitor", reverse("exporters:submitted", args=[makers.submitted().status_token]))


@place("create exporter: which top account")
def choose(tour: Tour) -> Page:
    account = factories.account()
    owner = factories.owner_of(account)
    factories.member(factories.account(), factories.Role.PROXY_TRADE_ACCOUNT_OWNER, owner)
    return tour.go_as(owner, "/accounts/exporters/new/")


def _draft(**company: str) -> ExporterDraft:
    account = factories.account()
    return makers.draft(account, factories.owner_of(account), **company)


def _step(tour: Tour, draft: ExporterDraft, name: str) -> Page:
    return tour.go_as(draft.started_by, makers.page(draft, name))


@place("create exporter: top account")
def top_account(tour: Tour) -> Page:
    return tour.go("owner", reverse("exporters:top-account", args=[tour.cast.account.pk]))


@place("create exporter: top account, with a draft")
def top_account_begun(tour: Tour) -> Page:
    draft = _draft()
    return tour.go_as(draft.started_by, reverse("exporters:top-account", args=[draft.top_account_id]))


def _empty_step(tour: Tour, name: str) -> Page:
    account = factories.account()
    owner = factories.owner_of(account)
    return tour.go_as(owner, makers.page(actions.start_draft(account, by=owner), name))


for _name in ("company", "addresses", "contacts"):
    place(f"create exporter: {_name}, filled in")(lambda tour, name=_name: _step(tour, _draft(), name))
    place(f"create exporter: {_name}, everything missing")(
        lambda tour, name=_name: press(_empty_step(tour, name), "Next")
    )


@place("create exporter: EIN is here already")
def ein_is_here(tour: Tour) -> Page:
    draft = _draft()
    here = makers.exporter(draft.top_account)
    return press(_step(tour, draft, "company"), "Next", ein=here.identifier)


@place("create exporter: EIN is elsewhere")
def ein_is_elsewhere(tour: Tour) -> Page:
    return press(_step(tour, _draft(), "company"), "Next", ein=makers.exporter().identifier)


@place("create exporter: review")
def review(tour: Tour) -> Page:
    return _step(tour, _draft(), "review")


@place("create exporter: review, EIN taken")
def review_taken(tour: Tour) -> Page:
    return press(_step(tour, _draft(ein=makers.exporter().identifier), "review"), "Submit")


@place("dispute")
def dispute(tour: Tour) -> Page:
    return _step(tour, _draft(ein=makers.exporter().identifier), "dispute")


@place("dispute, nothing typed")
def dispute_empty(tour: Tour) -> Page:
    return press(dispute(tour), "Send to ACE Support")


def _dispute() -> tuple[ExporterDraft, EinDispute]:
    draft = _draft(ein=makers.exporter().identifier)
    ein = draft.typed("company")["ein"]
    return draft, actions.dispute_ein(ein, draft.top_account, text="It is ours.\nSee there.", by=draft.started_by)


@place("dispute, open")
def dispute_open(tour: Tour) -> Page:
    return _step(tour, _dispute()[0], "dispute")


def _desk_dispute(tour: Tour, row: EinDispute) -> Page:
    return tour.go("officer", reverse("admin:exporters_eindispute_change", args=[row.pk]))


@place("desk: a dispute, note missing")
def desk_dispute_empty(tour: Tour) -> Page:
    page = _desk_dispute(tour, _dispute()[1])
    page.get_by_role("button", name="Mark as resolved").click()
    return page


@place("desk: a dispute, resolved")
def desk_dispute_resolved(tour: Tour) -> Page:
    row = actions.resolve_dispute(_dispute()[1], note="The EIN is free now.", by=tour.cast.officer)
    return _desk_dispute(tour, row)


@place("exporter sub-account")
def exporter(tour: Tour) -> Page:
    return tour.go("owner", reverse("portal:sub-account", args=[makers.exporter(tour.cast.account).pk]))


def _tab(tour: Tour, sub_account: SubAccount) -> Page:
    return tour.go_as(census.owner_of(sub_account), census.tab(sub_account))


def _automatic() -> SubAccount:
    """An exporter whose EIN is that of an importer of the same account."""
    sub_account = census.exporter()
    census.importer(sub_account.top_account, sub_account.identifier)
    return sub_account


place("authorization: none")(lambda tour: _tab(tour, census.exporter()))
place("authorization: automatic")(lambda tour: _tab(tour, _automatic()))
for _state in ("PENDING", "AUTHORIZED", "DENIED", "REVOKED", "NOT_NEEDED"):
    place(f"authorization: {_state}")(lambda tour, make=census.STATES[_state]: _tab(tour, make().sub_account))


def _authorization(tour: Tour, name: str) -> Page:
    sub_account = census.exporter()
    return tour.go_as(census.owner_of(sub_account), census.page(name, sub_account))


@place("authorization, instructions")
def instructions(tour: Tour) -> Page:
    return _authorization(tour, "instructions")


@place("authorization, form")
def form(tour: Tour) -> Page:
    return _authorization(tour, "request")


@place("authorization, form, everything missing")
def form_missing(tour: Tour) -> Page:
    return press(form(tour), "Send the request to Census", contact_name="", contact_phone="", contact_email="")


@place("authorization, form, a wrong file")
def form_wrong_file(tour: Tour) -> Page:
    page = form(tour)
    page.locator("[name=letter]").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no"})
    return press(page, "Send the request to Census")


def _review(tour: Tour, row: ReportAuthorization) -> Page:
    return tour.go("analyst", reverse("admin:exporters_reportauthorization_change", args=[row.pk]))


for _state, _make in census.STATES.items():
    place(f"census: review {_state}")(lambda tour, make=_make: _review(tour, make()))


@place("census: review, overtaken")
def review_overtaken(tour: Tour) -> Page:
    row = census.requested()
    census.importer(row.sub_account.top_account, row.ein)
    return _review(tour, row)


@place("census: review, denied without a reason")
def review_refused(tour: Tour) -> Page:
    page = _review(tour, census.requested())
    page.get_by_role("button", name="Deny the request").click()
    return page


@place("census: review, a mail that could not be sent")
def review_failed_mail(tour: Tour) -> Page:
    row = census.denied()
    Message.objects.filter(about=ref(row)).update(
        status=Message.Status.FAILED, last_error="550 5.1.1 The mailbox is not known here", sent_at=None
    )
    return _review(tour, row)


@place("census: history")
def history(tour: Tour) -> Page:
    return tour.go("analyst", reverse("admin:exporters_reportauthorization_history", args=[census.denied().pk]))
