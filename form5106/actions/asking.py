"""The desk asks back about a filing, or about a request to restore a record; whoever handed it in answers."""

from typing import Any

from accounts.models import User
from form5106.actions.desk import AskingFilers
from form5106.actions.restoring import AskingRequesters
from form5106.models import Filing, RestoreRequest
from useraccess.attachments import Attachment
from useraccess.review import asking
from useraccess.review.asking import Asking, R

_OF: dict[Any, Asking[Any]] = {Filing: AskingFilers(), RestoreRequest: AskingRequesters()}


def ask_for_information(row: R, *, question: str, by: User, seen: int | None = None) -> R:
    """Mail a question about a filing or a request, which waits for the answer; the officer claims it by the way.

    Twice is once. Raises NotAllowed for anybody but an officer and for the filer in person, WrongState when another
    officer has it, it was decided, or it changed since it was `seen` (a stamp).
    """
    found: R = asking.ask(row, question=question, by=by, seen=seen, of=_OF[type(row)])
    return found


def answer(row: R, *, text: str, attachment: Attachment | None = None) -> R:
    """Take the answer; the filing or request goes back to the officer who asked.

    The same answer sent twice is one. Raises WrongState when nothing is asked (any more).
    """
    found: R = asking.answer(row, text=text, attachment=attachment, of=_OF[type(row)])
    return found


def chase_answers() -> int:
    """Repeat unanswered questions, once each, and close what was never answered; returns how many."""
    return sum(
        asking.chase(model.objects.filter(status=model.Status.INFORMATION_REQUESTED).order_by("pk").iterator(), of=of)
        for model, of in _OF.items()
    )
