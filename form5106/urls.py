from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from form5106.views import filing, handed_in, records, restore

app_name = "form5106"

urlpatterns = [
    path("", records.home, name="home"),
    path("file/", filing.start, name="start"),
    path("file/<token:token>/", filing.resume, name="resume"),
    path("file/<token:token>/code/", filing.code, name="code"),
    path("file/<token:token>/code/new/", filing.new_code, name="new-code"),
    path("file/<token:token>/no-code/", filing.no_code, name="no-code"),
    path("file/<token:token>/answers/", filing.answers, name="answers"),
    path("file/<token:token>/overtaken/", filing.overtaken, name="overtaken"),
    path("file/<token:token>/discard/", filing.discard, name="discard"),
    path("file/<token:token>/step/<slug:slug>/", filing.step, name="step"),
    path("filings/<token:token>/", handed_in.status, name="status"),
    path("filings/<token:token>/form.pdf", handed_in.printed, name="printed"),
    path("filings/<token:token>/withdraw/", handed_in.withdraw, name="withdraw"),
    path("filings/<token:token>/attachment/<int:message>/", handed_in.attachment, name="attachment"),
    path("<int:pk>/history/", records.history, name="history"),
    path("query/", records.query, name="query"),
    path("un-void/", restore.restore, name="restore"),
    path("un-void/<token:token>/", restore.status, name="restore-status"),
    path("un-void/<token:token>/attachment/<int:message>/", restore.attachment, name="restore-attachment"),
]
