from django.urls import path

import ace_portal.core.converters  # noqa: F401 - registers <token:…>
from form5106.views import filing, records, restore

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
    path("filings/<token:token>/", filing.status, name="status"),
    path("filings/<token:token>/form.pdf", filing.printed, name="printed"),
    path("filings/<token:token>/withdraw/", filing.withdraw, name="withdraw"),
    path("<int:pk>/history/", records.history, name="history"),
    path("query/", records.query, name="query"),
    path("un-void/", restore.restore, name="restore"),
    path("un-void/sent/", restore.sent, name="restore-sent"),
]
