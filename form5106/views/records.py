"""The start page, the versions of a record, the customs query."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.common import person_of
from ace_portal.core.errors import DomainError
from form5106 import actions, policy, printing
from form5106.forms import QueryForm
from form5106.models import RecordVersion
from form5106.snapshots import differences
from form5106.views.filing import user_of
from form5106.views.handed_in import pdf_answer
from importers.models import ImporterRecord
from useraccess import policy as rights
from useraccess.views.common import ask

#: Columns of the query's CSV copy.
COLUMNS = (
    *("importer_number", "result_code", "result", "company_name", "name_qualifier", "second_name"),
    *("mailing_address", "physical_address", "contact_email", "bond_number", "surety_code", "bond_activity"),
    *("bond_amount", "bond_effective_on", "bond_terminates_on", "continuous_bond"),
)


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What can be done here, and what the person has filed."""
    user = user_of(request)
    page = None
    if user:
        filings = policy.filings_of(user).select_related("record")
        page = Paginator(filings, 20).get_page(request.GET.get("page"))
    context = {"section": "tools", "page_obj": page, "may_query": bool(user and policy.may_query(user))}
    return render(request, "form5106/home.html", context)


@never_cache
@login_required
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions of a record, each with what it changed, for those who may see the record."""
    record = get_object_or_404(ImporterRecord.objects.select_related("sub_account__top_account"), pk=pk)
    user, linked = person_of(request), policy.linked_to(record)
    if linked is None or not rights.ways_into(linked.top_account, user):
        raise Http404
    if not policy.may_read(user, record):
        raise PermissionDenied(ask(linked.top_account, "You may not read this importer record."))
    context = {"section": "accounts", "record": record, "linked": linked, "versions": versions(record)}
    return render(request, "form5106/history.html", context)


def versions(record: ImporterRecord) -> list[dict[str, Any]]:
    """The versions of a record, newest first, each with its differences from the one before."""
    known = list(RecordVersion.objects.filter(record=record).select_related("filing", "filed_by")[:100])
    olders: list[RecordVersion | None] = [*known[1:], None] if known else []
    return [
        {"version": one, "changes": differences(older.snapshot, one.snapshot) if older else []}
        for one, older in zip(known, olders, strict=True)
    ]


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def query(request: HttpRequest) -> HttpResponse:
    """Up to six importer numbers: on the page, as CSV, or as a copy to print."""
    user = person_of(request)
    if not policy.may_query(user):
        account = rights.top_accounts_visible_to(user).first()
        refusal = "Customs queries are for account owners, proxies and the people of brokers and filers."
        raise PermissionDenied(ask(account, refusal) if account else refusal)
    form = QueryForm(request.POST or None)
    answers: list[actions.Answer] = []
    if form.is_valid():
        try:
            answers = actions.ask(form.cleaned_data["numbers"], by=user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            if copy := _copy(request.POST.get("as", ""), answers):
                return copy
    context = {"section": "tools", "form": form, "answers": [(one, _rows(one)) for one in answers]}
    return render(request, "form5106/query.html", context)


def _copy(kind: str, answers: list[actions.Answer]) -> HttpResponse | None:
    """The answers as a file; None to show them on the page."""
    if kind == "csv":
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="customs-query.csv"'
        writer = csv.writer(answer)
        writer.writerow(COLUMNS)
        writer.writerows([_harmless(cell) for cell in _cells(one)] for one in answers)
        return answer
    if kind == "pdf":
        parts = [{"title": f"{one.number}: {one.code} – {one.result}", "rows": _rows(one)} for one in answers]
        return pdf_answer(printing.document("Customs query (importer/bond)", parts), "customs-query.pdf")
    return None


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _cells(one: actions.Answer) -> list[str]:
    record = one.record
    if record is None:
        return [one.number, one.code, one.result, *[""] * (len(COLUMNS) - 3)]
    return [
        *(one.number, one.code, one.result, record.company_name, record.name_qualifier, record.second_name),
        *(record.address_line, record.physical_address_line, one.contact, record.bond_number, record.surety_code),
        *(record.bond_activity, str(record.bond_amount or "")),
        *(f"{day:%Y-%m-%d}" if day else "" for day in (record.bond_effective_on, record.bond_terminates_on)),
        "yes" if record.bond_is_continuous else "no",
    ]


def _rows(one: actions.Answer) -> list[dict[str, str]]:
    """An answer as label and value, for page and printed copy."""
    record = one.record
    if record is None:
        return []
    second = f"{record.name_qualifier} {record.second_name}".strip()
    amount = f"${record.bond_amount:,}" if record.bond_amount else ""
    days = [f"{day:%B %-d, %Y}" if day else "" for day in (record.bond_effective_on, record.bond_terminates_on)]
    rows = [
        ("Company", record.company_name),
        ("Second name", second),
        ("Mailing address", record.address_line),
        ("Physical address", record.physical_address_line),
        ("Contact e-mail", one.contact),
        ("Bond number", record.bond_number),
        ("Surety code", record.surety_code),
        ("Bond activity", one.bond_activity),
        ("Bond amount", amount),
        ("Bond in force from", days[0]),
        ("Bond terminates on", days[1]),
        (
            "Continuous bond",
            ("Yes" if record.bond_is_continuous else "No") if record.bond_number else "No bond on file",
        ),
    ]
    return [{"label": label, "value": value} for label, value in rows]
