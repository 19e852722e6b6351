"""Three parts: the application, the EIN sub-account, the authorization for reports."""

from exporters.forms.application import ApplicationForm
from exporters.forms.sub_account import AddressesForm, CompanyForm, ContactsForm, DisputeForm

__all__ = ["AddressesForm", "ApplicationForm", "CompanyForm", "ContactsForm", "DisputeForm"]
