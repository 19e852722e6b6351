"""The pages of signing in, of the own profile and of coming back, each with its errors: how a browser gets there."""

from datetime import timedelta

from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts import actions
from accounts.models import User
from accounts.views.common import PASSWORD_CHANGED
from ace_portal.core import clock
from tests import factories
from tests.axe.places import PLACES, Tour, place, press, simple
from tests.signin import steps
from useraccess.actions import REACTIVATION
from verification import links
from verification.models import AuthenticatorDevice, EmailTokenDevice, Throttle

__all__ = ["PLACES"]

simple("forgot password", "visitor", "/sign-in/forgot-password/")
simple("forgot user ID", "visitor", "/sign-in/forgot-user-id/")
simple("access suspended", "visitor", "/sign-in/reactivate/")
simple("a mailed link that has ended", "visitor", f"/sign-in/new-password/{'x' * 22}/")
simple("profile", "owner", "/profile/")
simple("edit profile", "owner", "/profile/edit/")
simple("change login e-mail", "owner", "/profile/e-mail/")
simple("renew backup codes", "owner", "/profile/backup-codes/")
simple("replace the authenticator", "owner", "/sign-in/authenticator/")
simple("change the questions", "owner", "/sign-in/questions/")


def _half(tour: Tour, user: User, password: str = factories.PASSWORD) -> Page:
    """A fresh browser in which the person has typed user ID and password."""
    page = tour.go_as(None, "/sign-in/")
    return press(page, "Sign in", username=user.account_id, password=password)


def _invited() -> tuple[User, str]:
    user = steps.invited()
    return user, steps.retrieve(user)


def _without_factor() -> User:
    user = factories.person()
    AuthenticatorDevice.objects.filter(user=user).delete()
    return user


@place("questions")
def questions(tour: Tour) -> Page:
    return _half(tour, *_invited())


@place("questions, everything missing")
def questions_missing(tour: Tour) -> Page:
    return press(questions(tour), "Submit Questions")


@place("questions, the same twice and different answers")
def questions_wrong(tour: Tour) -> Page:
    typed = steps.questions(question_2="first-boss", again_3="other")
    return press(questions(tour), "Submit Questions", **typed)


@place("change password, first time")
def change_password_first(tour: Tour) -> Page:
    return press(questions(tour), "Submit Questions", **steps.questions())


@place("enroll")
def enroll(tour: Tour) -> Page:
    return _half(tour, _without_factor())


@place("enroll, wrong code")
def enroll_wrong(tour: Tour) -> Page:
    return press(enroll(tour), "Confirm", code="000000")


@place("enroll, with the choice of a mailed token")
def enroll_choice(tour: Tour) -> Page:
    with override_settings(ACE_ALLOW_EMAIL_TOKEN=True):
        page = enroll(tour)
        expect(page.get_by_text("No app?")).to_be_visible()
    return page


@place("backup codes")
def backup_codes(tour: Tour) -> Page:
    user = _without_factor()
    page = _half(tour, user)
    expect(page.locator("#id_code")).to_be_visible()
    device = AuthenticatorDevice.objects.get(user=user)
    return press(page, "Confirm", code=f"{device.totp().token():06d}")


@place("second step")
def verify(tour: Tour) -> Page:
    return _half(tour, factories.person())


@place("second step, wrong code")
def verify_wrong(tour: Tour) -> Page:
    return press(verify(tour), "Verify", code="000000")


@place("second step, backup code")
def verify_backup(tour: Tour) -> Page:
    page = verify(tour)
    page.get_by_role("link", name="Use one of your backup codes").click()
    return page


@place("second step, wrong backup code")
def verify_backup_wrong(tour: Tour) -> Page:
    return press(verify_backup(tour), "Verify", code="AAAA-AAAA")


@place("second step, mailed token sent and mistyped")
def verify_token(tour: Tour) -> Page:
    with override_settings(ACE_ALLOW_EMAIL_TOKEN=True):
        user = _without_factor()
        EmailTokenDevice.objects.create(user=user, name="E-mailed security token", confirmed=True)
        page = press(_half(tour, user), "Send a new code")
        expect(page.get_by_text("A security token is on its way")).to_be_visible()
        page = press(page, "Verify", code="000000")
        expect(page.locator("[data-error-summary]")).to_be_visible()
    return page


@place("forgot password, empty")
def forgot_empty(tour: Tour) -> Page:
    return press(tour.go("visitor", "/sign-in/forgot-password/"), "Continue")


