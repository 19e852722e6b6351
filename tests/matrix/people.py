"""The columns of the matrix, and the rows that its addresses point to."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from accounts.actions import ENROLLMENT, RESET_PURPOSE
from accounts.applications import conversation
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from exporters import actions as exporters
from form5106.models import Action
from importers import actions as importers
from importers.models import ImporterRecord
from mailroom.models import Letter
from tests import factories
from tests.desk.work import at_both_desks
from tests.exporters import authorization_samples, makers
from tests.form5106 import samples as filings
from tests.harness.world import signed_in
from tests.mergers import samples as mergers
from tests.ownership import samples as owners
from tests.tradeparties import samples as trade
from tests.useraccess import access_samples, samples
from tests.useraccess.contact_samples import contact
from useraccess.actions import REACTIVATION, activity, cross_account, filer_codes
from useraccess.attachments import Attachment
from useraccess.models import Level, Membership, Role, TradeContact
from useraccess.rights import Rights
from verification import links, pictures
from verification.models import AuthenticatorDevice


class World:
    """One company with its people, another company, the desks, and one row behind every kind of address."""

    def __init__(self) -> None:
        self.account: TopAccount = factories.importer_account()
        self.tao = factories.owner_of(self.account)
        self.user = factories.member(self.account, Role.TRADE_ACCOUNT_USER)
        self.other = factories.owner_of(factories.importer_account())
        self.removed = factories.member(self.account)
        Membership.objects.filter(user=self.removed).update(ended_at=clock.now())
        self.people: dict[str, User | None] = {
            "visitor": None,
            "TAO": self.tao,
            "PTAO": factories.member(self.account, Role.PROXY_TRADE_ACCOUNT_OWNER),
            "user": self.user,
            "reader": factories.member(self.account, granted=Rights(top_account_access=True).everywhere(Level.READ)),
            "other": self.other,
            "broker": (clerk := factories.member(factories.account())),
            "removed": self.removed,
            "officer": factories.officer(),
            "analyst": authorization_samples.analyst(),
            "auditor": factories.auditor(),
            "both": at_both_desks(),
            "half": self.tao,
            "no-device": factories.officer(device=False),
        }
        self._access(clerk)
        self.clients: dict[str, Client] = {
            who: signed_in(user, half=who == "half") for who, user in self.people.items()
        }
        self._importers()
        self._exporters()
        self._log_and_plan()
        self._contacts()
        self._owners()
        self._mergers()
        self._filings()
        self._adding()
        self._links()
        self._trade_parties()

    def _access(self, clerk: User) -> None:
        """Cross Account Access in every state that has a page of its own, given and received by the account."""
        own, broker = self.account, clerk.memberships.get().top_account
        self.given = access_samples.active(own, broker, EVERYTHING)
        cross_account.pass_on(self.given, user=clerk, granted=None, by=factories.owner_of(broker))
        self.offered = access_samples.offered(own, factories.account())
        self.requested = access_samples.requested(own, factories.account())
        self.filer_code = filer_codes.link(own, filer_code="AB1", by=self.tao)
        self.offer_received = access_samples.offered(factories.account(), own)
        self.received = access_samples.active(factories.account(), own)
        self.passed_on = factories.membership(factories.member(own), own)
        cross_account.pass_on(self.received, user=self.passed_on.user, granted=None, by=self.tao)

    def _importers(self) -> None:
        self.started = factories.application_started()
        self.filled_in = factories.application_filled_in()
        self.submitted = factories.application_submitted()
        self.letter = Letter.objects.create(
            to_address="robin@trade.example",
            subject="A letter",
            body="Hello",
            message_id="<1@portal.example>",
            sent_at=clock.now(),
        )

    def _exporters(self) -> None:
        self.applied = makers.submitted()
        self.stopped = makers.failed()
        self.draft = makers.draft(self.account, self.tao)
        taken = makers.exporter().identifier
        self.dispute = exporters.dispute_ein(taken, self.account, text="It is ours.", by=self.tao)
        self.exporter = makers.exporter(self.account)
        self.request = authorization_samples.requested(makers.exporter(self.account))
        self.document = self.request.documents.earliest("pk")
        self.given_up = Message.objects.create(
            to_address=self.tao.email,
            template="exporters/report_authorization_denied",
            subject="Denied",
            body="…",
            about=ref(self.request),
            status=Message.Status.FAILED,
            message_id="<given-up@portal.example>",
            created_at=clock.now(),
            next_attempt_at=clock.now(),
        )

    def _log_and_plan(self) -> None:
        attachment = Attachment(io.BytesIO(b"a,b\n"), "table.csv")
        self.entry = activity.add_entry(self.account, subject="Bond", text="…", attachment=attachment, by=self.tao)
        bond = activity.ItemFacts(title="Renew the bond", owner=self.user, due_on=activity.today())
        self.item = activity.add_item(self.account, facts=bond, by=self.tao)

    def _adding(self) -> None:
        self.place_of_user = factories.membership(self.user, self.account)
        self.adding = samples.draft(self.account, self.tao)

    def _contacts(self) -> None:
        self.contact = contact(self.account)
        self.place = self.contact.places.get()

    def _owners(self) -> None:
        self.proposal = owners.proposed(self.account, self.people["PTAO"])
        self.begun = owners.begun()
        self.handed_in = owners.submitted()
        self.announced = owners.waiting(self.account, becomes="USER")

    def _mergers(self) -> None:
        """A merger proposed by the account, one proposed to it, and one that is with the desk."""
        other, another = factories.account(), factories.account()
        self.acquiring = mergers.actions.propose(self.account, acquired=other, parts=None, by=self.tao)
        by = factories.owner_of(another)
        self.acquired = mergers.actions.propose(another, acquired=self.account, parts=None, by=by)
        self.agreed = mergers.Companies(acquired=factories.account()).consented()

    def _filings(self) -> None:
        """Strangers' filings, opened by their links; the history is of the company's own record."""
        self.form = filings.filled_in()
        self.unproved = filings.begun(factories.ImporterRecordFactory.create(), [Action.NAME])
        self.filed = filings.at_the_desk()
        self.restore = filings.restore_requested()
        self.filing_answered = filings.answered_with_a_document(filings.at_the_desk())
        self.restore_answered = filings.answered_with_a_document(filings.restore_requested())
        self.own_record = ImporterRecord.objects.get(sub_account__top_account=self.account)

    def _links(self) -> None:
        self.enrollment = links.issue(ENROLLMENT, user=factories.officer(device=False), lives=timedelta(hours=1))
        self.reset_link = links.issue(RESET_PURPOSE, user=factories.person(), lives=timedelta(hours=1))
        suspended = factories.owner_of(factories.account())
        User.objects.filter(pk=suspended.pk).update(status=User.Status.SUSPENDED)
        self.way_back = links.issue(REACTIVATION, user=suspended, lives=timedelta(hours=1))

    def _trade_parties(self) -> None:
        self.trade_draft = trade.filled_in()
        self.trade_asked = trade.asked()
        self.answered = trade.answered_with_a_document()
        self.trade_paper = conversation(self.answered).get(from_desk=False)
        self.importer_answered = factories.application_asked()
        importers.answer(
            self.importer_answered, text="Mine.", attachment=Attachment(io.BytesIO(b"%PDF"), "license.pdf")
        )
        self.importer_paper = conversation(self.importer_answered).get(from_desk=False)

    def row_of(self, model: str) -> int:
        """The primary key of the row that the admin's addresses of this model (`app/model`) point to."""
        chosen: dict[str, Any] = {
            "accounts/user": self.user,
            "importers/importerapplication": self.submitted,
            "exporters/exporterapplication": self.stopped,
            "exporters/eindispute": self.dispute,
            "exporters/reportauthorization": self.request,
            "useraccess/activityentry": self.entry,
            "useraccess/actionitem": self.item,
            "useraccess/crossaccountaccess": self.given,
            "useraccess/filercodelink": self.filer_code,
            "form5106/filing": self.filed,
            "form5106/restorerequest": self.restore,
            "ownership/ownerchange": self.handed_in,
            "tradeparties/tradeapplication": self.trade_asked,
            "ownership/ownerproposal": self.proposal,
            "mergers/merger": self.agreed,
        }
        if model in chosen:
            return int(chosen[model].pk)
        known: dict[str, Any] = {
            "core/message": Message,
            "core/event": Event,
            "verification/authenticatordevice": AuthenticatorDevice,
            "accounts/topaccount": TopAccount,
            "accounts/subaccount": SubAccount,
            "useraccess/membership": Membership,
            "useraccess/tradecontact": TradeContact,
            "importers/importerrecord": ImporterRecord,
        }
        return int(known[model].objects.order_by("pk").values_list("pk", flat=True)[0])


