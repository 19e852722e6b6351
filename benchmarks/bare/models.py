"""One table with a column for each field of the portal's details page."""

from typing import ClassVar

from django.db import models


class Application(models.Model):
    organizational_structure = models.CharField(max_length=25)
    fiscal_year_end_month = models.PositiveSmallIntegerField(null=True)
    fiscal_year_end_day = models.PositiveSmallIntegerField(null=True)
    duns = models.CharField(max_length=20, blank=True)
    website = models.CharField(max_length=200, blank=True)
    first_name = models.CharField(max_length=60)
    middle_name = models.CharField(max_length=60, blank=True)
    last_name = models.CharField(max_length=60)
    country = models.CharField(max_length=2)
    street_address = models.CharField(max_length=100)
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    zip_override = models.BooleanField(default=False)
    phone = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    # Said here because the bare project's tables are not the portal's, which is all that the type checker looks at.
    objects: ClassVar[models.Manager["Application"]] = models.Manager()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"
