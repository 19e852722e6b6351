"""Rows for tests. What a decision makes is made by that decision, so that events, mails and states are true.

`person()`, `officer()`, `account()` and the `application_…()` functions call actions; `ImporterRecordFactory` is
reference data. Every name, number and address is fictitious; e-mail addresses end in `.example`.
"""

import itertools
import re
from collections.abc import Callable
from typing import Any

import factory

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import vault
from ace_portal.core.models import Message
from ace_portal.core.numbers import parse_importer_number
from ace_portal.core.refs import ref
from ace_portal.core.text import mailbox_key
from importers import actions
from importers.forms import DetailsForm
from importers.models import ImporterApplication, ImporterRecord
from useraccess import actions as useraccess
from useraccess.models import Membership, Role
from useraccess.rights import Rights
from verification.models import AuthenticatorDevice, Throttle

#: A password that keeps to the policy, of everybody who has one.
PASSWORD = "Lanterns-over-9-Quays!"

_serial = itertools.count(1)


def serial() -> int:
    """A number that no other row of this run has."""
    return next(_serial)


def importer_number() -> str:
    """A fresh importer number of the EIN type, in normal form."""
    return f"12-{serial():07d}00"


class ImporterRecordFactory(factory.django.DjangoModelFactory[ImporterRecord]):
    """A 5106 record: active, with a point of contact, not linked to an account."""

    class Meta:
        model = ImporterRecord

    importer_number = factory.LazyFunction(importer_number)
    company_name = factory.LazyFunction(lambda: f"Company {serial()} Trading Inc.")
    point_of_contact_email = factory.LazyFunction(lambda: f"contact{serial()}@importer.example")
    point_of_contact_name = "Pat Contact"
    organizational_structure = "CORPORATION"
    street_address = "100 Main Street"
    city = "Baltimore"
    state = "MD"
    postal_code = "21201"
    country = "US"


def person(*, active: bool = True, **facts: Any) -> User:
    """A person of the trade; `active` ones have PASSWORD, others wait for an invitation."""
    number = serial()
    known = {"email": f"person{number}@trade.example", "first_name": "Robin", "last_name": f"Trader{number}"}
    user = accounts.create_person(**{**known, **facts, "by": None})
    return signed_in_before(user) if active else user


def signed_in_before(user: User) -> User:
    """Take a person through what the first sign-in leaves behind: PASSWORD and an authenticator."""
    user = accounts.set_first_password(user, password=PASSWORD, by=None)
    AuthenticatorDevice.enroll(user, confirmed=True)
    return user


def officer(*, device: bool = True, **facts: str) -> User:
    """A CBP officer with PASSWORD and, unless `device` is off, an authenticator."""
    number = serial()
    known = {"email": f"officer{number}@cbp.example", "first_name": "Olive", "last_name": f"Officer{number}"}
    user = useraccess.make_officer(**{**known, **facts, "password": PASSWORD})
    if device:
        AuthenticatorDevice.enroll(user, confirmed=True)
    return user


def supervisor(**facts: str) -> User:
    """A CBP supervisor with PASSWORD and an authenticator."""
    return _at_desk(useraccess.make_supervisor, "supervisor", **facts)


def auditor(**facts: str) -> User:
    """An auditor with PASSWORD and an authenticator."""
    return _at_desk(useraccess.make_auditor, "auditor", **facts)


def _at_desk(make: Callable[..., User], what: str, **facts: str) -> User:
    number = serial()
    known = {"email": f"{what}{number}@desk.example", "first_name": "Sam", "last_name": f"{what.title()}{number}"}
    user = make(**{**known, **facts, "password": PASSWORD})
    AuthenticatorDevice.enroll(user, confirmed=True)
    return user


