"""What all status pages do on which somebody answers the desk."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from ace_portal.core.errors import DomainError
from useraccess.review.forms import AnswerForm


def sent_answer(request: HttpRequest, form: AnswerForm, answer: Callable[..., object]) -> bool:
    """Hand a valid answer to the action and say what became of it; False while there is none to be handed on."""
    if not form.is_valid():
        return False
    try:
        answer(**form.answer())
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "Your answer has been sent to the officer.")
    return True
