"""Officers and related businesses, up to five each: asked for one at a time, without a script, and nothing lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from form5106 import actions, sealed
from form5106.models import Action, Filing
from form5106.snapshots import differences, snapshot
from tests.core.sample import Page
from tests.form5106.samples import BUSINESS, begun, company, content, filled_in, fresh, kept, new_record
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db


def officer(slot: int, name: str = "Mill, Kim", title: str = "Chair") -> dict[str, str]:
    return {f"officer{slot}_name": name, f"officer{slot}_title": title}


def related(slot: int) -> dict[str, str]:
    return {
        f"related{slot}_relation": "2",
        f"related{slot}_name": f"Mill {'ABCDEF'[slot]} LLC",
        f"related{slot}_number": f"12-90000010{slot}",
    }


def address(filing: Filing) -> str:
    return reverse("form5106:step", args=[filing.token, "business"])


def slots(answer: Any) -> dict[str, int]:
    """How many officers and related businesses a page asks for."""
    legends = [one.text for one in Page(answer.content.decode()).all("legend")]
    return {
        group: sum(legend.strip().startswith(group) for legend in legends) for group in ("Officer", "Related business")
    }


def add(client: Client, filing: Filing, group: str, **typed: str) -> Any:
    """Press a group's button and follow it."""
    return client.post(address(filing), BUSINESS | typed | {"more": group}, follow=True)


def test_one_of_each_is_asked_at_first(client: Client) -> None:
    assert slots(client.get(address(begun()))) == {"Officer": 1, "Related business": 1}


def test_another_one_is_asked_on_a_press_and_what_was_typed_is_kept(client: Client) -> None:
    filing = begun()
    answer = add(client, filing, "officers", officer1_title="")
    where, _ = answer.redirect_chain[-1]
    assert where.endswith("#id_officer2_name"), "the browser goes on in the new one"
    assert slots(answer) == {"Officer": 2, "Related business": 1}
    page = answer.content.decode()
    assert BUSINESS["officer1_name"] in page and "error" not in str(answer.context["form"].errors)
    assert fresh(filing).draft["officer1_name"] == BUSINESS["officer1_name"]
    answer = add(client, filing, "related_businesses", **officer(2))
    assert slots(answer) == {"Officer": 2, "Related business": 2}
    assert slots(client.get(address(filing))) == {"Officer": 2, "Related business": 1}, "an empty one is forgotten"


def test_an_error_elsewhere_leaves_every_slot_that_was_shown(client: Client) -> None:
    filing = begun()
    typed = BUSINESS | officer(2) | officer(3, "", "") | {"naics": "1", **related(2)}
    answer = client.post(address(filing), typed)
    assert slots(answer) == {"Officer": 3, "Related business": 2}
    assert list(answer.context["form"].errors) == ["naics"]
    answer = client.post(address(filing), BUSINESS | officer(2) | officer(3, "", "Chair"))
    assert list(answer.context["form"].errors) == ["officer3_name"]


def test_five_are_the_most(client: Client) -> None:
    filing = begun()
    typed = {name: value for slot in range(1, 6) for name, value in (officer(slot) | related(slot)).items()}
    answer = add(client, filing, "officers", **typed)
    assert slots(answer) == {"Officer": 5, "Related business": 5}
    assert "Add another" not in answer.content.decode()
    answer = client.post(address(filing), typed | officer(6) | {"officer5_title": ""})
    assert slots(answer) == {"Officer": 5, "Related business": 5}
    assert list(answer.context["form"].errors) == ["officer5_title"]
    for asked in ("999999", "-1", "x", "\u0662", ""):
        assert slots(client.get(address(filing), {"officers": asked}))["Officer"] == 5
    assert slots(client.get(address(begun()), {"officers": "99"}))["Officer"] == 5


def test_a_press_for_what_does_not_come_several_times_is_next(client: Client) -> None:
    filing = begun()
    assert client.post(address(filing), BUSINESS | {"more": "banks"})["Location"].endswith("/certification/")


def test_a_secret_number_that_cannot_be_read_is_not_lost_by_asking_for_another(client: Client) -> None:
    filing = begun()
    answer = add(client, filing, "officers", officer1_ssn="900-12-34")
    assert not answer.redirect_chain
    assert list(answer.context["form"].errors) == ["officer1_ssn"]
    assert 'value="900-12-34"' in answer.content.decode()


def test_enter_in_a_field_presses_next() -> None:
    page = Page(Client().get(address(begun())).content.decode())
    form = page.one("form", novalidate="")
    buttons = [one for one in page.all("button", type="submit") if form in one.parents]
    assert (buttons[0].text, buttons[0].attrs.get("name")) == ("Next", None)
    assert "more" in [one.attrs.get("name") for one in buttons]


def test_all_of_them_go_on_file_and_to_the_printed_copy(client: Client) -> None:
    typed = {name: value for slot in range(1, 6) for name, value in (officer(slot) | related(slot)).items()}
    typed |= {"officer3_ssn": "900-12-3459", **officer(2, "", "")}
    filing = filled_in(typed=typed)
    answers = client.get(reverse("form5106:answers", args=[filing.token])).content.decode()
    assert "Officer 4" in answers and "Related business 5" in answers and "900-12-3459" not in answers
    filing = actions.submit(filing, content=content(filing))
    record = fresh(filing).record
    assert [sealed.opened(one["ssn"]) for one in record.officers] == ["900-12-3456", "900-12-3459", "", ""]
    assert [one["number"] for one in record.related_businesses] == [f"12-90000010{slot}" for slot in range(1, 6)]
    printed = client.get(reverse("form5106:printed", args=[filing.token]))
    assert printed.content.startswith(b"%PDF-")


def test_a_complete_form_begins_with_all_that_are_on_file_and_may_take_one_away() -> None:
    _, record, owner = company()
    several = [{"name": f"Mill, {name}", "title": "Chair"} for name in ("Ada", "Bo", "Cleo")]
    type(record).objects.filter(pk=record.pk).update(officers=several)
    mine = signed_in(owner)
    same_contact = {"point_of_contact_email": record.point_of_contact_email}
    filing = filled_in(
        fresh(record), by=owner, typed=same_contact | officer(1, "Mill, Ada") | dict.fromkeys(SECRETS, "")
    )
    assert slots(mine.get(address(filing)))["Officer"] == 3
    kept(filing, officer(2, "", ""))
    actions.submit(filing, content=content(filing))
    assert [one["name"] for one in fresh(record).officers] == ["Mill, Ada", "Mill, Cleo"]


SECRETS = [name for name in BUSINESS if name.startswith(("officer1_ssn", "officer1_passport"))]


def test_an_officer_whom_another_filing_took_away_does_not_come_back() -> None:
    _, record, owner = company()
    several = [{"name": f"Mill, {name}", "title": "Chair"} for name in ("Ada", "Bo")]
    type(record).objects.filter(pk=record.pk).update(officers=several)
    filing = begun(fresh(record), [Action.REFRESH], by=owner)
    type(record).objects.filter(pk=record.pk).update(officers=several[:1])
    actions.rebase(filing)
    assert fresh(filing).draft["officer1_name"] == "Mill, Ada"
    assert fresh(filing).draft["officer2_name"] == ""


def test_every_one_is_compared() -> None:
    record = new_record(typed={**officer(2), **officer(3, "Quill, Bo")})
    before = snapshot(record)
    after = {**before, "officers": [*before["officers"][:2], {**before["officers"][2], "title": "President"}]}
    (change,) = differences(before, after)
    assert change.label == "Officer 3" and "Title: President" in change.after