def account(*, owner_active: bool = True, **facts: Any) -> TopAccount:
    """A top account with its owner (`owner_of(account)`), who has PASSWORD unless `owner_active` is off."""
    number = serial()
    opened = useraccess.open_account(
        company_name=facts.pop("company_name", f"Company {number} Holding"),
        company={"organizational_structure": "LLC", **facts},
        owner={"email": f"owner{number}@trade.example", "first_name": "Toni", "last_name": f"Owner{number}"},
        by=None,
    )
    if owner_active:
        signed_in_before(owner_of(opened))
    return opened


def owner_of(top_account: TopAccount) -> User:
    """The trade account owner of a top account."""
    return Membership.objects.live().get(top_account=top_account, role=Role.TRADE_ACCOUNT_OWNER).user


def member(
    top_account: TopAccount,
    role: Role = Role.TRADE_ACCOUNT_USER,
    user: User | None = None,
    granted: Rights | None = None,
) -> User:
    """A person (or `user`) with this role in the top account, and with the rights `granted` by its owner."""
    user = user or person()
    if granted is None:
        return useraccess.add_member(top_account, user=user, role=role, by=None).user
    return useraccess.add_existing(top_account, person=user, role=role, granted=granted, by=owner_of(top_account)).user


def replace_owner(top_account: TopAccount, successor: User | None = None, *, becomes: Role | None = None) -> User:
    """Another person (or `successor`) in the owner's seat; the former owner leaves, or `becomes` something else."""
    seat = useraccess.replace_owner(top_account, successor=successor or person(), becomes=becomes, by=None)
    return seat.user


def membership(user: User, top_account: TopAccount) -> Membership:
    """The live membership of a person in a top account."""
    return Membership.objects.live().get(user=user, top_account=top_account)


DETAILS = {
    "organizational_structure": "CORPORATION",
    "fiscal_year_end_0": "9",
    "fiscal_year_end_1": "30",
    "duns": "15-048-3782",
    "website": "https://www.company.example",
    "owner_first_name": "Toni",
    "owner_middle_name": "",
    "owner_last_name": "Owner",
    "owner_country": "US",
    "owner_street_address": "100 Main Street",
    "owner_city": "Baltimore",
    "owner_state": "MD",
    "owner_postal_code": "21201",
    "owner_phone": "410-555-0123",
}
"""What an applicant types into the details page, by field name."""


def code_for(application: ImporterApplication) -> str:
    """The code in the newest mail to the point of contact that has not been sent yet."""
    return code_in(application, "importers/code")


def code_in(row: Any, template: str) -> str:
    """The code in the newest mail of this template about a row that has not been sent yet."""
    mail = Message.objects.filter(about=ref(row), template=template).exclude(body="").first()
    assert mail is not None, "no unsent mail carries a code"
    found = re.search(r"(?<![\d-])\d{6}(?![\d-])", mail.body)
    assert found, mail.body
    return found[0]


