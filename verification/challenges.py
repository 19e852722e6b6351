"""Challenge questions: five different ones, answered at the first sign-in, asked two at a time to reset a password.

The real list is not published; this one is written so that answers last and are not found on a social network.
"""

from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from ace_portal.core import vault
from ace_portal.core.errors import DomainError
from ace_portal.core.text import fold_spaces
from verification.models import ChallengeAnswer

COUNT = 5
ASKED = 2

QUESTIONS: dict[str, str] = {
    "first-boss": "What was the last name of your first boss?",
    "childhood-street": "On which street did your best friend live when you were ten?",
    "first-concert": "Whose was the first concert you went to?",
    "lost-toy": "Which toy did you miss most after it was lost?",
    "disliked-dish": "Which dish were you made to eat as a child and never liked?",
    "first-flight": "Where did your first flight land?",
    "teacher": "Which teacher surprised you most?",
    "library-book": "Which book did you borrow again and again?",
    "first-thing-sold": "What was the first thing you sold?",
    "broken": "What did you break and not admit for a long time?",
    "hiding-place": "Where did you hide things as a child?",
    "summer-job": "What did you do in your first summer job?",
    "worst-haircut": "In which town did you get your worst haircut?",
    "imaginary-animal": "Which animal did you pretend to be as a child?",
    "winter-memory": "Where did you spend the coldest night of your life?",
    "school-bus": "What was the name of the driver who took you to school?",
    "first-recipe": "What was the first meal you cooked alone?",
    "unfinished": "Which hobby did you give up soonest?",
}


class AnswersRefused(DomainError):
    """The five questions and answers cannot be taken as they are."""


def set_answers(user: Any, answers: list[tuple[str, str]]) -> None:
    """Keep five questions with their answers, as password hashes; earlier ones go.

    `answers` are pairs of a question's code and the answer in clear; capitals count, white space is folded. Raises
    AnswersRefused unless they are five different questions of the list with an answer each.
    """
    codes = [code for code, _ in answers]
    if len(answers) != COUNT or len(set(codes)) != COUNT or not set(codes) <= set(QUESTIONS):
        raise AnswersRefused("Choose five different questions.")
    texts = [fold_spaces(answer) for _, answer in answers]
    if not all(texts):
        raise AnswersRefused("Answer each of the five questions.")
    rows = [
        ChallengeAnswer(user=user, position=position, question=code, answer=make_password(text))
        for position, (code, text) in enumerate(zip(codes, texts, strict=True), start=1)
    ]
    with transaction.atomic():
        ChallengeAnswer.objects.filter(user=user).delete()
        ChallengeAnswer.objects.bulk_create(rows)


def has_answers(user: Any) -> bool:
    """Whether the person has answered the five questions."""
    return ChallengeAnswer.objects.filter(user=user).count() == COUNT


def asked_of(user: Any | None, *, name: str) -> list[str]:
    """The codes of the two questions asked for this name, always the same two.

    `user` is None when nobody has that name: then two of the whole list are asked, so that a stranger cannot tell.
    """
    known = list(_answers(user).values_list("question", flat=True)) if user else []
    choice = known if len(known) == COUNT else sorted(QUESTIONS)
    return sorted(choice, key=lambda code: vault.digest("challenge", name, code))[:ASKED]


def right(user: Any | None, *, name: str, given: dict[str, str]) -> bool:
    """Whether both answers are right. `given` maps question codes to answers in clear.

    Two password hashes are compared whatever the name and the answers are, so the time tells nothing.
    """
    kept = dict(_answers(user).values_list("question", "answer")) if user else {}
    verdicts = [
        check_password(fold_spaces(given.get(code, "")), kept[code]) if code in kept else _waste_time()
        for code in asked_of(user, name=name)
    ]
    return all(verdicts)


def _answers(user: Any) -> Any:
    return ChallengeAnswer.objects.filter(user=user).order_by("position")


def _waste_time() -> bool:
    make_password("an answer nobody gave")
    return False
