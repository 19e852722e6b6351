from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from useraccess.views import (
    accounts,
    activity,
    add,
    contacts,
    cross_account,
    cross_account_people,
    cross_account_terms,
    filer_codes,
    help,
    history,
    people,
    person,
    who,
)

app_name = "useraccess"

urlpatterns = [
    path("sign-in/reactivate/", help.reactivate, name="reactivate"),
    path("sign-in/reactivate/<token:token>/", help.reactivate_link, name="reactivate-link"),
    path("tools/choose-account/", accounts.choose, name="choose"),
    path("tools/user-access/", people.start, name="start"),
    path("tools/user-access/add/", add.add, name="add"),
    path("tools/user-access/add/new/", add.new, name="add-new"),
    path("tools/user-access/add/existing/", add.existing, name="add-existing"),
    path("tools/user-access/add/<int:pk>/", add.new, name="add-contact-information"),
    path("tools/user-access/add/<int:pk>/account/", add.account, name="add-account"),
    path("tools/user-access/add/<int:pk>/role/", add.role, name="add-role"),
    path("tools/user-access/add/<int:pk>/permissions/", add.permissions, name="add-permissions"),
    path("tools/user-access/add/<int:pk>/discard/", add.discard, name="discard"),
    path("accounts/people/<int:pk>/", person.person, name="person"),
    path("accounts/people/<int:pk>/change/", person.change, name="change"),
    path("accounts/people/<int:pk>/revoke/", person.decide, {"decision": "revoke"}, name="revoke"),
    path("accounts/people/<int:pk>/deactivate/", person.decide, {"decision": "deactivate"}, name="deactivate"),
    path("accounts/people/<int:pk>/reactivate/", person.decide, {"decision": "reactivate"}, name="reactivate-person"),
    path("accounts/<int:pk>/people/", people.listed, name="people"),
    path("accounts/sub/<int:pk>/history/", history.sub_account_history, name="sub-account-history"),
    path("accounts/<int:pk>/people.csv", people.as_csv, name="people-csv"),
    path("accounts/<int:pk>/who/", who.who, name="who"),
    path("accounts/<int:pk>/history/", history.history, name="history"),
    path("accounts/<int:pk>/leave/", accounts.leave, name="leave"),
    path("accounts/<int:pk>/filer-codes/", filer_codes.listed, name="filer-codes"),
    path("accounts/filer-codes/<int:pk>/remove/", filer_codes.remove, name="remove-filer-code"),
    path("accounts/<int:pk>/contacts/", contacts.listed, name="contacts"),
    path("accounts/<int:pk>/contacts/add/", contacts.add, name="add-contact"),
    path("accounts/<int:pk>/contacts/add/person/", contacts.add_person, name="add-contact-person"),
    path("accounts/contacts/<int:pk>/", contacts.contact, name="contact"),
    path("accounts/contacts/<int:pk>/edit/", contacts.edit, name="edit-contact"),
    path("accounts/contacts/<int:pk>/remove/", contacts.remove, name="remove-contact"),
    path("accounts/contacts/<int:pk>/places/<int:place>/remove/", contacts.hide, name="hide-contact"),
    path("accounts/<int:pk>/activity-log/", activity.activity_log, name="activity-log"),
    path("accounts/<int:pk>/activity-log/add/", activity.add_activity, name="add-activity"),
    path("accounts/activity-log/<int:pk>/attachment/", activity.activity_attachment, name="activity-attachment"),
    path("accounts/<int:pk>/action-plan/", activity.action_plan, name="action-plan"),
    path("accounts/<int:pk>/action-plan/add/", activity.add_action_item, name="add-action-item"),
    path("accounts/action-plan/<int:pk>/change/", activity.change_action_item, name="change-action-item"),
    path("accounts/people/<int:pk>/reset-second-step/", help.reset_factor, name="reset-factor"),
    path("accounts/<int:pk>/cross-account-access/", cross_account.listed, name="cross-account"),
    path("accounts/<int:pk>/cross-account-access/offer/", cross_account_terms.offer, name="access-offer"),
    path("accounts/<int:pk>/cross-account-access/ask/", cross_account_terms.ask, name="access-ask"),
    path("accounts/<int:pk>/cross-account-access/received/", cross_account.passing_on, name="access-received"),
    path("accounts/cross-account-access/<int:pk>/", cross_account.access, name="access"),
    path("accounts/cross-account-access/<int:pk>/approve/", cross_account_terms.approve, name="access-approve"),
    path("accounts/cross-account-access/<int:pk>/change/", cross_account_terms.change, name="access-change"),
    path(
        "accounts/cross-account-access/<int:pk>/power-of-attorney/",
        cross_account.power_of_attorney,
        name="access-attorney",
    ),
    *(
        path(
            f"accounts/cross-account-access/<int:pk>/{decision}/",
            cross_account.decide,
            {"decision": decision},
            name=f"access-{decision}",
        )
        for decision in cross_account.DECISIONS
    ),
    path("accounts/cross-account-access/<int:pk>/people/", cross_account_people.people, name="access-people"),
    path(
        "accounts/cross-account-access/<int:pk>/people/<int:member>/", cross_account_people.person, name="access-person"
    ),
    path(
        "accounts/cross-account-access/<int:pk>/people/<int:member>/take-back/",
        cross_account_people.take_back,
        name="access-take-back",
    ),
]
