"""Somebody on the way to become a user."""

from accounts.models import TopAccount, User
from useraccess import actions
from useraccess.models import UserDraft

#: What a draft knows of a new person whose address was standardized.
KIM = {
    "first_name": "Kim",
    "middle_name": "",
    "last_name": "Lee",
    "date_of_birth": "1985-03-21",
    "email": "kim.lee@trade.example",
    "phone": "+14105550123",
    "country": "US",
    "street_address": "100 MAIN ST STE 4",
    "city": "BALTIMORE",
    "state": "MD",
    "postal_code": "21201",
    "entered": {"street_address": "100 main street, suite 4", "city": "Baltimore"},
}


def draft(top_account: TopAccount, by: User) -> UserDraft:
    """Kim's draft, with the top account chosen and the role still open."""
    row = actions.keep_new_user(None, facts=KIM, by=by)
    actions.choose_account(row, top_account=top_account, by=by)
    return row
