"""The screens of the importer application, used the way a browser uses them."""

from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.core.sample import Page, words

APPLY = "/apply/importer/"


def identify(client: Client, record: ImporterRecord, email: str = "toni@trade.example", **changes: Any) -> HttpResponse:
    """Screen 1 for this record; `changes` replace what is typed."""
    typed = {
        "company_name": record.company_name,
        "importer_number": record.importer_number,
        "email": email,
        "picture_token": "any",
        "picture": "PASSED",
        **changes,
    }
    return client.post(APPLY, typed)


def url(application: ImporterApplication, page: str) -> str:
    """The address of a page of this application."""
    token = application.status_token if page in ("status", "withdraw") else application.draft_token
    return reverse(f"importers:{page}", args=[token])


def only_application() -> ImporterApplication:
    return ImporterApplication.objects.get()


class Applicant:
    """Somebody with a browser of their own who has come as far as `state`."""

    def __init__(self, state: str = "VERIFIED", record: ImporterRecord | None = None, **screen: Any) -> None:
        self.client = Client(REMOTE_ADDR=f"10.9.{factories.serial() % 250}.{factories.serial() % 250}")
        self.record = record or factories.ImporterRecordFactory.create()
        email = screen.pop("email", f"toni{factories.serial()}@trade.example")
        answer = identify(self.client, self.record, email=email, **screen)
        assert answer.status_code == 302, errors(answer)
        token = answer["Location"].split("/")[-3]
        self.application = ImporterApplication.objects.get(draft_token=token)
        if state == "VERIFIED":
            answer = self.post("code", code=factories.code_for(self.application))
            assert answer.status_code == 302, errors(answer)
            self.application.refresh_from_db()

    def get(self, page: str, **options: Any) -> HttpResponse:
        return self.client.get(url(self.application, page), **options)

    def post(self, page: str, **typed: Any) -> HttpResponse:
        return self.client.post(url(self.application, page), typed)

    def fill_in(self, **changes: str) -> HttpResponse:
        """Screen 3 with factories.DETAILS, changed."""
        return self.post("details", **(factories.DETAILS | changes))

    def status(self) -> str:
        return ImporterApplication.objects.get(pk=self.application.pk).status


def errors(answer: HttpResponse) -> list[str]:
    """The lines of the error list at the top of the page."""
    lists = [e for e in Page(answer.content.decode()).all("ul") if "ace-error-summary__list" in e.classes]
    return [words(line) for block in lists for line in unescape(block.text).strip().splitlines() if words(line)]


def text_of(answer: HttpResponse) -> str:
    """What a person reads in the main part of the page."""
    return words(Page(answer.content.decode()).one("main").text)
