"""Who can do what, in the browser."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import TopAccount
from useraccess import who as questions
from useraccess.models import Membership
from useraccess.people import limit_in_words, standing
from useraccess.views.common import frame, manager_of


@require_safe
@login_required
def who(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a place and see its people, or choose a person and see what they may do."""
    member = manager_of(request, pk)
    account, asked = member.top_account, request.GET
    place_picker, place = questions.place_picker(account, _text(asked, "find"), asked.get("place", ""))
    person_picker, person = questions.person_picker(account, _text(asked, "name"), asked.get("person", ""))
    answer: dict[str, Any] = {"place": None, "person": None}
    if place is not None:
        answer |= _people_at(account, place, asked)
    elif person is not None:
        answer |= _sheet_of(person, asked)
    pickers = {"place_picker": place_picker, "person_picker": person_picker}
    return render(request, "useraccess/who.html", {**frame(member, "who"), **pickers, **answer})


def _text(asked: QueryDict, name: str) -> str:
    return asked.get(name, "").strip()[:100]


def _people_at(account: TopAccount, place: questions.Place, asked: QueryDict) -> dict[str, Any]:
    tab = place.tab(asked.get("tab", ""))
    page, entitled = questions.people_at(account, place, tab, asked.get("page"))
    return {"place": place, "tab": tab, "page": page, "entitled": entitled}


def _sheet_of(person: Membership, asked: QueryDict) -> dict[str, Any]:
    by_type, page, own = questions.sheet(person, asked.get("page"))
    return {
        "person": person,
        "standing": standing(person.user),
        "limit": limit_in_words(person),
        "doors": questions.doors(person),
        "by_type": by_type,
        "page": page,
        "own": own,
    }
