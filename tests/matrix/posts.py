"""What everybody gets who posts nothing to each address. The columns, and how a line is read: tests/matrix/table.py."""

POST = """
healthz                                                       405
readyz                                                        405

admin/                                                        desk-in  200      200      step
admin/login/                                                  200
admin/logout/                                                 >index   sign-in  sign-in  >index
admin/password_change/                                        desk-in  >change-password >change-password step
admin/password_change/done/                                   desk-in  405      405      step
admin/autocomplete/                                           desk-in  405      405      step
admin/jsi18n/                                                 desk-in  405      405      step
admin/r/<path:content_type_id>/<path:object_id>/              desk-in  404      404      step

admin/core/message/<int:pk>/send-again/                       desk-in  >change  403      step
admin/core/message/                                           desk-in  200      403      step
admin/core/message/add/                                       desk-in  403      403      step
admin/core/message/<path:object_id>/history/                  desk-in  200      403      step
admin/core/message/<path:object_id>/delete/                   desk-in  403      403      step
admin/core/message/<path:object_id>/change/                   desk-in  403      403      step
admin/core/message/<path:object_id>/                          desk-in  >change  >change  step

admin/core/event/                                             desk-in  200      403      step
admin/core/event/add/                                         desk-in  403      403      step
admin/core/event/<path:object_id>/history/                    desk-in  200      403      step
admin/core/event/<path:object_id>/delete/                     desk-in  403      403      step
admin/core/event/<path:object_id>/change/                     desk-in  403      403      step
admin/core/event/<path:object_id>/                            desk-in  >change  >change  step

admin/verification/authenticatordevice/                       desk-in  200      403      step
admin/verification/authenticatordevice/add/                   desk-in  403      403      step
admin/verification/authenticatordevice/<path:object_id>/history/ desk-in  200      403      step
admin/verification/authenticatordevice/<path:object_id>/delete/ desk-in  403      403      step
admin/verification/authenticatordevice/<path:object_id>/change/ desk-in  403      403      step
admin/verification/authenticatordevice/<path:object_id>/      desk-in  >change  >change  step

admin/accounts/user/<int:pk>/send-account-id/                 desk-in  >change  403      step
admin/accounts/user/<int:pk>/reset-second-step/               desk-in  200      403      step
admin/accounts/user/<int:pk>/reactivate/                      desk-in  >change  403      step
admin/accounts/user/                                          desk-in  200      403      step
admin/accounts/user/add/                                      desk-in  403      403      step
admin/accounts/user/<path:object_id>/history/                 desk-in  200      403      step
admin/accounts/user/<path:object_id>/delete/                  desk-in  403      403      step
admin/accounts/user/<path:object_id>/change/                  desk-in  403      403      step
admin/accounts/user/<path:object_id>/                         desk-in  >change  >change  step

admin/accounts/topaccount/<int:pk>/account-history/           desk-in  405      405      step
admin/accounts/topaccount/                                    desk-in  200      403      step
admin/accounts/topaccount/add/                                desk-in  403      403      step
admin/accounts/topaccount/<path:object_id>/history/           desk-in  200      403      step
admin/accounts/topaccount/<path:object_id>/delete/            desk-in  403      403      step
admin/accounts/topaccount/<path:object_id>/change/            desk-in  403      403      step
admin/accounts/topaccount/<path:object_id>/                   desk-in  >change  >change  step

admin/accounts/subaccount/                                    desk-in  200      403      step
admin/accounts/subaccount/add/                                desk-in  403      403      step
admin/accounts/subaccount/<path:object_id>/history/           desk-in  200      403      step
admin/accounts/subaccount/<path:object_id>/delete/            desk-in  403      403      step
admin/accounts/subaccount/<path:object_id>/change/            desk-in  403      403      step
admin/accounts/subaccount/<path:object_id>/                   desk-in  >change  >change  step

admin/useraccess/membership/                                  desk-in  200      403      step
admin/useraccess/membership/add/                              desk-in  403      403      step
admin/useraccess/membership/<path:object_id>/history/         desk-in  200      403      step
admin/useraccess/membership/<path:object_id>/delete/          desk-in  403      403      step
admin/useraccess/membership/<path:object_id>/change/          desk-in  403      403      step
admin/useraccess/membership/<path:object_id>/                 desk-in  >change  >change  step

admin/useraccess/activityentry/<int:pk>/write/                desk-in  200      403      step
admin/useraccess/activityentry/<int:pk>/attachment/           desk-in  200      403      step
admin/useraccess/activityentry/                               desk-in  200      403      step
admin/useraccess/activityentry/add/                           desk-in  403      403      step
admin/useraccess/activityentry/<path:object_id>/history/      desk-in  200      403      step
admin/useraccess/activityentry/<path:object_id>/delete/       desk-in  403      403      step
admin/useraccess/activityentry/<path:object_id>/change/       desk-in  403      403      step
admin/useraccess/activityentry/<path:object_id>/              desk-in  >change  >change  step

admin/useraccess/actionitem/                                  desk-in  200      403      step
admin/useraccess/actionitem/add/                              desk-in  403      403      step
admin/useraccess/actionitem/<path:object_id>/history/         desk-in  200      403      step
admin/useraccess/actionitem/<path:object_id>/delete/          desk-in  403      403      step
admin/useraccess/actionitem/<path:object_id>/change/          desk-in  403      403      step
admin/useraccess/actionitem/<path:object_id>/                 desk-in  >change  >change  step

admin/useraccess/tradecontact/                                desk-in  200      403      step
admin/useraccess/tradecontact/add/                            desk-in  403      403      step
admin/useraccess/tradecontact/<path:object_id>/history/       desk-in  200      403      step
admin/useraccess/tradecontact/<path:object_id>/delete/        desk-in  403      403      step
admin/useraccess/tradecontact/<path:object_id>/change/        desk-in  403      403      step
admin/useraccess/tradecontact/<path:object_id>/               desk-in  >change  >change  step

admin/importers/importerrecord/                               desk-in  200      403      step
admin/importers/importerrecord/add/                           desk-in  403      403      step
admin/importers/importerrecord/<path:object_id>/history/      desk-in  200      403      step
admin/importers/importerrecord/<path:object_id>/delete/       desk-in  403      403      step
admin/importers/importerrecord/<path:object_id>/change/       desk-in  405      403      step
admin/importers/importerrecord/<path:object_id>/              desk-in  >change  >change  step

admin/importers/importerapplication/<int:pk>/approve/         desk-in  >change  403      step
admin/importers/importerapplication/<int:pk>/ask/             desk-in  200      403      step
admin/importers/importerapplication/<int:pk>/reject/          desk-in  200      403      step
admin/importers/importerapplication/                          desk-in  200      403      step
admin/importers/importerapplication/add/                      desk-in  403      403      step
admin/importers/importerapplication/<path:object_id>/history/ desk-in  200      403      step
admin/importers/importerapplication/<path:object_id>/delete/  desk-in  403      403      step
admin/importers/importerapplication/<path:object_id>/change/  desk-in  405      403      step
admin/importers/importerapplication/<path:object_id>/         desk-in  >change  >change  step

admin/exporters/exporterapplication/<int:pk>/process-again/   desk-in  >change  403      step
admin/exporters/exporterapplication/                          desk-in  200      403      step
admin/exporters/exporterapplication/add/                      desk-in  403      403      step
admin/exporters/exporterapplication/<path:object_id>/history/ desk-in  200      403      step
admin/exporters/exporterapplication/<path:object_id>/delete/  desk-in  403      403      step
admin/exporters/exporterapplication/<path:object_id>/change/  desk-in  405      403      step
admin/exporters/exporterapplication/<path:object_id>/         desk-in  >change  >change  step

admin/exporters/eindispute/<int:pk>/resolve/                  desk-in  200      403      step
admin/exporters/eindispute/                                   desk-in  200      403      step
admin/exporters/eindispute/add/                               desk-in  403      403      step
admin/exporters/eindispute/<path:object_id>/history/          desk-in  200      403      step
admin/exporters/eindispute/<path:object_id>/delete/           desk-in  403      403      step
admin/exporters/eindispute/<path:object_id>/change/           desk-in  405      403      step
admin/exporters/eindispute/<path:object_id>/                  desk-in  >change  >change  step

admin/exporters/reportauthorization/<int:pk>/approve/         desk-in  403      200      step
admin/exporters/reportauthorization/<int:pk>/deny/            desk-in  403      200      step
admin/exporters/reportauthorization/<int:pk>/revoke/          desk-in  403      200      step
admin/exporters/reportauthorization/<int:pk>/documents/<int:document>/ desk-in  403      200      step
admin/exporters/reportauthorization/<int:pk>/mails/<int:message>/send-again/ desk-in  403      >change  step
admin/exporters/reportauthorization/                          desk-in  403      200      step
admin/exporters/reportauthorization/add/                      desk-in  403      403      step
admin/exporters/reportauthorization/<path:object_id>/history/ desk-in  403      200      step
admin/exporters/reportauthorization/<path:object_id>/delete/  desk-in  403      403      step
admin/exporters/reportauthorization/<path:object_id>/change/  desk-in  403      405      step
admin/exporters/reportauthorization/<path:object_id>/         desk-in  >change  >change  step

admin/ownership/ownerchange/<int:pk>/approve/                 desk-in  200      403      step
admin/ownership/ownerchange/<int:pk>/uphold/                  desk-in  200      403      step
admin/ownership/ownerchange/<int:pk>/reject/                  desk-in  200      403      step
admin/ownership/ownerchange/<int:pk>/proof/                   desk-in  200      403      step
admin/ownership/ownerchange/                                  desk-in  200      403      step
admin/ownership/ownerchange/add/                              desk-in  403      403      step
admin/ownership/ownerchange/<path:object_id>/history/         desk-in  200      403      step
admin/ownership/ownerchange/<path:object_id>/delete/          desk-in  403      403      step
admin/ownership/ownerchange/<path:object_id>/change/          desk-in  405      403      step
admin/ownership/ownerchange/<path:object_id>/                 desk-in  >change  >change  step

admin/ownership/ownerproposal/                                desk-in  200      403      step
admin/ownership/ownerproposal/add/                            desk-in  403      403      step
admin/ownership/ownerproposal/<path:object_id>/history/       desk-in  200      403      step
admin/ownership/ownerproposal/<path:object_id>/delete/        desk-in  403      403      step
admin/ownership/ownerproposal/<path:object_id>/change/        desk-in  403      403      step
admin/ownership/ownerproposal/<path:object_id>/               desk-in  >change  >change  step

admin/<app_label>/                                            desk-in  200      404      step
admin/<url>                                                   desk-in  404      404      step

favicon.ico                                                   405
(home)                                                        405      step
apply/                                                        405      step
accounts/                                                     405      step
accounts/<int:pk>/                                            405      step
accounts/sub/<int:pk>/                                        405      step
accounts/<int:pk>/people/                                     405      step
accounts/<int:pk>/people.csv                                  405      step
accounts/<int:pk>/who/                                        405      step
accounts/<int:pk>/history/                                    405      step
accounts/<int:pk>/activity-log/                               405      step
accounts/<int:pk>/activity-log/add/                           sign-in  200      200      403      403      404      200      404      404      404      step     step
accounts/activity-log/<int:pk>/attachment/                    405      step
accounts/<int:pk>/action-plan/                                405      step
accounts/<int:pk>/action-plan/add/                            sign-in  200      200      403      403      404      200      404      404      404      step     step
accounts/action-plan/<int:pk>/change/                         sign-in  200      200      403      403      404      200      404      404      404      step     step
accounts/<int:pk>/contacts/                                   405      step
accounts/<int:pk>/contacts/add/                               sign-in  200      200      403      403      404      403      404      404      404      step     step
accounts/<int:pk>/contacts/add/person/                        sign-in  200      200      403      403      404      403      404      404      404      step     step
accounts/contacts/<int:pk>/                                   sign-in  200      200      403      403      404      403      404      404      404      step     step
accounts/contacts/<int:pk>/edit/                              sign-in  200      200      403      403      404      403      404      404      404      step     step
accounts/contacts/<int:pk>/remove/                            sign-in  >contacts >contacts 403      403      404      403      404      404      404      step     step
accounts/contacts/<int:pk>/places/<int:place>/remove/         sign-in  >contact >contact 403      403      404      403      404      404      404      step     step
accounts/people/<int:pk>/reset-second-step/                   sign-in  200      403      403      403      404      403      404      404      404      step     step
references/                                                   405      step
tools/                                                        405      step
tools/user-access/                                            405      step

sign-in/                                                      >home    200      >home
sign-in/verify/                                               sign-in  >home    >home    >home    >home    >home    >home    >home    >home    >home    200      step
sign-in/security-token/                                       >enroll  sign-in  step
sign-out/                                                     sign-in
sign-in/retrieve-password/                                    200      step
sign-in/questions/                                            200      sign-in  step
sign-in/change-password/                                      200      sign-in  step
sign-in/authenticator/                                        sign-in  200      200      200      200      200      200      200      200      200      step     403
sign-in/e-mail-token/                                         sign-in  >verify  >verify  >verify  >verify  >verify  >verify  >verify  >verify  >verify  step     >verify
sign-in/forgot-password/                                      200      step
sign-in/forgot-password/questions/                            >forgot-password step
sign-in/new-password/<token:token>/                           200      step
sign-in/forgot-user-id/                                       200      step
sign-in/reactivate/                                           200      step
sign-in/reactivate/<token:token>/                             200      step

profile/                                                      405      step
profile/edit/                                                 200      sign-in  step
profile/e-mail/                                               200      sign-in  step
profile/e-mail/confirm/                                       >change-email sign-in  step
profile/backup-codes/                                         200      sign-in  step
profile/sign-out-everywhere/                                  sign-in  step

picture-check/<str:token>/picture.png                         405
picture-check/<str:token>/sound.wav                           405
apply/importer/                                               200
apply/importer/<token:token>/                                 405
apply/importer/<token:token>/code/                            200
apply/importer/<token:token>/code/new/                        >code
apply/importer/<token:token>/details/                         200
apply/importer/<token:token>/draft/                           200
apply/importer/<token:token>/answers/                         >status
status/<token:token>/                                         200
status/<token:token>/withdraw/                                >status

apply/exporter/                                               200
apply/exporter/terms/                                         405
status/exporter/<token:token>/                                405
status/exporter/<token:token>/submitted/                      405
accounts/exporters/new/                                       405      step
accounts/exporters/new/<int:pk>/                              sign-in  >review  >company 403      403      404      404      404      404      404      step     step
accounts/exporters/drafts/<token:token>/company/              404      sign-in  200      404      404      step
accounts/exporters/drafts/<token:token>/addresses/            404      sign-in  200      404      404      step
accounts/exporters/drafts/<token:token>/contacts/             404      sign-in  200      404      404      step
accounts/exporters/drafts/<token:token>/company/save/         404      sign-in  200      404      404      step
accounts/exporters/drafts/<token:token>/addresses/save/       404      sign-in  200      404      404      step
accounts/exporters/drafts/<token:token>/contacts/save/        404      sign-in  200      404      404      step
accounts/exporters/drafts/<token:token>/review/               404      sign-in  >sub-account 404      404      step
accounts/exporters/drafts/<token:token>/discard/              404      sign-in  >top-account 404      404      step
accounts/exporters/drafts/<token:token>/dispute/              404      sign-in  200      404      404      step
accounts/sub/<int:pk>/report-authorization/                   405      step
accounts/sub/<int:pk>/report-authorization/request/           sign-in  200      200      403      403      404      200      404      404      404      step     step
accounts/sub/<int:pk>/report-authorization/documents/<int:document>/ 405      step

support/                                                      405      step
support/owner-lookup/                                         200      step
support/owner-lookup/sent/                                    405      step
support/owner-change/                                         200      step
support/owner-change/<token:token>/                           405      step
support/owner-change/<token:token>/code/                      200      step
support/owner-change/<token:token>/code/new/                  >code    step
accounts/<int:pk>/owner/                                      sign-in  200      403      403      403      404      403      404      404      404      step     step
accounts/<int:pk>/owner/withdraw/                             sign-in  >owner   403      403      403      404      403      404      404      404      step     step
accounts/owner-proposals/<int:pk>/                            404      sign-in  404      200      404      step
accounts/owner-changes/<int:pk>/objection/                    404      sign-in  >objection 404      404      step

mailroom/                                                     405
mailroom/<int:pk>/                                            405
demo/                                                         405
demo/clock/                                                   >start

accounts/<int:pk>/leave/                                      sign-in  403      >home    >home    >home    404      403      404      404      404      step     step
accounts/people/<int:pk>/                                     405      step
accounts/people/<int:pk>/change/                              sign-in  200      200      403      403      404      403      404      404      404      step     step
accounts/people/<int:pk>/deactivate/                          sign-in  >person  >person  403      403      404      403      404      404      404      step     step
accounts/people/<int:pk>/reactivate/                          sign-in  >person  >person  403      403      404      403      404      404      404      step     step
accounts/people/<int:pk>/revoke/                              sign-in  >people  >people  403      403      404      403      404      404      404      step     step
sign-in/authenticator/<token:token>/                          405
tools/choose-account/                                         200      sign-in  step
tools/user-access/add/                                        sign-in  200      200      403      403      200      403      403      403      403      step     step
tools/user-access/add/<int:pk>/                               sign-in  200      404      403      403      404      403      403      403      403      step     step
tools/user-access/add/<int:pk>/account/                       sign-in  >add-role 404      403      403      404      403      403      403      403      step     step
tools/user-access/add/<int:pk>/discard/                       sign-in  >add     404      403      403      404      403      403      403      403      step     step
tools/user-access/add/<int:pk>/permissions/                   sign-in  >add-role 404      403      403      404      403      403      403      403      step     step
tools/user-access/add/<int:pk>/role/                          sign-in  200      404      403      403      404      403      403      403      403      step     step
tools/user-access/add/existing/                               sign-in  200      200      403      403      200      403      403      403      403      step     step
tools/user-access/add/new/                                    sign-in  200      200      403      403      200      403      403      403      403      step     step

accounts/<int:pk>/cross-account-access/                       405      step
accounts/<int:pk>/cross-account-access/ask/                   sign-in  200      403      403      403      404      403      404      404      404      step     step
accounts/<int:pk>/cross-account-access/offer/                 sign-in  200      403      403      403      404      403      404      404      404      step     step
accounts/<int:pk>/cross-account-access/received/              405      step
accounts/cross-account-access/<int:pk>/                       405      step
accounts/cross-account-access/<int:pk>/accept/                sign-in  >access  403      403      403      404      404      404      404      404      step     step
accounts/cross-account-access/<int:pk>/approve/               sign-in  200      403      403      403      404      404      404      404      404      step     step
accounts/cross-account-access/<int:pk>/change/                sign-in  200      403      403      403      404      403      404      404      404      step     step
accounts/cross-account-access/<int:pk>/people/                405      step
accounts/cross-account-access/<int:pk>/people/<int:member>/   sign-in  200      200      403      403      404      404      404      404      404      step     step
accounts/cross-account-access/<int:pk>/people/<int:member>/take-back/ sign-in  >access-people >access-people 403      403      404      404      404      404      404      step     step
accounts/cross-account-access/<int:pk>/power-of-attorney/     405      step
accounts/cross-account-access/<int:pk>/reject/                sign-in  >access  403      403      403      404      404      404      404      404      step     step
accounts/cross-account-access/<int:pk>/release/               sign-in  >access  403      403      403      404      404      404      404      404      step     step
accounts/cross-account-access/<int:pk>/revoke/                sign-in  >access  403      403      403      404      403      404      404      404      step     step
accounts/cross-account-access/<int:pk>/withdraw/              sign-in  >access  403      403      403      404      404      404      404      404      step     step
admin/useraccess/crossaccountaccess/                          desk-in  200      403      step
admin/useraccess/crossaccountaccess/<path:object_id>/         desk-in  >change  >change  step
admin/useraccess/crossaccountaccess/<path:object_id>/change/  desk-in  403      403      step
admin/useraccess/crossaccountaccess/<path:object_id>/delete/  desk-in  403      403      step
admin/useraccess/crossaccountaccess/<path:object_id>/history/ desk-in  200      403      step
admin/useraccess/crossaccountaccess/add/                      desk-in  403      403      step

accounts/<int:pk>/filer-codes/                                sign-in  200      200      403      403      404      403      404      404      404      step     step
accounts/filer-codes/<int:pk>/remove/                         sign-in  >filer-codes >filer-codes 403 403  404      403      404      404      404      step     step
admin/accounts/topaccount/<int:pk>/add-sub-account/           desk-in  200      403      step
admin/useraccess/filercodelink/                               desk-in  200      403      step
admin/useraccess/filercodelink/<path:object_id>/              desk-in  >change  >change  step
admin/useraccess/filercodelink/<path:object_id>/change/       desk-in  403      403      step
admin/useraccess/filercodelink/<path:object_id>/delete/       desk-in  403      403      step
admin/useraccess/filercodelink/<path:object_id>/history/      desk-in  200      403      step
admin/useraccess/filercodelink/add/                           desk-in  403      403      step

admin/numbers/                                                desk-in  405      405      step
admin/queue/                                                  desk-in  405      405      step
admin/queue/next/                                             desk-in  >change  >change  step
admin/queue/<str:code>/<int:pk>/claim/                        desk-in  >change  403      step
admin/queue/<str:code>/<int:pk>/release/                      desk-in  >change  403      step
admin/queue/<str:code>/<int:pk>/hand-over/                    desk-in  200      403      step
admin/queue/<str:code>/<int:pk>/note/                         desk-in  200      403      step
admin/ownership/ownerchange/<int:pk>/prepare/                 desk-in  200      403      step
admin/ownership/ownerchange/<int:pk>/send_back/               desk-in  200      403      step

accounts/<int:pk>/mergers/                                    405      step
accounts/<int:pk>/mergers/propose/                            sign-in  200      403      403      403      404      403      404      404      404      step     step
accounts/mergers/<int:pk>/                                    405      step
accounts/mergers/<int:pk>/consent/                            sign-in  >merger  403      403      403      404      404      404      404      404      step     step
accounts/mergers/<int:pk>/decline/                            sign-in  >merger  403      403      403      404      404      404      404      404      step     step
accounts/mergers/<int:pk>/records.zip                         405      step
accounts/mergers/<int:pk>/withdraw/                           sign-in  >merger  403      403      403      404      404      404      404      404      step     step
accounts/sub/<int:pk>/history/                                405      step
admin/accounts/subaccount/<int:pk>/sub-account-history/       desk-in  405      405      step
admin/mergers/merger/                                         desk-in  200      403      step
admin/mergers/merger/<int:pk>/approve/                        desk-in  200      403      step
admin/mergers/merger/<int:pk>/prepare/                        desk-in  200      403      step
admin/mergers/merger/<int:pk>/send_back/                      desk-in  200      403      step
admin/mergers/merger/<int:pk>/reject/                         desk-in  200      403      step
admin/mergers/merger/<path:object_id>/                        desk-in  >change  >change  step
admin/mergers/merger/<path:object_id>/change/                 desk-in  405      403      step
admin/mergers/merger/<path:object_id>/delete/                 desk-in  403      403      step
admin/mergers/merger/<path:object_id>/history/                desk-in  200      403      step
admin/mergers/merger/add/                                     desk-in  403      403      step

admin/importers/importerapplication/<int:pk>/attachment/<int:message>/ desk-in  200      403      step
admin/tradeparties/tradeapplication/                          desk-in  200      403      step
admin/tradeparties/tradeapplication/<int:pk>/approve/         desk-in  200      403      step
admin/tradeparties/tradeapplication/<int:pk>/ask/             desk-in  200      403      step
admin/tradeparties/tradeapplication/<int:pk>/attachment/<int:message>/ desk-in  200      403      step
admin/tradeparties/tradeapplication/<int:pk>/reject/          desk-in  200      403      step
admin/tradeparties/tradeapplication/<path:object_id>/         desk-in  >change  >change  step
admin/tradeparties/tradeapplication/<path:object_id>/change/  desk-in  405      403      step
admin/tradeparties/tradeapplication/<path:object_id>/delete/  desk-in  403      403      step
admin/tradeparties/tradeapplication/<path:object_id>/history/ desk-in  200      403      step
admin/tradeparties/tradeapplication/add/                      desk-in  403      403      step
apply/protest-filer/                                          200
apply/trade/                                                  200
apply/trade/<token:token>/                                    405
apply/trade/<token:token>/<slug:section>/                     200
apply/trade/<token:token>/<slug:section>/draft/               200
apply/trade/<token:token>/answers/                            >status
apply/trade/status/<token:token>/                             200
apply/trade/status/<token:token>/attachment/<int:message>/    405
apply/trade/status/<token:token>/withdraw/                    >status
status/<token:token>/attachment/<int:message>/                405
admin/form5106/filing/                                        desk-in  200      403      step
admin/form5106/filing/<int:pk>/accept/                        desk-in  >change  403      step
admin/form5106/filing/<int:pk>/reject/                        desk-in  200      403      step
admin/form5106/filing/<int:pk>/ask/                           desk-in  200      403      step
admin/form5106/filing/<int:pk>/attachment/<int:message>/      desk-in  200      403      step
admin/form5106/filing/<path:object_id>/                       desk-in  >change  >change  step
admin/form5106/filing/<path:object_id>/change/                desk-in  405      403      step
admin/form5106/filing/<path:object_id>/delete/                desk-in  403      403      step
admin/form5106/filing/<path:object_id>/history/               desk-in  200      403      step
admin/form5106/filing/add/                                    desk-in  403      403      step
admin/form5106/restorerequest/                                desk-in  200      403      step
admin/form5106/restorerequest/<int:pk>/grant/                 desk-in  200      403      step
admin/form5106/restorerequest/<int:pk>/proof/                 desk-in  200      403      step
admin/form5106/restorerequest/<int:pk>/refuse/                desk-in  200      403      step
admin/form5106/restorerequest/<int:pk>/ask/                   desk-in  200      403      step
admin/form5106/restorerequest/<int:pk>/attachment/<int:message>/ desk-in  200      403      step
admin/form5106/restorerequest/<path:object_id>/               desk-in  >change  >change  step
admin/form5106/restorerequest/<path:object_id>/change/        desk-in  405      403      step
admin/form5106/restorerequest/<path:object_id>/delete/        desk-in  403      403      step
admin/form5106/restorerequest/<path:object_id>/history/       desk-in  200      403      step
admin/form5106/restorerequest/add/                            desk-in  403      403      step
admin/importers/importerrecord/<int:pk>/un-void/              desk-in  200      403      step
admin/importers/importerrecord/<int:pk>/void/                 desk-in  200      403      step
importer-records/                                             405      step
importer-records/<int:pk>/history/                            405      sign-in  step
importer-records/file/                                        200      step
importer-records/file/<token:token>/                          405      step
importer-records/file/<token:token>/answers/                  >status  step
importer-records/file/<token:token>/code/                     200      step
importer-records/file/<token:token>/code/new/                 >code    step
importer-records/file/<token:token>/discard/                  >home    step
importer-records/file/<token:token>/no-code/                  200      step
importer-records/file/<token:token>/overtaken/                >answers step
importer-records/file/<token:token>/step/<slug:slug>/         200      step
importer-records/filings/<token:token>/                       200      step
importer-records/filings/<token:token>/attachment/<int:message>/ 405      step
importer-records/filings/<token:token>/form.pdf               405      step
importer-records/filings/<token:token>/withdraw/              >status  step
importer-records/query/                                       sign-in  200      200      200      200      200      200      403      403      403      step     step
importer-records/un-void/                                     200      step
importer-records/un-void/<token:token>/                       200
importer-records/un-void/<token:token>/attachment/<int:message>/ 405
"""
