"""The demo's exporter: its account, what it asks Census, and the EIN it misses."""

from dataclasses import asdict

from accounts.models import SubAccount
from ace_portal.core.errors import WrongState
from demo import cast
from demo.papers import paper
from demo.steps import NETWORK, account_of, checked, sign_in_for_the_first_time, user
from exporters import actions
from exporters.actions.authorization import request_authorization
from exporters.forms import ApplicationForm
from exporters.forms.authorization import AuthorizationForm
from exporters.models import EinDispute, ExporterApplication
from exporters.models.authorization import ReportAuthorization
from exporters.models.sub_account import exporter_of


def add_exporter() -> bool:
    """The exporter applies, gets its account, and its owner signs in; returns whether it was added.

    Raises WrongState when the rules reject the application: somebody else has the EIN, or is known by that name.
    """
    story = cast.EXPORTER
    if ExporterApplication.objects.filter(applicant_email=story.owner.email).exists():
        return False
    form = checked(ApplicationForm(_application(story), browser=NETWORK))
    application = actions.submit(answers=form.answers(), key=story.ein, browser=NETWORK, ip=NETWORK)
    actions.process(application.pk)
    application.refresh_from_db()
    if application.status != ExporterApplication.Status.ACCEPTED:
        raise WrongState(f"the demo's exporter was not accepted: {application.get_status_display()}")
    sign_in_for_the_first_time(story.owner)
    return True


def _application(story: cast.Exporter) -> dict[str, str]:
    return asdict(story.address) | {
        "ein": story.ein,
        "company_name": story.company_name,
        "fiscal_year_end_0": "12",
        "fiscal_year_end_1": "31",
        "owner_first_name": story.owner.first_name,
        "owner_last_name": story.owner.last_name,
        "owner_date_of_birth": story.date_of_birth,
        "owner_phone": story.owner.phone,
        "email": story.owner.email,
        "email_again": story.owner.email,
        "terms": "on",
    }


def add_authorization() -> bool:
    """The exporter asks Census for what is filed under its EIN; returns whether the request was added."""
    story = cast.EXPORTER
    sub_account = exporter()
    if sub_account is None or ReportAuthorization.objects.filter(ein=story.ein).exists():
        return False
    name = f"{story.owner.first_name} {story.owner.last_name}"
    typed = {
        "reason": story.reason,
        "acts_as": ReportAuthorization.ActsAs.USPPI.value,
        "contact_name": name,
        "contact_phone": story.owner.phone,
        "contact_email": story.owner.email,
    }
    says = {"From": story.company_name, "EIN": story.ein}
    papers = {
        "letter": paper("request letter", "Request for export data", says | {"What it says": story.reason}),
        "certification": paper("certification", "Certification of authority", says | {"May speak for it": name}),
    }
    form = checked(AuthorizationForm(typed, papers, ein=story.ein))
    request_authorization(
        sub_account,
        details=form.details(),
        affiliates=form.cleaned_data["affiliates"],
        uploads=form.uploads(),
        by=user(story.owner),
    )
    return True


def exporter() -> SubAccount | None:
    """The exporter's own sub-account; None if it is not in its account (any more)."""
    account = account_of(cast.EXPORTER.owner)
    return exporter_of(cast.EXPORTER.ein, account) if account else None


def add_dispute() -> bool:
    """A forwarder adds an EIN of its customer, who asks CBP to look into it; returns whether that was added."""
    story = cast.DISPUTE
    if EinDispute.objects.filter(ein=story.ein).exists():
        return False
    holder, ours = account_of(story.holder), account_of(story.raised_by)
    if holder is None or ours is None:
        return False
    if exporter_of(story.ein, holder) is None:
        draft = actions.start_draft(holder, by=user(story.holder))
        actions.create_exporter(draft, _facts(story), by=user(story.holder))
    actions.dispute_ein(story.ein, ours, text=story.text, by=user(story.raised_by))
    return True


def _facts(story: cast.Dispute) -> actions.ExporterFacts:
    address, contact = asdict(story.address), asdict(story.raised_by)
    return actions.ExporterFacts(
        ein=story.ein, name=story.company_name, mailing=address, physical=address, contacts=[contact]
    )
