from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from accounts.views import first_sign_in, profile, recovery, sign_in

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-in/verify/", sign_in.verify, name="verify"),
    path("sign-in/security-token/", sign_in.send_token, name="send-token"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="sign-out"),
    path("sign-in/retrieve-password/", first_sign_in.retrieve_password, name="retrieve-password"),
    path("sign-in/questions/", first_sign_in.questions, name="questions"),
    path("sign-in/change-password/", first_sign_in.change_password, name="change-password"),
    path("sign-in/authenticator/", first_sign_in.enroll, name="enroll"),
    path("sign-in/authenticator/<token:token>/", first_sign_in.enroll_by_link, name="enroll-by-link"),
    path("sign-in/e-mail-token/", first_sign_in.choose_email_token, name="choose-email-token"),
    path("sign-in/forgot-password/", recovery.forgot_password, name="forgot-password"),
    path("sign-in/forgot-password/questions/", recovery.forgot_password_questions, name="forgot-password-questions"),
    path("sign-in/new-password/<token:token>/", recovery.new_password, name="new-password"),
    path("sign-in/forgot-user-id/", recovery.forgot_user_id, name="forgot-user-id"),
    path("profile/", profile.profile, name="profile"),
    path("profile/edit/", profile.edit, name="edit-profile"),
    path("profile/e-mail/", profile.change_email, name="change-email"),
    path("profile/e-mail/confirm/", profile.confirm_email, name="confirm-email"),
    path("profile/backup-codes/", profile.backup_codes, name="backup-codes"),
    path("profile/sign-out-everywhere/", profile.sign_out_everywhere, name="sign-out-everywhere"),
]
