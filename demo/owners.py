"""What waits at the demo's desk about whole accounts: one gets another owner, one is taken over."""

from django.core.files.uploadedfile import SimpleUploadedFile

from ace_portal.core.text import mailbox_key
from demo import cast
from demo.papers import paper
from demo.steps import NETWORK, account_of, checked, code_in, user
from desk import four_eyes
from mergers import actions as mergers
from mergers.models import MergerPart
from mergers.policy import moving
from ownership import actions as ownership
from ownership.forms import OwnerChangeForm
from ownership.models import Becomes, OwnerChange
from verification import throttles


def add_owner_change() -> bool:
    """A request for another owner: confirmed by the point of contact, and prepared where that takes two officers.

    Returns whether it was added.
    """
    story = cast.OWNER_CHANGE
    if OwnerChange.objects.filter(requester_email=story.requester.email).exists():
        return False
    # The code of the company's application is long typed; its mailbox need not wait a minute for this one.
    throttles.give_back("code-to-address", mailbox_key(cast.company(story.importer_number).point_of_contact_email))
    form = checked(OwnerChangeForm(_typed(story), {"proof": _letter(story)}, browser=NETWORK))
    change, limit = ownership.start(**form.request(), browser=NETWORK, ip=NETWORK)
    if limit:
        raise limit
    ownership.confirm_code(change, typed=code_in("ownership/code", change), browser=NETWORK)
    if four_eyes.needed():
        ownership.prepare(change, text=story.finding, by=user(cast.OFFICERS[1]))
    return True


def _typed(story: cast.OwnerChange) -> dict[str, str]:
    successor, requester = story.successor, story.requester
    return {
        "key": requester.email,
        "company_name": cast.company(story.importer_number).company_name,
        "importer_number": story.importer_number,
        "requester_name": f"{requester.first_name} {requester.last_name}",
        "requester_email": requester.email,
        "requester_phone": requester.phone,
        "who": OwnerChangeForm.NEW,
        "first_name": successor.first_name,
        "last_name": successor.last_name,
        "date_of_birth": story.date_of_birth,
        "email": successor.email,
        "phone": successor.phone,
        "becomes": Becomes.NOTHING.value,
        "reason": story.reason,
    }


def _letter(story: cast.OwnerChange) -> SimpleUploadedFile:
    company, successor = cast.company(story.importer_number), story.successor
    return paper(
        "letter of the company",
        "Who shall own our portal account",
        {
            "From": f"{company.company_name}\n{company.street_address}\n{company.city}, {company.state}",
            "New owner": f"{successor.first_name} {successor.last_name}",
            "What it says": story.reason,
            "Signed": f"{company.point_of_contact_name}, Vice President",
        },
    )


def add_merger() -> bool:
    """A merger both owners want, which no officer has looked at; returns whether it was added."""
    story = cast.TAKEOVER
    if MergerPart.objects.filter(sub_account__identifier=story.importer_number).exists():
        return False
    acquirer, acquired = account_of(story.acquirer), account_of(story.acquired)
    if acquirer is None or acquired is None:
        return False
    merger = mergers.propose(acquirer, acquired=acquired, parts=None, by=user(story.acquirer))
    seen = list(moving(merger).values_list("pk", flat=True))
    mergers.consent(merger, seen=seen, by=user(story.acquired))
    return True
