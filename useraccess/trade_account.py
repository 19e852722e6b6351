"""The prompt *Trade Account ACE ID* of pages and reports that span accounts (facts-access §2.2)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import TopAccount, User
from ace_portal.core import text
from ace_portal.core.forms import PortalForm
from useraccess import policy
from useraccess.models import Membership

#: One sentence for an ACE ID that nobody has and for one of an account the person does not work in.
NOT_YOURS = "You work in no account with this ACE ID. The account pick list shows the ACE IDs of yours."
NOT_TEN_DIGITS = "A Trade Account ACE ID has ten digits."
LENGTH = 10


def own_among(user: User, top_accounts: Iterable[int]) -> set[int]:
    """Which of these accounts (primary keys) are of the person's own company, not of another one's."""
    live = Membership.objects.live().filter(user=user, top_account__in=list(top_accounts))
    return set(live.values_list("top_account", flat=True))


class TradeAccountField(forms.CharField):
    """A complete ACE ID; cleans to the top account, which the person works in, or None for all of theirs."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "class": "usa-input--medium"})

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        self.user = user
        kwargs = {"label": "Trade Account ACE ID", "required": False, "max_length": 40, **kwargs}
        super().__init__(help_text="Ten digits. Empty: all accounts you work in.", **kwargs)

    def clean(self, value: Any) -> TopAccount | None:
        typed = text.fold_spaces(super().clean(value)).replace(" ", "")
        if not typed:
            return None
        if len(typed) != LENGTH or not (typed.isascii() and typed.isdigit()):
            raise ValidationError(NOT_TEN_DIGITS, code="ace_id")
        account = policy.top_accounts_visible_to(self.user).filter(ace_id=typed).first()
        if account is None:
            raise ValidationError(NOT_YOURS, code="ace_id")
        return account


class TradeAccountForm(PortalForm):
    """The prompt by itself, for a page that is asked by GET. `account` is None while nothing narrows the page."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_field("ace_id", TradeAccountField(user=user))

    @property
    def account(self) -> TopAccount | None:
        """The account that was asked for."""
        return self.cleaned_data.get("ace_id") if self.is_valid() else None

    @property
    def refused(self) -> bool:
        """Whether what was asked for is no account of the person's: then there is nothing to show."""
        return self.is_bound and not self.is_valid()


def asked_for(user: User, chosen: Any) -> TradeAccountForm:
    """The prompt with what the query string `chosen` asks for."""
    return TradeAccountForm(chosen if "ace_id" in chosen else None, user=user)
