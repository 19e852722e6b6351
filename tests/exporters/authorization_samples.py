"""Report authorization in tests: PDF files good and bad, EINs under accounts, requests in every state."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from exporters.actions import authorization as actions
from exporters.models.authorization import AuthorizationDocument, ReportAuthorization
from tests import factories
from tests.harness.world import signed_in
from useraccess import actions as useraccess
from useraccess.models import Membership
from verification.models import AuthenticatorDevice

Kind = AuthorizationDocument.Kind


def pdf(text: str = "Dear Census", *, trailer: str = "", table_as_stream: bool = False, padding: int = 0) -> bytes:
    """A whole PDF of one page. `trailer` goes into its dictionary; `padding` bytes make it larger."""
    page = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (padding, b"x" * padding),
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    known = f"/Size {len(objects) + 1} /Root 1 0 R {trailer}".encode()
    if table_as_stream:
        rows = b"".join(b"\x01%s\x00" % offset.to_bytes(4, "big") for offset in [0, *offsets, table])
        out.write(b"6 0 obj\n<< /Type /XRef /W [1 4 1] /Length %d %s >>\nstream\n" % (len(rows), known))
        out.write(rows + b"\nendstream\nendobj\n")
    else:
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
        out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
        out.write(b"trailer\n<< %s >>\n" % known)
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def upload(content: bytes | None = None, name: str = "letter.pdf", kind: str = "application/pdf") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, pdf() if content is None else content, content_type=kind)


def ein() -> str:
    """A fresh EIN in normal form."""
    return f"52-{factories.serial():07d}"


def exporter(account: TopAccount | None = None, number: str = "") -> SubAccount:
    """An exporter sub-account: of this account, or of one of its own; its owner has PASSWORD."""
    account = account or factories.account()
    return accounts.open_sub_account(
        account, account_type="EXPORTER", identifier=number or ein(), name=f"{account.company_name} Exports", by=None
    )


def importer(account: TopAccount, number: str, suffix: str = "00") -> SubAccount:
    """An importer sub-account whose number begins with this EIN."""
    return accounts.open_sub_account(
        account, account_type="IMPORTER", identifier=number + suffix, name=f"{account.company_name} Imports", by=None
    )


def close(sub_account: SubAccount) -> None:
    """The identifier leaves the account."""
    SubAccount.objects.filter(pk=sub_account.pk).update(closed_at=clock.now())
    sub_account.refresh_from_db()


def leave(user: User, account: TopAccount) -> None:
    """The person's role in the account ends."""
    Membership.objects.live().filter(user=user, top_account=account).update(ended_at=clock.now())


def analyst(*, device: bool = True, **facts: str) -> User:
    """A Census analyst with factories.PASSWORD and, unless `device` is off, an authenticator."""
    number = factories.serial()
    known = {"email": f"analyst{number}@census.example", "first_name": "Ansel", "last_name": f"Analyst{number}"}
    user = useraccess.make_analyst(**{**known, **facts, "password": factories.PASSWORD})
    if device:
        AuthenticatorDevice.enroll(user, confirmed=True)
    return user


def browser(user: User) -> Client:
    """A browser in which this person has signed in, with every step of it."""
    return signed_in(enrolled(user))


def enrolled(user: User) -> User:
    """The person, who has an authenticator from now on."""
    if not AuthenticatorDevice.objects.filter(user=user, confirmed=True).exists():
        AuthenticatorDevice.enroll(user, confirmed=True)
    return user


def owner_of(sub_account: SubAccount) -> User:
    return factories.owner_of(sub_account.top_account)


DETAILS = {
    "reason": "We want to see what forwarders file under our EIN.",
    "acts_as": "USPPI",
    "contact_name": "Pat Contact",
    "contact_phone": "+14105550123",
    "contact_email": "pat@exporter.example",
}
"""The cleaned answers, by field name."""

ANSWERS = {**DETAILS, "contact_phone": "410-555-0123", "affiliates": "52-7654321 Acme Parts Inc."}
"""What is typed into the form, by field name."""


def answers(**changes: Any) -> dict[str, Any]:
    """A form to post, with both files; `changes` replace fields, None leaves one out."""
    files = {"letter": upload(), "certification": upload(name="certification.pdf")}
    return {name: value for name, value in {**ANSWERS, **files, **changes}.items() if value is not None}


def requested(sub_account: SubAccount | None = None, *, by: User | None = None, **details: str) -> ReportAuthorization:
    """A pending request, made by the owner or by `by`."""
    sub_account = sub_account or exporter()
    uploads = [
        actions.Upload(kind, file=io.BytesIO(pdf()), original_name=f"{kind}.pdf", size=len(pdf())) for kind in Kind
    ]
    row, _ = actions.request_authorization(
        sub_account,
        details=DETAILS | details,
        affiliates=[("52-7654321", "Acme Parts Inc.")],
        uploads=uploads,
        by=by or owner_of(sub_account),
    )
    return row


def approved(sub_account: SubAccount | None = None, *, by: User | None = None) -> ReportAuthorization:
    return actions.approve(requested(sub_account), reason="Papers in order.", by=by or analyst())


def denied(sub_account: SubAccount | None = None, *, by: User | None = None) -> ReportAuthorization:
    return actions.deny(requested(sub_account), reason="The letter is not signed.", by=by or analyst())


def revoked(sub_account: SubAccount | None = None, *, by: User | None = None) -> ReportAuthorization:
    return actions.revoke(approved(sub_account), reason="The company was sold.", by=by or analyst())


def withdrawn(sub_account: SubAccount | None = None) -> ReportAuthorization:
    """A request that ended because its EIN left the account."""
    row = requested(sub_account)
    close(row.sub_account)
    actions.settle()
    row.refresh_from_db()
    return row


def not_needed(sub_account: SubAccount | None = None) -> ReportAuthorization:
    """A request that ended because its EIN became authorized automatically; the importer has left since."""
    row = requested(sub_account)
    cover = importer(row.sub_account.top_account, row.ein)
    actions.settle()
    close(cover)
    row.refresh_from_db()
    return row


STATES = {
    "PENDING": requested,
    "AUTHORIZED": approved,
    "DENIED": denied,
    "REVOKED": revoked,
    "WITHDRAWN": withdrawn,
    "NOT_NEEDED": not_needed,
}
"""A maker for each state a request can be in."""


def tab(sub_account: SubAccount) -> str:
    """The address of the tab Authorization for Reports."""
    return reverse("portal:sub-account", args=[sub_account.pk]) + "?tab=authorization"


def page(name: str, sub_account: SubAccount, *args: Any) -> str:
    """The address of a page: instructions, request or document."""
    return reverse(f"exporters:authorization-{name}", args=[sub_account.pk, *args])


def ask(client: Client, sub_account: SubAccount, **changes: Any) -> Any:
    """Send the form; `changes` replace what is typed."""
    return client.post(page("request", sub_account), answers(**changes))


def letters(row: ReportAuthorization, what: str) -> set[str]:
    """Whom the messages of this kind about a request go to."""
    found = Message.objects.filter(about=ref(row), template=f"exporters/report_authorization_{what}")
    addresses = list(found.values_list("to_address", flat=True))
    assert len(addresses) == len(set(addresses)), f"told twice: {addresses}"
    return set(addresses)
