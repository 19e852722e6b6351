"""Puts the cast on stage: 5106 records, officers, and applications driven by the same actions as on the pages."""

from collections.abc import Callable
from dataclasses import asdict

from django.conf import settings
from django.db import transaction

from accounts.models import User
from ace_portal.core.models import SimulationClock
from ace_portal.core.numbers import parse_importer_number
from demo import cast, exporting, on_file, owners, records, trade
from demo.steps import NETWORK, checked, code_in, play, sign_in_for_the_first_time
from importers import actions as importers
from importers.forms import DetailsForm
from importers.models import ImporterApplication, ImporterRecord
from tradeparties.account_types import BROKER
from tradeparties.actions import open_by_desk
from useraccess import actions as useraccess
from useraccess import policy
from useraccess.actions import cross_account, filer_codes
from useraccess.models import Level, Role
from useraccess.rights import Rights, cell
from verification.models import AuthenticatorDevice

#: What waits for somebody's decision beside applications, each after what it stands on.
WAITING = {
    "exporters": exporting.add_exporter,
    "requests to Census": exporting.add_authorization,
    "EIN disputes": exporting.add_dispute,
    "Form 5106 filings": records.add_filing,
    "un-void requests": records.add_restore_request,
    "owner change requests": owners.add_owner_change,
    "mergers": owners.add_merger,
}


class NoDemo(Exception):
    """The demo world was asked for where no demo runs."""


def load() -> dict[str, int]:
    """Put whoever is missing on stage, all in one transaction, and return how many of each kind were added.

    What somebody has played since stays as it is. Raises NoDemo unless DEMO is on: the cast's password is public.
    """
    refuse_without_demo()
    with transaction.atomic():
        _wait_for_others()
        added = {"5106 records": _add_records(), "officers": sum(_add_officer(one) for one in cast.OFFICERS)}
        added["supervisors"] = int(_add_to_desk(cast.SUPERVISOR, useraccess.make_supervisor))
        added["auditors"] = int(_add_to_desk(cast.AUDITOR, useraccess.make_auditor))
        added["Census analysts"] = int(_add_analyst(cast.ANALYST))
        added["applications"] = sum(_add_application(story) for story in cast.STORIES)
        added["users"] = sum(_add_member(one) for one in cast.TEAM)
        added["brokers"] = int(_add_broker(cast.BROKER))
        added["trade applications"] = trade.add()
        added |= {kind: play(story) for kind, story in WAITING.items()}
    return added


def _wait_for_others() -> None:
    """Two loaders at the same moment load one after the other: the clock's row is their lock."""
    SimulationClock.objects.get_or_create(pk=1)
    SimulationClock.objects.select_for_update().get(pk=1)


def refuse_without_demo() -> None:
    """Raise NoDemo unless DEMO is on."""
    if not settings.DEMO:
        raise NoDemo(
            "This is the demo's: its people share a password that everybody knows. Set DEMO=on for a rehearsal, and "
            "never where real people work."
        )


def authenticator_of(email: str) -> AuthenticatorDevice | None:
    """The authenticator of the person with this login e-mail, confirmed or being set up; None if there is none."""
    person = User.objects.by_email(email)
    return AuthenticatorDevice.objects.filter(user=person).order_by("-pk").first() if person else None


def _add_records() -> int:
    known = set(
        ImporterRecord.objects.filter(importer_number__in=[one.importer_number for one in cast.COMPANIES]).values_list(
            "importer_number", flat=True
        )
    )
    missing = [one for one in cast.COMPANIES if one.importer_number not in known]
    for one in missing:
        facts = {name: value for name, value in asdict(one).items() if name not in ("story", "outcome")}
        ImporterRecord.objects.create(**facts, **on_file.facts(one.importer_number))
    return len(missing)


def _add_officer(person: cast.Person) -> bool:
    return _add_to_desk(person, useraccess.make_officer)


def _add_analyst(person: cast.Person) -> bool:
    return _add_to_desk(person, useraccess.make_analyst)


def _add_to_desk(person: cast.Person, make: Callable[..., User]) -> bool:
    if User.objects.by_email(person.email):
        return False
    made = make(email=person.email, first_name=person.first_name, last_name=person.last_name, password=cast.PASSWORD)
    AuthenticatorDevice.enroll(made, confirmed=True)
    return True


