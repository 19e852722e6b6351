"""Mails about an account to its owner."""

from typing import Any

from django.db import models

from accounts.models import TopAccount, User
from ace_portal.core import mail
from useraccess import policy


def tell_owner(
    top_account: TopAccount, template: str, *, about: models.Model, by: User, context: dict[str, Any] | None = None
) -> None:
    """Mail the account's owner, who receives every notification of it (facts-access §1.1), but not what they did.

    `template` names one under templates/mail/; it finds `user` (the owner), `account` and what `context` holds.
    """
    owner = policy.owner_of(top_account)
    if owner != by:
        mail.queue(
            template, to=owner.email, about=about, context={"user": owner, "account": top_account, **(context or {})}
        )
