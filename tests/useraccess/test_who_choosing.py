"""Who can do what: how a place or a person is chosen among many, and what that costs."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from tests import factories
from tests.desk.conftest import words
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.useraccess.contact_samples import more_sub_accounts
from tests.useraccess.who_samples import ask, named, page_of, user
from useraccess import actions
from useraccess.models import Grant, Level, Membership, Role

pytestmark = pytest.mark.django_db
USER = Role.TRADE_ACCOUNT_USER


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


# --- Choosing a place --------------------------------------------------------------------------------------------
def test_nothing_chosen_explains(owner: Client, account: TopAccount) -> None:
    page = ask(owner, account)
    told = words(page)
    assert "Choose a place to see everybody" in told and "How a right comes about" in told
    assert page.context["place"] is page.context["person"] is None
    assert "usa-alert" not in page.content.decode().split("<main")[1]


@pytest.mark.parametrize("typed", ["harbor", "12-7654321 00", "12-7654321", "12765432100", "7654321"])
def test_a_name_or_number_that_only_one_place_has_is_answered_at_once(
    owner: Client, account: TopAccount, typed: str
) -> None:
    harbor = named(account, "Harbor North", "12-765432100")
    named(account, "Hill South")
    page = ask(owner, account, find=typed)
    assert page.context["place"].sub_account == harbor.pk
    assert "12-7654321" not in words(page).replace(typed, ""), "numbers stay masked"


def test_several_matches_are_offered_to_choose_from(owner: Client, account: TopAccount) -> None:
    first, second = named(account, "Harbor North"), named(account, "Harbor South")
    page = ask(owner, account, find="HARBOR")
    assert "2 places match “HARBOR”. Choose one from the list." in words(page)
    assert [code for code, _ in page.context["place_picker"].options] == [str(first.pk), str(second.pk)]
    assert ask(owner, account, find="harbor", place=second.pk).context["place"].sub_account == second.pk


def test_what_was_typed_counts_before_what_was_chosen_earlier(owner: Client, account: TopAccount) -> None:
    first, second = named(account, "Harbor"), named(account, "Hill")
    assert ask(owner, account, find="hill", place=first.pk).context["place"].sub_account == second.pk


def test_no_match_says_so_and_keeps_what_was_typed(owner: Client, account: TopAccount) -> None:
    page = ask(owner, account, find="no+such")
    assert "No place of this account matches “no such”. Type a part of the name." in words(page)
    assert 'value="no such"' in page.content.decode()


@pytest.mark.parametrize("which", ["foreign", "closed", "unknown", "huge", "nonsense"])
def test_a_place_that_is_not_part_of_the_account_is_refused_in_words(
    owner: Client, account: TopAccount, which: str
) -> None:
    foreign = factories.importer_account().sub_accounts.get()
    closed = named(account, "Closed")
    SubAccount.objects.filter(pk=closed.pk).update(closed_at=clock.now())
    codes = {"foreign": foreign.pk, "closed": closed.pk, "unknown": 10**9, "huge": "9" * 5000, "nonsense": "x'--"}
    page = ask(owner, account, place=codes[which])
    assert page.context["place"] is None and foreign.name not in words(page)
    assert "This place is not part of the account any more. Choose one from the list." in words(page)


def test_five_hundred_sub_accounts_can_all_be_reached(owner: Client, account: TopAccount) -> None:
    subs = more_sub_accounts(account, 500)
    page = ask(owner, account)
    assert len(page.context["place_picker"].options) == 100
    assert "The first 100 of 502. For another one, type a part of the name." in words(page)
    assert ask(owner, account, find=subs[499].name).context["place"].sub_account == subs[499].pk
    page = ask(owner, account, place=subs[499].pk)
    assert page.context["place"].sub_account == subs[499].pk
    assert f'<option value="{subs[499].pk}" selected>' in page.content.decode()


# --- Choosing a person ------------------------------------------------------------------------------------------
def test_people_are_found_by_name_and_e_mail(owner: Client, account: TopAccount) -> None:
    kim, lee = (
        factories.member(account, user=factories.person(first_name=first, last_name="Same", email=f"{first}@a.example"))
        for first in ("Kim", "Lee")
    )
    assert ask(owner, account, name="same+kim").context["person"].user == kim
    assert ask(owner, account, name="LEE@a").context["person"].user == lee
    page = ask(owner, account, name="same")
    assert "2 people match “same”. Choose one from the list." in words(page)
    assert [label for _, label in page.context["person_picker"].options] == [
        "Kim Same (kim@a.example)",
        "Lee Same (lee@a.example)",
    ]
    assert "No person of this account matches “nobody”." in words(ask(owner, account, name="nobody"))


@pytest.mark.parametrize("which", ["foreign", "former", "unknown", "huge", "nonsense"])
def test_somebody_who_is_not_part_of_the_account_is_refused_in_words(
    owner: Client, account: TopAccount, which: str
) -> None:
    other = factories.account()
    foreign = factories.membership(factories.owner_of(other), other)
    former = factories.membership(user(account), account)
    actions.revoke(former, by=factories.owner_of(account))
    codes = {"foreign": foreign.pk, "former": former.pk, "unknown": 10**9, "huge": "9" * 5000, "nonsense": "x'--"}
    page = ask(owner, account, person=codes[which])
    assert page.context["person"] is None
    assert "This person is not part of the account any more. Choose one from the list." in words(page)


def test_whoever_is_beyond_the_first_hundred_is_reached_by_address(owner: Client, account: TopAccount) -> None:
    more_entitled(account)(120)
    last = Membership.objects.filter(top_account=account).order_by("-user__last_name", "-pk")[0]
    page = ask(owner, account, person=last.pk)
    assert page.context["person"] == last and "The first 101 of 121." in words(page)


# --- Many --------------------------------------------------------------------------------------------------------
def more_entitled(account: TopAccount) -> Callable[[int], object]:
    """Adds users who read the importer's tab: every other one by a grant on the type."""

    def grow(rows: int) -> None:
        sub_account = account.sub_accounts.order_by("pk")[0]
        people = User.objects.bulk_create(
            User(
                account_id=f"A{(number := factories.serial())}",
                email=f"member{number}@trade.example",
                first_name="Robin",
                last_name=f"Member{number:06d}",
                created_at=clock.now(),
            )
            for _ in range(rows)
        )
        members = Membership.objects.bulk_create(
            Membership(user=one, top_account=account, role=USER, began_at=clock.now(), top_account_access=True)
            for one in people
        )
        Grant.objects.bulk_create(
            Grant(
                membership=one,
                account_type="IMPORTER",
                tab="details",
                sub_account=sub_account if number % 2 else None,
                level=Level.READ,
            )
            for number, one in enumerate(members)
        )

    return grow


@pytest.mark.parametrize("tab", ["details", "top_account_access", "activity-log"])
def test_a_place_asks_the_database_as_often_for_a_thousand_people_as_for_ten(
    owner: Client, account: TopAccount, tab: str
) -> None:
    place = account.sub_accounts.get().pk if tab == "details" else "top"
    assert_constant_queries(owner, page_of(account, place=place, tab=tab), more_entitled(account))


@pytest.mark.parametrize("asked", [{}, {"find": "Branch"}, {"place": "top"}])
def test_the_choice_asks_as_often_for_a_thousand_sub_accounts_as_for_ten(
    owner: Client, account: TopAccount, asked: dict[str, str]
) -> None:
    assert_constant_queries(owner, page_of(account, **asked), lambda rows: more_sub_accounts(account, rows))


def test_a_person_asks_as_often_for_a_thousand_grants_as_for_ten(owner: Client, account: TopAccount) -> None:
    member = factories.membership(user(account), account)

    def grow(rows: int) -> None:
        Grant.objects.bulk_create(
            Grant(membership=member, account_type="IMPORTER", tab="details", sub_account=one, level=Level.READ)
            for one in more_sub_accounts(account, rows)
        )

    assert_constant_queries(owner, page_of(account, person=member.pk), grow)
