"""/mailroom/: everybody's letters in a rehearsal, and nothing at all outside of one."""

import re
from typing import Any

import pytest
from django.test import Client

from ace_portal.core import clock
from mailroom.models import Letter
from mailroom.views import MAILBOXES, PAGE_SIZE
from tests import factories
from tests.harness.queries import assert_constant_queries

pytestmark = pytest.mark.django_db


def write(to: str = "ada@trade.example", subject: str = "A letter", body: str = "Hello") -> Letter:
    return Letter.objects.create(
        to_address=to, subject=subject, body=body, message_id=f"<{factories.serial()}@test>", sent_at=clock.now()
    )


def page(client: Client, path: str = "/mailroom/", **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def letters_on(html: str) -> list[str]:
    return re.findall(r'href="/mailroom/\d+/">([^<]*)</a>', html)


def test_without_the_switch_there_is_no_mailroom(client: Client) -> None:
    letter = write()
    assert client.get("/mailroom/").status_code == 404
    assert client.get(f"/mailroom/{letter.pk}/").status_code == 404


def test_switched_off_it_answers_404_even_where_the_address_is_still_known(
    client: Client, rehearsal: None, settings: Any
) -> None:
    letter = write()
    settings.MAILROOM = False
    assert client.get("/mailroom/").status_code == 404
    assert client.get(f"/mailroom/{letter.pk}/").status_code == 404


def test_all_letters_are_listed_newest_first_without_signing_in(client: Client, rehearsal: None) -> None:
    for subject in ("First", "Second", "Third"):
        write(subject=subject)
    html = page(client)
    assert letters_on(html) == ["Third", "Second", "First"]
    assert "Everybody can read everything here" in html
    assert "3 letters, newest first" in html


def test_an_empty_mailroom_says_so(client: Client, rehearsal: None) -> None:
    assert "No letters yet" in page(client)


def test_one_mailbox_can_be_picked_from_the_addresses_with_their_counts(client: Client, rehearsal: None) -> None:
    write("ada+tag@trade.example", "For Ada")
    write("bob@trade.example", "For Bob")
    write("bob@trade.example", "For Bob again")
    html = page(client)
    assert re.findall(r">([a-z+]+@trade\.example)</a>\s*\((\d+)", html) == [
        ("bob@trade.example", "2"),
        ("ada+tag@trade.example", "1"),
    ]
    link = re.search(r'href="(/mailroom/\?address=ada[^"]*)"', html)
    assert link
    assert letters_on(page(client, link[1])) == ["For Ada"]


def test_the_search_looks_at_addresses_and_subjects(client: Client, rehearsal: None) -> None:
    write("ada@trade.example", "Welcome")
    write("bob@trade.example", "Verification code")
    assert letters_on(page(client, q=" ADA@ ")) == ["Welcome"]
    assert letters_on(page(client, q="verification")) == ["Verification code"]
    assert letters_on(page(client, q="verification", address="ada@trade.example")) == []
    assert "No letter matches" in page(client, q="nobody")


@pytest.mark.parametrize(
    "words", ["'; DROP TABLE mailroom_letter; --", "<script>alert(1)</script>", "%", "x" * 5000, "😀"]
)
def test_strange_searches_find_nothing_and_break_nothing(client: Client, rehearsal: None, words: str) -> None:
    write()
    html = page(client, q=words)
    assert letters_on(html) == []
    assert "<script>alert" not in html


def test_more_letters_than_a_page_holds_are_on_the_next(client: Client, rehearsal: None) -> None:
    for number in range(PAGE_SIZE + 1):
        write(subject=f"Letter {number}")
    assert len(letters_on(page(client))) == PAGE_SIZE
    assert letters_on(page(client, page="2")) == ["Letter 0"]
    assert letters_on(page(client, page="999")) == ["Letter 0"]
    assert len(letters_on(page(client, page="nonsense"))) == PAGE_SIZE


def test_many_mailboxes_are_cut_to_those_with_the_newest_letters(client: Client, rehearsal: None) -> None:
    for number in range(MAILBOXES + 5):
        write(f"person{number}@trade.example")
    html = page(client)
    assert f"The {MAILBOXES} with the newest letters" in html
    assert "?address=person0%40" not in html


def test_a_letter_is_shown_as_text_with_a_code_to_copy(client: Client, rehearsal: None) -> None:
    body = "Hello <b>Ada</b>,\n\n    654321\n\nGo on: http://testserver/apply/importer/\nor http://evil.example/"
    letter = write(subject="Code & more", body=body)
    assert "654321" in page(client)
    html = page(client, f"/mailroom/{letter.pk}/")
    assert "Hello &lt;b&gt;Ada&lt;/b&gt;," in html
    assert 'href="/apply/importer/">http://testserver/apply/importer/</a>' in html
    assert 'href="http://evil' not in html
    assert re.search(r"<textarea[^>]*readonly>654321</textarea>", html)
    assert "<title>Code &amp; more" in html


def test_a_letter_points_to_the_newest_one_to_the_same_address(client: Client, rehearsal: None) -> None:
    old, _, newest, other = write(), write(), write(subject="Newest"), write("bob@trade.example", "To Bob")
    assert f'href="/mailroom/{newest.pk}/">Newest</a>' in page(client, f"/mailroom/{old.pk}/")
    assert "There is a newer letter" not in page(client, f"/mailroom/{newest.pk}/")
    assert "There is a newer letter" not in page(client, f"/mailroom/{other.pk}/")


def test_a_letter_that_does_not_exist_is_404(client: Client, rehearsal: None) -> None:
    assert client.get("/mailroom/4711/").status_code == 404
    assert client.get(f"/mailroom/{10**30}/").status_code == 404


def test_reading_changes_nothing_and_nothing_else_is_offered(client: Client, rehearsal: None) -> None:
    letter = write()
    assert client.post("/mailroom/").status_code == 405
    assert client.post(f"/mailroom/{letter.pk}/").status_code == 405
    assert client.head("/mailroom/").status_code == 200


def test_the_list_takes_the_same_queries_for_ten_letters_and_a_thousand(client: Client, rehearsal: None) -> None:
    def grow(count: int) -> None:
        for number in range(count):
            write(f"person{number % 300}@trade.example")

    assert assert_constant_queries(client, "/mailroom/", grow) <= 4