def _add_member(member: cast.Member) -> bool:
    """One of the owner's people, added by the owner, who has signed in for the first time."""
    owner = User.objects.by_email(cast.OWNER.email)
    account = policy.top_accounts_managed_by(owner).first() if owner else None
    if owner is None or account is None or User.objects.by_email(member.person.email):
        return False
    granted = Rights(
        top_account_access=member.top_account_access,
        grid={cell(key): Level(level) for key, level in member.grid.items()},
    )
    useraccess.add_user(account, facts={**asdict(member.person)}, role=Role(member.role), granted=granted, by=owner)
    sign_in_for_the_first_time(member.person)
    return True


def _add_broker(broker: cast.Broker) -> bool:
    """The broker's account with its sub-account, and what the demo's owner let it do in theirs."""
    client_owner = User.objects.by_email(cast.OWNER.email)
    client = policy.top_accounts_managed_by(client_owner).first() if client_owner else None
    if client_owner is None or client is None or User.objects.by_email(broker.person.email):
        return False
    rosa = User.objects.get(email=cast.OFFICERS[0].email)
    account = useraccess.open_account(
        company_name=broker.company_name, company={}, owner={**asdict(broker.person)}, by=rosa
    )
    sign_in_for_the_first_time(broker.person)
    owner = policy.owner_of(account)
    open_by_desk(account, kind=BROKER, code=broker.filer_code, name=broker.company_name, by=rosa)
    filer_codes.link(client, filer_code=broker.filer_code, by=client_owner)
    granted = Rights(grid={cell("IMPORTER:details"): Level.READ})
    access = cross_account.invite(
        client, user_id=owner.account_id, ace_id=account.ace_id, granted=granted, ends_on=None, by=client_owner
    )
    cross_account.accept(access, by=owner)
    return True


def _add_application(story: cast.Story) -> bool:
    if ImporterApplication.objects.filter(applicant_email=story.applicant.email).exists():
        return False
    _decide(_apply(story), story)
    return True


def _apply(story: cast.Story) -> ImporterApplication:
    """From the first screen to Submit, as the applicant does it."""
    company, applicant = cast.company(story.importer_number), story.applicant
    browser = f"{NETWORK}: {applicant.email}"
    application, limit = importers.start_application(
        company_name=company.company_name,
        importer_number=parse_importer_number(company.importer_number),
        email=applicant.email,
        browser=browser,
        ip=NETWORK,
    )
    if limit:
        raise limit
    importers.confirm_code(application, typed=code_in("importers/code", application), browser=browser)
    form = checked(DetailsForm(_answers(story)))
    importers.keep_draft(application, form.typed())
    return importers.submit(application, details=form.details())


def _answers(story: cast.Story) -> dict[str, str]:
    company, applicant = cast.company(story.importer_number), story.applicant
    return {
        "organizational_structure": story.organizational_structure,
        "fiscal_year_end_0": "12",
        "fiscal_year_end_1": "31",
        "website": f"https://www.{applicant.email.partition('@')[2]}",
        "owner_first_name": applicant.first_name,
        "owner_last_name": applicant.last_name,
        "owner_country": company.country,
        "owner_street_address": company.street_address,
        "owner_city": company.city,
        "owner_state": company.state,
        "owner_postal_code": company.postal_code,
        "owner_phone": applicant.phone,
    }


def _decide(application: ImporterApplication, story: cast.Story) -> None:
    """What the desk has done with it so far."""
    rosa, milo = (User.objects.get(email=one.email) for one in cast.OFFICERS)
    match story.chapter:
        case "WAITING":
            pass
        case "IN_REVIEW":
            importers.claim(application, by=milo)
        case "ASKED":
            importers.claim(application, by=rosa)
            importers.ask_for_information(application, question=story.text, by=rosa)
        case "REJECTED":
            reason = ImporterApplication.Reason.NOT_AUTHORIZED
            importers.reject(application, reason=reason, text=story.text, by=rosa)
        case "APPROVED" | "SIGNED_IN":
            importers.approve(application, by=rosa)
            if story.chapter == "SIGNED_IN":
                sign_in_for_the_first_time(story.applicant)
        case unknown:
            raise ValueError(f"no such chapter: {unknown}")
