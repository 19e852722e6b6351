"""What waits at the demo's desk about 5106 records: a filing without a code, and a request to restore a voided one."""

from django.utils.datastructures import MultiValueDict

from ace_portal.core.numbers import parse_importer_number
from demo import cast
from demo.papers import paper
from demo.steps import NETWORK, checked
from form5106 import actions, presentation
from form5106.forms import RestoreForm, StepForm
from form5106.layout import steps_of
from form5106.models import Action, FiledAs, Filing, RestoreRequest


def add_filing() -> bool:
    """A change of contact by somebody of the company, who cannot have the code; returns whether it was added."""
    story = cast.FILING
    if Filing.objects.filter(filer_email=story.filer.email).exists():
        return False
    filing = actions.start(
        actions=[Action.CONTACT],
        importer_number=parse_importer_number(story.importer_number),
        company_name=cast.company(story.importer_number).company_name,
        files_as=FiledAs.COMPANY,
        email=story.filer.email,
        by=None,
        ip=NETWORK,
    )
    actions.go_on_without_code(filing, reason=story.reason)
    for step in steps_of(filing):
        form = StepForm(filing, step, MultiValueDict({name: [value] for name, value in _typed(story).items()}))
        actions.keep(filing, checked(form).typed(), page=step.slug)
    content, _ = presentation.whole(filing)
    actions.submit(filing, content=presentation.unmarked(content))
    return True


def _typed(story: cast.ContactChange) -> dict[str, str]:
    name = f"{story.filer.first_name} {story.filer.last_name}"
    return {
        "phone": story.filer.phone,
        "point_of_contact_name": name,
        "point_of_contact_email": story.filer.email,
        "certifier_name": name,
        "certifier_title": story.title,
        "certified": "on",
    }


def add_restore_request() -> bool:
    """A request to restore the voided record, with a letter of the IRS; returns whether it was added."""
    story = cast.RESTORATION
    if RestoreRequest.objects.filter(requester_email=story.requester.email).exists():
        return False
    company = cast.company(story.importer_number)
    proof = paper(
        "letter of the IRS",
        "Assignment of an Employer Identification Number",
        {
            "To": f"{company.company_name}\n{company.street_address}\n{company.city}, {company.state}",
            "Number": story.importer_number[:10],
            "What it says": "This number is yours alone. Keep this letter with your records.",
        },
    )
    typed = {
        "company_name": company.company_name,
        "importer_number": story.importer_number,
        "requester_name": f"{story.requester.first_name} {story.requester.last_name}",
        "requester_email": story.requester.email,
        "reason": story.reason,
    }
    answers = checked(RestoreForm(typed, {"proof": proof}, browser=NETWORK)).cleaned_data
    file = answers.pop("proof")
    kept = actions.Proof(file=file, original_name=file.name, size=file.size)
    actions.ask_to_restore(**answers, proof=kept, by=None, ip=NETWORK)
    return True
