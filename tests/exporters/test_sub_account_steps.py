"""Create Exporter: the way through the steps, what is kept, what is refused, and what the owner finds afterwards."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.events import journal_of
from exporters import actions
from exporters.actions import sub_account as deciding
from exporters.models import ExporterDraft, ExporterSubAccount
from tests import factories
from tests.exporters import makers
from tests.exporters.makers import ADDRESSES, COMPANY, CONTACTS, errors, heading, page, text_of
from tests.harness.world import signed_in
from useraccess.models import Membership, Role

pytestmark = pytest.mark.django_db
NEW = "/accounts/exporters/new/"


class Owner:
    """An account's owner at the steps, up to `ready`: a draft whose steps are filled in, or an empty one."""

    def __init__(self, *, ready: bool = False, **company: str) -> None:
        self.account: TopAccount = factories.account()
        self.user: User = factories.owner_of(self.account)
        self.client = signed_in(self.user)
        begin = makers.draft if ready else actions.start_draft
        self.draft: ExporterDraft = begin(self.account, by=self.user, **company)

    def get(self, name: str, query: str = "") -> HttpResponse:
        return self.client.get(page(self.draft, name) + query)

    def post(self, name: str, typed: dict[str, str] | None = None, **changes: str) -> HttpResponse:
        return self.client.post(page(self.draft, name), (typed or {}) | changes)

    def kept(self, name: str) -> dict[str, str]:
        self.draft.refresh_from_db()
        return self.draft.typed(name)


def test_from_the_task_selector_to_the_accounts_list() -> None:
    account = factories.account()
    client = signed_in(factories.owner_of(account))
    selector = client.get("/accounts/?type=EXPORTER").content.decode()
    assert f'href="{NEW}"' in selector and "Create Exporter" in selector
    shown = client.get(NEW, follow=True)
    assert "Create Exporter under" in heading(shown)
    for fact in (account.company_name, account.ace_id, "LLC", str(factories.owner_of(account))):
        assert fact in text_of(shown)
    first = client.post(f"{NEW}{account.pk}/", follow=True)
    assert "Step 1 of 4" in text_of(first)
    draft = ExporterDraft.objects.get()
    for name, typed, after in (
        (
            "company",
            COMPANY | {"doing_business_as": "Kettle & Co", "duns": "150483782", "naics": "423 830"},
            "addresses",
        ),
        ("addresses", ADDRESSES, "contacts"),
        ("contacts", CONTACTS, "review"),
    ):
        answer = client.post(page(draft, name), typed)
        assert (answer.status_code, answer.headers.get("Location")) == (302, page(draft, after)), errors(answer)
    review = text_of(client.get(page(draft, "review")))
    for said in (
        *("98-7654321", "Copper Kettle Exports LLC", "Kettle & Co", "15-048-3782", "423830", "PO Box 12"),
        *("100 Main Street", "Kim Harbor, Export Manager", "+1 410-555-0123", "kim@kettle.example"),
    ):
        assert said in review, said
    answer = client.post(page(draft, "review"))
    sub_account = SubAccount.objects.get(account_type="EXPORTER")
    assert answer["Location"] == reverse("portal:sub-account", args=[sub_account.pk])
    for order in ("name", "number"):
        listed = text_of(client.get(f"/accounts/?order={order}"))
        assert "Copper Kettle Exports LLC" in listed and "**-****321" in listed and "Exporter" in listed
    details = text_of(client.get(answer["Location"]))
    for said in ("98-7654321", "Kettle & Co", "423830", "Kim Harbor", "Authorization for Reports", "Not Authorized"):
        assert said in details, said
    assert any("Exporter sub-account **-****321 added" in event.summary for event in journal_of(account))


def test_a_second_submit_and_every_old_page_land_on_the_sub_account() -> None:
    owner = Owner(ready=True)
    first, second = owner.post("review"), owner.post("review")
    assert first["Location"] == second["Location"]
    for name in ("company", "addresses", "contacts", "review"):
        assert owner.get(name)["Location"] == first["Location"]
        assert owner.post(name, COMPANY)["Location"] == first["Location"]
    assert owner.post("save-company", COMPANY).status_code == 409
    owner.post("discard")
    assert ExporterDraft.objects.count() == 1 and SubAccount.objects.count() == 1
    assert ExporterSubAccount.objects.get().contacts.count() == 1


