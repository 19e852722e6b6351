"""CBP's desk adds broker, filer and carrier sub-accounts to a top account."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.models import TopAccount
from ace_portal.core.errors import DomainError
from tradeparties import actions
from tradeparties.forms import OpenForm, opened
from useraccess.admin import AccountAdmin

admin.site.unregister(TopAccount)


@admin.register(TopAccount)
class HolderAdmin(AccountAdmin):
    """A top account, with the sub-accounts that only CBP creates."""

    add_template = "admin/tradeparties/add_sub_account.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.add_sub_account)
        return [
            path("<int:pk>/add-sub-account/", view, name="accounts_topaccount_add_sub_account"),
            *super().get_urls(),
        ]

    def add_sub_account(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add a broker, filer or carrier sub-account: the form, then it is done."""
        account = self.found_to_decide(request, str(pk))
        form = OpenForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            officer: Any = request.user
            try:
                sub_account = actions.open_by_desk(account, **form.answers(), by=officer)
            except DomainError as error:
                form.add_error(error.field, error.message)
            else:
                messages.success(request, opened(sub_account))
                return HttpResponseRedirect(reverse("admin:accounts_subaccount_change", args=[sub_account.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Add a sub-account to {account.company_name}",
            "opts": self.opts,
            "media": self.media,
            "account": account,
            "form": form,
        }
        return TemplateResponse(request, self.add_template, context)


# The queue of applications is a page of this room, too; the admin finds it here.
from tradeparties.application_admin import TradeApplicationAdmin  # noqa: E402, F401