@place("forgot password, two questions")
def two_questions(tour: Tour) -> Page:
    # Twenty tries an hour from one network: the tour looks at this page more often than that.
    Throttle.objects.all().delete()
    return press(tour.go("visitor", "/sign-in/forgot-password/"), "Continue", username="nobody@trade.example")


@place("forgot password, no answers")
def no_answers(tour: Tour) -> Page:
    return press(two_questions(tour), "Continue")


@place("look into your mailbox")
def mailbox(tour: Tour) -> Page:
    page = two_questions(tour)
    for control in page.locator("main input[type=password]").all():
        control.fill("an answer")
    return press(page, "Continue")


def _link(user: User, purpose: str) -> str:
    return links.issue(purpose, user=user, lives=timedelta(hours=1))


@place("new password")
def new_password(tour: Tour) -> Page:
    token = _link(factories.person(), actions.RESET_PURPOSE)
    return tour.go("visitor", reverse("accounts:new-password", args=[token]))


@place("new password, refused")
def new_password_refused(tour: Tour) -> Page:
    return press(new_password(tour), "Continue", new_password="short", again="other")


@place("new password, done")
def new_password_done(tour: Tour) -> Page:
    page = press(new_password(tour), "Continue", new_password=steps.NEW_PASSWORD, again=steps.NEW_PASSWORD)
    expect(page.get_by_text(PASSWORD_CHANGED)).to_be_visible()
    return page


@place("forgot user ID, no address")
def forgot_id_wrong(tour: Tour) -> Page:
    return press(tour.go("visitor", "/sign-in/forgot-user-id/"), "Send my user ID", email="toni")


@place("reactivation link")
def reactivation(tour: Tour) -> Page:
    user = factories.owner_of(factories.account())
    User.objects.filter(pk=user.pk).update(status=User.Status.SUSPENDED)
    return tour.go("visitor", reverse("useraccess:reactivate-link", args=[_link(user, REACTIVATION)]))


@place("reactivation link, wrong code")
def reactivation_wrong(tour: Tour) -> Page:
    return press(reactivation(tour), "Reactivate", code="AAAA-AAAA")


@place("edit profile, refused")
def edit_refused(tour: Tour) -> Page:
    page = tour.go("owner", "/profile/edit/")
    return press(page, "Save", first_name="", last_name="R0e", phone="1")


@place("change login e-mail, refused")
def email_refused(tour: Tour) -> Page:
    return press(tour.go("owner", "/profile/e-mail/"), "Send the code", email="x", password="y")


@place("confirm login e-mail, wrong code")
def confirm_email_wrong(tour: Tour) -> Page:
    User.objects.filter(pk=tour.cast.owner.pk).update(pending_email="a-new-address@trade.example")
    return press(tour.go("owner", "/profile/e-mail/confirm/"), "Confirm", code="000000")


@place("renew backup codes, refused")
def renew_refused(tour: Tour) -> Page:
    return press(tour.go("owner", "/profile/backup-codes/"), "Make ten new codes", password="x", present_code="y")


@place("reset somebody's second step, no reason")
def reset_factor(tour: Tour) -> Page:
    member = tour.cast.account.memberships.exclude(role="TAO").order_by("pk").first()
    return press(tour.go("owner", reverse("useraccess:reset-factor", args=[member.pk])), "Reset second step")


@place("home, five days before a suspension")
def home_pressing(tour: Tour) -> Page:
    owner = User.objects.get(pk=tour.cast.owner.pk)
    User.objects.filter(pk=owner.pk).update(last_seen_at=clock.now() - timedelta(days=40))
    page = tour.go("owner", "/")
    expect(page.locator(".ace-tile--pressing")).to_be_visible()
    User.objects.filter(pk=owner.pk).update(last_seen_at=owner.last_seen_at)
    return page


@place("desk: a suspended person")
def desk_suspended(tour: Tour) -> Page:
    user = factories.person()
    User.objects.filter(pk=user.pk).update(status=User.Status.SUSPENDED)
    return tour.go("officer", reverse("admin:accounts_user_change", args=[user.pk]))


@place("desk: reset second step, no reason")
def desk_reset(tour: Tour) -> Page:
    user = factories.person()
    page = tour.go("officer", reverse("admin:accounts_user_reset_factor", args=[user.pk]))
    page.get_by_role("button", name="Reset second step").click()
    return page
