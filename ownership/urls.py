from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from ownership.views import account, support

app_name = "ownership"

urlpatterns = [
    path("support/", support.support, name="support"),
    path("support/owner-lookup/", support.lookup, name="lookup"),
    path("support/owner-lookup/sent/", support.lookup_sent, name="lookup-sent"),
    path("support/owner-change/", support.change, name="change"),
    path("support/owner-change/<token:token>/", support.status, name="status"),
    path("support/owner-change/<token:token>/code/", support.code, name="code"),
    path("support/owner-change/<token:token>/code/new/", support.new_code, name="new-code"),
    path("accounts/<int:pk>/owner/", account.owner, name="owner"),
    path("accounts/<int:pk>/owner/withdraw/", account.withdraw, name="withdraw"),
    path("accounts/owner-proposals/<int:pk>/", account.proposal, name="proposal"),
    path("accounts/owner-changes/<int:pk>/objection/", account.objection, name="objection"),
]
