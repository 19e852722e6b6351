"""What an action says when it refuses. Each error carries the sentence the user reads."""

from datetime import datetime


class DomainError(Exception):
    """A decision could not be taken. `message` is shown to the person who asked for it.

    `code` is a short stable name for tests, logs and programs; `field` names the form field it belongs to, if any.
    """

    code = "refused"

    def __init__(self, message: str, *, code: str = "", field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class NotAllowed(DomainError):
    """This person may not do this to this object."""

    code = "not_allowed"


class WrongState(DomainError):
    """The thing is no longer, or not yet, in the state the decision starts from."""

    code = "wrong_state"


class TooMany(DomainError):
    """A limit is reached. `retry_at` says (simulated time) when the next attempt will be taken."""

    code = "too_many"

    def __init__(self, message: str, *, retry_at: datetime, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.retry_at = retry_at


class Taken(DomainError):
    """An identifier (e-mail address, importer number, EIN) already belongs to somebody else."""

    code = "taken"