def test_what_is_typed_is_kept_whichever_button_is_pressed() -> None:
    owner = Owner()
    for button in ({}, {"back": "1"}, {"later": "1"}):
        owner.post("company", {"ein": f"wrong {len(button)}", "legal_name": "Half a na"}, **button)
        assert owner.kept("company") == {"ein": f"wrong {len(button)}", "legal_name": "Half a na"}
    shown = owner.get("company")
    assert 'value="Half a na"' in shown.content.decode()
    assert errors(shown) == [], "coming back is no error"


def test_back_leads_back_and_loses_nothing() -> None:
    owner = Owner()
    owner.post("company", COMPANY)
    assert owner.post("addresses", {"mailing_city": "Balt"}, back="1")["Location"] == page(owner.draft, "company")
    assert 'value="98-7654321"' in owner.get("company").content.decode()
    assert owner.post("company", COMPANY)["Location"] == page(owner.draft, "addresses")
    assert 'value="Balt"' in owner.get("addresses").content.decode()
    top = reverse("exporters:top-account", args=[owner.account.pk])
    assert owner.post("company", COMPANY, back="1")["Location"] == top


def test_the_page_keeps_what_is_typed_by_itself() -> None:
    owner = Owner()
    shown = owner.get("addresses").content.decode()
    assert f'data-autosave-url="{page(owner.draft, "save-addresses")}"' in shown
    answer = owner.post("save-addresses", {"mailing_city": "Balt", "invented": "x", "mailing_state_\x00": "y"})
    assert answer.status_code == 200 and answer.json()["saved_at"]
    assert owner.kept("addresses") == {"mailing_city": "Balt"}


def test_continue_goes_on_where_one_stopped() -> None:
    owner = Owner()
    top = reverse("exporters:top-account", args=[owner.account.pk])
    assert owner.client.post(top)["Location"] == page(owner.draft, "company")
    owner.post("company", COMPANY)
    owner.post("addresses", ADDRESSES, later="1")
    assert owner.client.post(top)["Location"] == page(owner.draft, "addresses")
    owner.post("addresses", ADDRESSES)
    owner.post("contacts", CONTACTS)
    assert owner.client.post(top)["Location"] == page(owner.draft, "review")
    assert "have not finished" in text_of(owner.client.get(top))
    owner.post("discard")
    assert owner.client.post(top)["Location"] != page(owner.draft, "review")
    assert ExporterDraft.objects.get().data == {}


def test_the_review_waits_for_all_steps() -> None:
    owner = Owner()
    owner.post("company", COMPANY)
    owner.post("addresses", ADDRESSES | {"mailing_city": ""}, later="1")
    for answer in (owner.get("review"), owner.post("review")):
        assert answer["Location"] == page(owner.draft, "addresses") + "?check"
    assert errors(owner.get("addresses", "?check")) == ["Mailing City is required."]
    assert SubAccount.objects.count() == 0


def test_an_ein_of_this_account_says_where_it_is() -> None:
    owner = Owner()
    known = makers.exporter(owner.account, "98-7654321", "The First One Inc")
    shown = owner.post("company", COMPANY)
    assert len(errors(shown)) == 1 and "The First One Inc" in errors(shown)[0]
    assert f'href="{reverse("portal:sub-account", args=[known.pk])}"' in shown.content.decode()
    assert "Ask ACE Support" not in text_of(shown)
    assert owner.kept("company")["ein"] == "98-7654321"


@pytest.mark.parametrize("kind", ["exporter", "importer"])
def test_an_ein_of_another_account_is_refused_without_a_name(kind: str) -> None:
    owner = Owner(ready=True, ein="98-7654321")
    number = "98-7654321" if kind == "exporter" else "98-765432100"
    holder = makers.exporter(number=number) if kind == "exporter" else makers.importer(number=number)
    for shown in (owner.post("company", COMPANY), owner.post("review")):
        text = text_of(shown)
        assert "belongs to another portal account" in text
        assert f'href="{page(owner.draft, "dispute")}"' in shown.content.decode()
        for secret in (holder.name, holder.top_account.company_name, holder.top_account.ace_id):
            assert secret not in text
    assert SubAccount.objects.count() == 1


def test_an_ein_of_ones_own_importer_number_may_be_added_and_is_authorized_at_once() -> None:
    owner = Owner(ready=True, ein="98-7654321")
    makers.importer(owner.account, "98-765432100")
    makers.importer(number="98-7654321AB")
    assert owner.post("company", COMPANY)["Location"] == page(owner.draft, "addresses")
    created = owner.post("review")
    assert "Authorized" in text_of(owner.client.get(created["Location"])).replace("Not Authorized", "")