def application_started(
    record: ImporterRecord | None = None, *, browser: str = "", **facts: str
) -> ImporterApplication:
    """An application that waits for the code. `facts`: email, company_name, ip."""
    number = serial()
    record = record or ImporterRecordFactory.create()
    _forget_codes_sent_to(record.point_of_contact_email)
    application, limit = actions.start_application(
        company_name=facts.get("company_name", record.company_name),
        importer_number=parse_importer_number(record.importer_number),
        email=facts.get("email", f"applicant{number}@trade.example"),
        browser=browser or f"browser {number}",
        ip=facts.get("ip", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"),
    )
    assert limit is None, limit
    # Not a field: the browser that may type the code.
    application.typed_in = browser or f"browser {number}"
    return application


def _forget_codes_sent_to(address: str) -> None:
    """Let this mailbox be sent a code at once, as if the last one was long ago."""
    Throttle.objects.filter(key=vault.digest("throttle", "code-to-address", mailbox_key(address))).delete()


def application_verified(record: ImporterRecord | None = None, **facts: str) -> ImporterApplication:
    """An application whose code was accepted and whose details are still empty."""
    application = application_started(record, **facts)
    actions.confirm_code(application, typed=code_for(application), browser=application.typed_in)
    application.refresh_from_db()
    return application


def application_filled_in(
    record: ImporterRecord | None = None, *, details: dict[str, str] | None = None, **facts: str
) -> ImporterApplication:
    """An application whose details are typed (DETAILS, changed by `details`) and not submitted."""
    application = application_verified(record, **facts)
    actions.keep_draft(application, DETAILS | (details or {}))
    return application


def application_submitted(
    record: ImporterRecord | None = None, *, details: dict[str, str] | None = None, **facts: str
) -> ImporterApplication:
    """An application on the desk's queue."""
    application = application_filled_in(record, details=details, **facts)
    form = DetailsForm(application.draft)
    assert form.is_valid(), form.errors.as_json()
    return actions.submit(application, details=form.details())


def application_in_review(*args: Any, by: User | None = None, **facts: Any) -> ImporterApplication:
    """An application that an officer (`by`) has claimed."""
    return actions.claim(application_submitted(*args, **facts), by=by or officer())


def application_asked(
    *args: Any, by: User | None = None, question: str = "Who signs for the company?", **facts: Any
) -> ImporterApplication:
    """An application that waits for the applicant's answer to an officer's question."""
    return actions.ask_for_information(application_submitted(*args, **facts), question=question, by=by or officer())


def application_answered(*args: Any, text: str = "I do, as its president.", **facts: Any) -> ImporterApplication:
    """An application whose applicant has answered."""
    return actions.answer(application_asked(*args, **facts), text=text)


def application_approved(*args: Any, by: User | None = None, **facts: Any) -> ImporterApplication:
    """An approved application; `account_of(application)` is the account that was opened."""
    by = by or officer()
    return actions.approve(application_in_review(*args, by=by, **facts), by=by)


def application_rejected(
    *args: Any, by: User | None = None, text: str = "The name differs from the record.", **facts: Any
) -> ImporterApplication:
    """An application decided against."""
    by = by or officer()
    return actions.reject(application_in_review(*args, by=by, **facts), reason="DOES_NOT_MATCH", text=text, by=by)


def application_withdrawn(*args: Any, **facts: Any) -> ImporterApplication:
    """An application the applicant has taken back."""
    return actions.withdraw(application_submitted(*args, **facts))


STATES = {
    "IDENTIFIED": application_started,
    "VERIFIED": application_filled_in,
    "SUBMITTED": application_submitted,
    "IN_REVIEW": application_in_review,
    "INFO_REQUESTED": application_asked,
    "APPROVED": application_approved,
    "REJECTED": application_rejected,
    "WITHDRAWN": application_withdrawn,
}
"""A maker for each state an application can be in, except EXPIRED (which takes 30 days)."""


def account_of(application: ImporterApplication) -> TopAccount:
    """The top account an approved application opened."""
    sub_account = ImporterRecord.objects.get(pk=application.record_id).sub_account
    assert sub_account is not None
    return sub_account.top_account


def importer_account() -> TopAccount:
    """A top account with an importer sub-account, as an approval opens it; its owner has PASSWORD.

    There is no application behind it, which costs many times as much: `account_of(application_approved())` has one.
    """
    record = ImporterRecordFactory.create()
    typed = {name.removeprefix("owner_"): text for name, text in DETAILS.items() if name.startswith("owner_")}
    opened = useraccess.open_account(
        company_name=record.company_name,
        company={
            "organizational_structure": DETAILS["organizational_structure"],
            "fiscal_year_end_month": int(DETAILS["fiscal_year_end_0"]),
            "fiscal_year_end_day": int(DETAILS["fiscal_year_end_1"]),
            "duns": DETAILS["duns"],
            "website": DETAILS["website"],
        },
        owner={**typed, "email": f"applicant{serial()}@trade.example", "phone": "+14105550123"},
        by=None,
    )
    actions.link(record, opened, by=None)
    signed_in_before(owner_of(opened))
    return opened
