"""The admin site: the desks of CBP and Census. Password and authenticator code, both, at every sign-in."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django_otp import devices_for_user
from django_otp.admin import OTPAdminSite
from django_otp.models import Device

from accounts.actions import FAILED_SIGN_INS_FROM_IP
from accounts.forms import SignInForm
from accounts.views.sign_in import locked_out
from ace_portal.core.errors import TooMany
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from desk import registry, views
from useraccess.desks import CBP_OFFICERS, CENSUS_ANALYSTS, desks_of, is_analyst, is_auditor, is_officer
from verification import throttles
from verification.models import AuthenticatorDevice, BackupCodeSet
from verification.visitors import ip_of

#: What proves an officer or analyst beside the password. A token sent by mail may do for the trade, never for staff.
FACTORS = (AuthenticatorDevice, BackupCodeSet)
#: The first page of the desk counts no further.
MOST = 1000
#: How somebody asks who only wants to read.
READING = ("GET", "HEAD")
#: How references to Census' requests begin.
REQUEST = "exporters.reportauthorization:"
#: One sentence for whatever is wrong: it tells nobody which of the three it was.
REFUSED = (
    "This did not open the desk. It takes your user ID or e-mail address, the password, and a code that the "
    "authenticator shows right now and that has not been used yet."
)


class DeskSignInForm(SignInForm):
    """User ID or e-mail, password and authenticator code on one page."""

    otp_token = forms.CharField(
        label="Authenticator code",
        max_length=20,
        help_text="The six digits your authenticator app shows now, or one of your backup codes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    error_messages = {"invalid_login": REFUSED, "inactive": REFUSED}

    def clean_otp_token(self) -> str:
        return "".join(self.cleaned_data["otp_token"].split())

    def clean(self) -> dict[str, Any]:
        if self.errors:
            # With a field missing nothing is compared: the answer must not tell whether the password was right.
            return self.cleaned_data
        super().clean()
        user: Any = self.get_user()
        user.otp_device = matching_device(user, self.cleaned_data["otp_token"]) if desks_of(user) else None
        if user.otp_device is None:
            self._count_failure()
            raise self.get_invalid_login_error()
        return self.cleaned_data

    def _count_failure(self) -> None:
        """A right password with a wrong code is a failed sign-in like any other."""
        credentials = {"username": self.cleaned_data["username"]}
        user_login_failed.send(sender=__name__, credentials=credentials, request=self.request)

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_login"], code="invalid_login")


def matching_device(user: Any, token: str) -> Device | None:
    """The confirmed device of this user whose code this is, or None. The code is used up by it.

    A device that was tried in vain before the right one is not held responsible for that.
    """
    with transaction.atomic():
        in_vain: list[Any] = []
        for device in devices_for_user(user, for_verify=True):
            if not isinstance(device, FACTORS):
                continue
            if device.verify_token(token):
                for other in in_vain:
                    other.throttle_reset()
                return device
            in_vain.append(device)
    return None


class DeskSite(OTPAdminSite):
    site_header = "CBP desk (simulation)"
    site_title = "CBP desk"
    index_title = "Applications and records"
    name = "admin"
    login_form = DeskSignInForm
    login_template = "admin/login.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)

    def has_permission(self, request: HttpRequest) -> bool:
        """Officers, analysts and auditors who proved one of FACTORS in this session, nobody else."""
        device = getattr(request.user, "otp_device", None)
        return bool(super().has_permission(request) and isinstance(device, FACTORS) and desks_of(request.user))

    def admits(self, request: HttpRequest, desk: str) -> bool:
        """Whether whoever asks sits at this desk, or only reads what is there. Pages that name no desk are CBP's."""
        if not self.has_permission(request):
            return False
        reads = is_auditor(request.user) and request.method in READING
        return reads or self.decides(request, desk)

    def decides(self, request: HttpRequest, desk: str) -> bool:
        """Whether whoever asks presses the buttons of this desk."""
        return (desk or CBP_OFFICERS) in desks_of(request.user)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        context["may_decide"] = not is_auditor(request.user)
        if desks_of(request.user) == {CENSUS_ANALYSTS}:
            context |= {"site_header": "Census desk (simulation)", "site_title": "Census desk"}
        elif is_auditor(request.user):
            context |= {"site_header": "Desks, to read (simulation)", "site_title": "Desks"}
        return context

    def get_urls(self) -> list[Any]:
        """The queue and the numbers, before the admin's own addresses."""
        return [*views.urls(self), *super().get_urls()]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take pages that cannot edit. Libraries offer pages with add, change and delete: they have no place here."""
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in. Failures count for the person and for the network, as they do at the portal's own door."""
        if request.method != "POST":
            return self._login(request, extra_context)
        try:
            throttles.take("sign-in-from-ip", ip_of(request), FAILED_SIGN_INS_FROM_IP, sentence="")
        except TooMany:
            return locked_out(request)
        response = self._login(request, extra_context)
        if response.status_code == 302:
            throttles.give_back("sign-in-from-ip", ip_of(request))
        return response

    def _login(self, request: HttpRequest, extra_context: dict[str, Any] | None) -> HttpResponse:
        response: HttpResponse = super().login(request, extra_context)
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        facts = {"to_do": to_do(request.user)}
        page: TemplateResponse = super().index(request, {**facts, **(extra_context or {})})
        return page

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal's own page: it remembers earlier passwords and ends every session."""
        return redirect("accounts:change-password")


def to_do(user: Any) -> list[dict[str, str]]:
    """What waits at the desks of an officer or analyst: a sentence and the address of the list, for each kind."""
    return [
        {"text": f"{in_words(count)} {what if count == 1 else what + 's'} {state}", "address": address}
        for count, what, state, address in (*waiting_work(user), *unsent_mail(user))
        if count
    ]


def in_words(count: int) -> str:
    """A number that was counted up to MOST."""
    return f"More than {MOST:,}" if count > MOST else f"{count:,}"


#: How many, of what, in which state, and the address of the list.
Work = tuple[int, str, str, str]


def waiting_work(user: Any) -> list[Work]:
    """The kinds of work that the person decides on, or reads."""
    queue = reverse("admin:desk_queue")
    return [
        (_up_to_most(one.open()), one.label, one.waiting, f"{queue}?{urlencode({'kind': one.code})}")
        for one in registry.kinds_for(user)
    ]


def unsent_mail(user: Any) -> list[Work]:
    """The messages that could not be sent: those about requests to Census are its business, all others CBP's."""
    reads, failed = is_auditor(user), Message.objects.filter(status=Message.Status.FAILED)
    unsent = []
    if reads or is_officer(user):
        outbox = reverse("admin:core_message_changelist") + "?status__exact=FAILED"
        unsent.append((_up_to_most(failed.exclude(about__startswith=REQUEST)), "message", "not sent", outbox))
    if reads or is_analyst(user):
        requests = reverse("admin:exporters_reportauthorization_changelist") + "?status=all&mail=failed"
        unsent.append((_up_to_most(failed.filter(about__startswith=REQUEST)), "request message", "not sent", requests))
    return unsent


def _up_to_most(rows: Any) -> int:
    """How many there are, without counting for long."""
    return int(rows.order_by()[: MOST + 1].count())
