"""The harness itself: what it promises to refuse it refuses, what it promises to make it makes."""

import signal
import socket
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.paginator import Paginator, UnorderedObjectListWarning
from django.db import connection, transaction
from django.http import HttpResponse
from django.template import Context, Template, engines
from django.template.base import Origin
from django.test import Client

from accounts.models import EarlierPassword, User
from ace_portal.core import mail
from ace_portal.core.models import Message
from tests import factories
from tests.harness.mail import Letter, Postman
from tests.harness.network import NetworkForbidden
from tests.harness.people import sign_in
from tests.harness.queries import assert_constant_queries
from tests.harness.tasks import Worker, Workers, until
from tests.harness.templates import UndefinedTemplateVariable
from tests.harness.threads import together


class TestStrictness:
    @pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
    def test_a_connection_to_another_machine_is_refused(self, address: tuple[str, int]) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        with socket.socket(family) as one, pytest.raises(NetworkForbidden, match=address[0]):
            one.connect(address)

    def test_a_look_up_of_another_machine_is_refused(self) -> None:
        with pytest.raises(NetworkForbidden, match=r"portal\.example"):
            urllib.request.urlopen("http://portal.example/")

    def template(self, text: str, name: str) -> Template:
        return Template(text, origin=Origin(name), engine=engines["django"].engine)

    @pytest.mark.parametrize("text", ["{{ nothing }}", "{{ user.nothing }}", "{{ nothing|upper }}"])
    def test_an_undefined_variable_of_our_template_fails(self, text: str) -> None:
        ours = self.template(text, str(settings.BASE_DIR / "templates" / "page.html"))
        with pytest.raises(UndefinedTemplateVariable, match="nothing"):
            ours.render(Context({"user": User(first_name="Robin")}))

    @pytest.mark.parametrize(
        "text", ["{% if nothing %}x{% endif %}", "{{ nothing|default:'' }}", "{{ user.first_name }}"]
    )
    def test_a_variable_that_is_defined_or_asked_for_does_not(self, text: str) -> None:
        ours = self.template(text, str(settings.BASE_DIR / "templates" / "page.html"))
        assert ours.render(Context({"user": User(first_name="Robin")})) in ("", "Robin")

    def test_templates_of_libraries_are_left_alone(self) -> None:
        theirs = self.template("{{ nothing }}", "/usr/lib/python3/site-packages/django/contrib/admin/x.html")
        assert theirs.render(Context({})) == ""

    def test_pages_of_an_unordered_list_fail(self, db: None) -> None:
        with pytest.raises(UnorderedObjectListWarning):
            Paginator(User.objects.order_by(), 10).page(1)


class TestFactories:
    @pytest.mark.parametrize("state", factories.STATES)
    def test_an_application_is_in_the_state_its_factory_names(self, db: None, state: str) -> None:
        assert factories.STATES[state]().status == state

    def test_people_sign_in(self, db: None) -> None:
        sign_in(Client(), factories.owner_of(factories.importer_account()))

    def test_officers_sign_in(self, officer_client: Callable[..., Client]) -> None:
        assert officer_client().get("/admin/").status_code == 200

    def test_a_page_that_asks_once_a_row_is_found(self, db: None) -> None:
        class OncePerRow(Client):
            def get(self, *args: Any, **options: Any) -> HttpResponse:
                return HttpResponse(str([str(row) for row in EarlierPassword.objects.all() if row.user.email]))

        def grow(rows: int) -> None:
            person = factories.person()
            EarlierPassword.objects.bulk_create(
                EarlierPassword(user=person, replaced_at=person.created_at) for _ in range(rows)
            )

        with pytest.raises(AssertionError, match="took 11 queries with 10 rows and 1001 with 1000"):
            assert_constant_queries(OncePerRow(), "/", grow)
        assert assert_constant_queries(Client(), "/healthz", grow) == 0


class TestMail:
    def test_mail_of_a_factory_arrives_once(self, db: None, mailbox: Callable[[str], list[Letter]]) -> None:
        contact = factories.application_started().record.point_of_contact_email
        assert len(mailbox(contact)) == 1
        assert len(mailbox(contact)[0].code) == 6

    def test_a_decision_that_is_taken_back_sends_nothing(self, db: None, worker: Worker, postman: Postman) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            factories.application_started()
            1 / 0  # noqa: B018
        assert worker.run() == 0
        assert postman.letters == []

    def test_the_postman_refuses_goes_down_and_comes_back(self, db: None, worker: Worker, postman: Postman) -> None:
        application = factories.application_started()
        contact = application.record.point_of_contact_email
        postman.refuse(contact, "450 Later")
        worker.run()
        assert [letter.to for letter in postman.letters] == [application.applicant_email]
        assert Message.objects.get(to_address=contact).last_error == "the mail server refused the recipient (450)"

        postman.down()
        with time_machine.travel(mail.clock.real_now() + timedelta(minutes=2), tick=False):
            worker.sweep()
        assert Message.objects.get(to_address=contact).last_error.startswith("ConnectionRefusedError")

        postman.up()
        postman.refuse(contact, "")
        with time_machine.travel(mail.clock.real_now() + timedelta(minutes=5), tick=False):
            worker.sweep()
        assert len(postman.letters_to(contact)) == 1

    def test_real_workers_send_and_die(self, workers: Workers, postman: Postman) -> None:
        postman.hold()
        worker = workers.start()
        contact = factories.application_started().record.point_of_contact_email
        postman.wait_until_holding()
        workers.kill(worker)
        assert worker.returncode == -signal.SIGKILL
        postman.release()
        assert Message.objects.get(to_address=contact).status in ("SENDING", "QUEUED")
        workers.start()
        later = factories.application_started().record.point_of_contact_email
        until(lambda: postman.letters_to(later), "the second worker has sent a letter")


class TestThreads:
    @pytest.mark.concurrency(sqlite=True)
    def test_together_runs_on_connections_of_their_own(self, transactional_db: None) -> None:
        results = together(*[lambda: factories.person(active=False).pk for _ in range(4)])
        assert len(set(results)) == 4
        assert User.objects.filter(pk__in=results).count() == 4

    @pytest.mark.concurrency
    def test_it_returns_what_was_raised(self, transactional_db: None) -> None:
        assert connection.vendor == "postgresql"
        results = together(lambda: 1, lambda: 1 / 0)
        assert results[0] == 1
        assert isinstance(results[1], ZeroDivisionError)