def _of(row: str, attribute: str) -> Callable[[World], tuple[Any, ...]]:
    return lambda world: (getattr(getattr(world, row), attribute),)


def _paper(row: str, link: str) -> Callable[[World], tuple[Any, ...]]:
    """The address of the document attached to the answer about a row."""

    def parts(world: World) -> tuple[Any, ...]:
        answered = getattr(world, row)
        return getattr(answered, link), conversation(answered).get(from_desk=False).pk

    return parts


def _importer(world: World) -> tuple[Any, ...]:
    return (world.account.sub_accounts.get(account_type="IMPORTER").pk,)


#: What the broker was granted.
EVERYTHING = Rights(top_account_access=True).everywhere(Level.FULL)

#: What fills the variable parts of an address (the admin's follow from the model's name).
PARTS: dict[str, Callable[[World], tuple[Any, ...]]] = {
    "accounts/<int:pk>/": _of("account", "pk"),
    "accounts/sub/<int:pk>/": _importer,
    **{
        f"accounts/people/<int:pk>/{page}": _of("place_of_user", "pk")
        for page in ("", "change/", "revoke/", "deactivate/", "reactivate/", "reset-second-step/")
    },
    "accounts/<int:pk>/leave/": _of("account", "pk"),
    **{
        f"tools/user-access/add/<int:pk>/{page}": _of("adding", "pk")
        for page in ("", "account/", "role/", "permissions/", "discard/")
    },
    "accounts/<int:pk>/activity-log/": _of("account", "pk"),
    "accounts/<int:pk>/activity-log/add/": _of("account", "pk"),
    "accounts/activity-log/<int:pk>/attachment/": _of("entry", "pk"),
    "accounts/<int:pk>/action-plan/": _of("account", "pk"),
    "accounts/<int:pk>/action-plan/add/": _of("account", "pk"),
    "accounts/action-plan/<int:pk>/change/": _of("item", "pk"),
    "admin/useraccess/activityentry/<int:pk>/write/": _of("account", "pk"),
    "sign-in/authenticator/<token:token>/": lambda world: (world.enrollment,),
    "sign-in/new-password/<token:token>/": lambda world: (world.reset_link,),
    "sign-in/reactivate/<token:token>/": lambda world: (world.way_back,),
    "picture-check/<str:token>/picture.png": lambda _: (pictures.new(),),
    "picture-check/<str:token>/sound.wav": lambda _: (pictures.new(),),
    "apply/importer/<token:token>/": _of("filled_in", "draft_token"),
    "apply/importer/<token:token>/code/": _of("started", "draft_token"),
    "apply/importer/<token:token>/code/new/": _of("started", "draft_token"),
    "apply/importer/<token:token>/details/": _of("filled_in", "draft_token"),
    "apply/importer/<token:token>/draft/": _of("filled_in", "draft_token"),
    "apply/importer/<token:token>/answers/": _of("filled_in", "draft_token"),
    "status/<token:token>/": _of("submitted", "status_token"),
    "status/<token:token>/withdraw/": _of("submitted", "status_token"),
    "status/exporter/<token:token>/": _of("applied", "status_token"),
    "status/exporter/<token:token>/submitted/": _of("applied", "status_token"),
    "accounts/exporters/new/<int:pk>/": _of("account", "pk"),
    "accounts/sub/<int:pk>/report-authorization/": _of("exporter", "pk"),
    "accounts/sub/<int:pk>/report-authorization/request/": _of("exporter", "pk"),
    "accounts/sub/<int:pk>/report-authorization/documents/<int:document>/": lambda world: (
        world.request.sub_account_id,
        world.document.pk,
    ),
    "mailroom/<int:pk>/": _of("letter", "pk"),
    "admin/<app_label>/": lambda world: ("importers",),
    "admin/<url>": lambda world: ("no/such/page",),
    "admin/r/<path:content_type_id>/<path:object_id>/": lambda world: (1, world.account.pk),
    "admin/exporters/reportauthorization/<int:pk>/documents/<int:document>/": lambda world: (
        world.request.pk,
        world.document.pk,
    ),
    "admin/exporters/reportauthorization/<int:pk>/mails/<int:message>/send-again/": lambda world: (
        world.request.pk,
        world.given_up.pk,
    ),
}
PARTS |= {
    **dict.fromkeys(
        [f"accounts/<int:pk>/contacts/{page}" for page in ("", "add/", "add/person/")], _of("account", "pk")
    ),
    **dict.fromkeys([f"accounts/contacts/<int:pk>/{page}" for page in ("", "edit/", "remove/")], _of("contact", "pk")),
    "accounts/contacts/<int:pk>/places/<int:place>/remove/": lambda world: (world.contact.pk, world.place.pk),
}
PARTS |= dict.fromkeys(
    [f"accounts/<int:pk>/{page}" for page in ("people/", "people.csv", "who/", "history/", "filer-codes/")],
    _of("account", "pk"),
)
PARTS |= {
    "accounts/filer-codes/<int:pk>/remove/": _of("filer_code", "pk"),
    "admin/accounts/topaccount/<int:pk>/add-sub-account/": _of("account", "pk"),
}
PARTS |= {
    **dict.fromkeys([f"accounts/<int:pk>/owner/{page}" for page in ("", "withdraw/")], _of("account", "pk")),
    "accounts/owner-proposals/<int:pk>/": _of("proposal", "pk"),
    "accounts/owner-changes/<int:pk>/objection/": _of("announced", "pk"),
    "support/owner-change/<token:token>/": _of("handed_in", "status_token"),
    **dict.fromkeys(
        [f"support/owner-change/<token:token>/{page}" for page in ("code/", "code/new/")], _of("begun", "status_token")
    ),
}
PARTS |= {
    **dict.fromkeys([f"accounts/<int:pk>/mergers/{page}" for page in ("", "propose/")], _of("account", "pk")),
    **dict.fromkeys(
        [f"accounts/mergers/<int:pk>/{page}" for page in ("", "consent/", "decline/", "records.zip")],
        _of("acquired", "pk"),
    ),
    "accounts/mergers/<int:pk>/withdraw/": _of("acquiring", "pk"),
    "accounts/sub/<int:pk>/history/": _importer,
}
PARTS |= dict.fromkeys(
    [f"accounts/<int:pk>/cross-account-access/{page}" for page in ("", "offer/", "ask/", "received/")],
    _of("account", "pk"),
)
PARTS |= {
    f"accounts/cross-account-access/<int:pk>/{page}": _of(row, "pk")
    for row, pages in {
        "given": ("", "change/", "revoke/"),
        "requested": ("approve/", "reject/", "power-of-attorney/"),
        "offered": ("withdraw/",),
        "offer_received": ("accept/",),
        "received": ("release/", "people/"),
    }.items()
    for page in pages
}
PARTS |= {
    f"accounts/cross-account-access/<int:pk>/people/<int:member>/{page}": lambda world: (
        world.received.pk,
        world.passed_on.pk,
    )
    for page in ("", "take-back/")
}
PARTS |= {
    **{
        f"admin/queue/<str:code>/<int:pk>/{page}/": lambda world: ("importers.importerapplication", world.submitted.pk)
        for page in ("claim", "release", "hand-over", "note")
    },
    **dict.fromkeys(
        [f"apply/trade/<token:token>/{page}" for page in ("", "answers/")], _of("trade_draft", "draft_token")
    ),
    **dict.fromkeys(
        [f"apply/trade/<token:token>/<slug:section>/{page}" for page in ("", "draft/")],
        lambda world: (world.trade_draft.draft_token, "officer"),
    ),
    **dict.fromkeys(
        [f"apply/trade/status/<token:token>/{page}" for page in ("", "withdraw/")], _of("trade_asked", "status_token")
    ),
    "apply/trade/status/<token:token>/attachment/<int:message>/": lambda world: (
        world.answered.status_token,
        world.trade_paper.pk,
    ),
    "status/<token:token>/attachment/<int:message>/": lambda world: (
        world.importer_answered.status_token,
        world.importer_paper.pk,
    ),
    "admin/tradeparties/tradeapplication/<int:pk>/attachment/<int:message>/": lambda world: (
        world.answered.pk,
        world.trade_paper.pk,
    ),
    "admin/importers/importerapplication/<int:pk>/attachment/<int:message>/": lambda world: (
        world.importer_answered.pk,
        world.importer_paper.pk,
    ),
}
PARTS |= {
    **dict.fromkeys(
        [f"importer-records/file/<token:token>/{page}" for page in ("", "answers/", "overtaken/", "discard/")],
        _of("form", "token"),
    ),
    **dict.fromkeys(
        [f"importer-records/file/<token:token>/{page}" for page in ("code/", "code/new/", "no-code/")],
        _of("unproved", "token"),
    ),
    "importer-records/file/<token:token>/step/<slug:slug>/": lambda world: (world.form.token, "company"),
    **dict.fromkeys(
        [f"importer-records/filings/<token:token>/{page}" for page in ("", "form.pdf", "withdraw/")],
        _of("filed", "token"),
    ),
    "importer-records/un-void/<token:token>/": _of("restore", "status_token"),
    "importer-records/<int:pk>/history/": _of("own_record", "pk"),
    **{
        f"{route}/attachment/<int:message>/": _paper(row, link)
        for route, row, link in (
            ("importer-records/filings/<token:token>", "filing_answered", "token"),
            ("importer-records/un-void/<token:token>", "restore_answered", "status_token"),
            ("admin/form5106/filing/<int:pk>", "filing_answered", "pk"),
            ("admin/form5106/restorerequest/<int:pk>", "restore_answered", "pk"),
        )
    },
}
#: Everything below the draft of an exporter has its token and nothing else.
DRAFTS = "accounts/exporters/drafts/<token:token>/"


def address(route: str, world: World) -> str:
    """The address of a route, with the world's rows filled in."""
    parts = iter(_parts(route, world))
    return "/" + re.sub(r"<[^>]*>", lambda _: str(next(parts)), route)


def _parts(route: str, world: World) -> tuple[Any, ...]:
    if "<" not in route:
        return ()
    if route in PARTS:
        return PARTS[route](world)
    if route.startswith(DRAFTS):
        return (world.draft.token,)
    assert route.startswith("admin/"), f"say in PARTS of tests/matrix/people.py what fills the address {route}"
    return (world.row_of("/".join(route.split("/")[1:3])),)