def test_somebody_was_faster_after_the_ein_was_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What two owners on PostgreSQL do to each other, one step after the other."""
    owner = Owner(ready=True, ein="98-7654321")
    look_up = deciding._refuse_taken

    def look_up_then_be_overtaken(ein: str, account: TopAccount) -> None:
        look_up(ein, account)
        monkeypatch.undo()
        makers.exporter(number=ein)

    monkeypatch.setattr(deciding, "_refuse_taken", look_up_then_be_overtaken)
    assert "belongs to another portal account" in text_of(owner.post("review"))
    assert not SubAccount.objects.filter(top_account=owner.account).exists()


def test_many_questions_about_eins_are_too_many() -> None:
    owner = Owner()
    for number in range(60):
        assert owner.post("company", COMPANY | {"ein": f"98-{number:07d}"}).status_code == 302
    assert "You have tried many EINs" in errors(owner.post("company", COMPANY))[0]


class TestWho:
    def pages(self, owner: Owner) -> list[str]:
        names = ("company", "addresses", "contacts", "review", "dispute")
        return [f"{NEW}{owner.account.pk}/", *(page(owner.draft, name) for name in names)]

    def test_a_proxy_may(self) -> None:
        account = factories.account()
        proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
        client, draft = signed_in(proxy), makers.draft(account, proxy)
        assert client.get(NEW)["Location"] == f"{NEW}{account.pk}/"
        assert client.post(page(draft, "review")).status_code == 302
        assert SubAccount.objects.count() == 1

    def test_a_user_is_told_whom_to_ask(self) -> None:
        owner = Owner()
        client = signed_in(factories.member(owner.account))
        for address in (NEW, f"{NEW}{owner.account.pk}/"):
            answer = client.get(address)
            assert answer.status_code == 403
            assert str(owner.user) in text_of(answer)
        assert client.post(f"{NEW}{owner.account.pk}/").status_code == 403

    def test_somebody_who_is_no_proxy_any_more_is_told_whom_to_ask(self) -> None:
        owner = Owner()
        proxy = factories.member(owner.account, Role.PROXY_TRADE_ACCOUNT_OWNER)
        draft = makers.draft(owner.account, proxy)
        Membership.objects.filter(user=proxy).update(role=Role.TRADE_ACCOUNT_USER)
        client = signed_in(proxy)
        for name in ("company", "review", "dispute", "save-company", "discard"):
            answer = client.post(page(draft, name))
            assert answer.status_code == 403 and str(owner.user) in text_of(answer), name
        assert SubAccount.objects.count() == 0

    @pytest.mark.parametrize("who", ["another company's owner", "a removed proxy", "a proxy of the same account"])
    def test_to_anybody_else_there_is_no_such_page(self, who: str) -> None:
        owner = Owner()
        proxy = factories.member(owner.account, Role.PROXY_TRADE_ACCOUNT_OWNER)
        if who == "a removed proxy":
            Membership.objects.filter(user=proxy).update(ended_at=clock.now())
        client = signed_in(factories.owner_of(factories.account()) if "another" in who else proxy)
        pages = self.pages(owner)
        for address in pages[1:] if who == "a proxy of the same account" else pages:
            assert client.get(address).status_code == 404, address
            assert client.post(address).status_code == 404, address

    def test_somebody_without_any_account_may_not(self) -> None:
        answer = signed_in(factories.person()).get(NEW)
        assert answer.status_code == 403 and "no top account" in text_of(answer)

    def test_a_visitor_signs_in_first(self) -> None:
        owner = Owner()
        for address in (NEW, *self.pages(owner)):
            assert Client().get(address)["Location"].startswith("/sign-in/")

    def test_who_owns_several_accounts_chooses(self) -> None:
        owner = Owner()
        second, third = factories.account(), factories.account()
        factories.member(second, Role.PROXY_TRADE_ACCOUNT_OWNER, owner.user)
        factories.member(third, Role.TRADE_ACCOUNT_USER, owner.user)
        shown = owner.client.get(NEW).content.decode()
        assert f"{NEW}{owner.account.pk}/" in shown and f"{NEW}{second.pk}/" in shown
        assert f"{NEW}{third.pk}/" not in shown


def test_an_application_and_a_step_speak_of_the_same_exporter() -> None:
    """What an accepted application knows fills the Details tab, too."""
    row = makers.processed()
    assert row.sub_account
    owner = factories.signed_in_before(factories.owner_of(row.sub_account.top_account))
    details = text_of(signed_in(owner).get(reverse("portal:sub-account", args=[row.sub_account.pk])))
    for said in (row.ein, row.company_name, "100 Main Street", "15-048-3782", row.applicant_email):
        assert said in details
