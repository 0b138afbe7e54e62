"""US partners."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import USState

from .records import Noted, Record, Sourced, in_language


class Partner(Record, Sourced, Noted):
    """A US counterparty. `state` is the US state of its headquarters, empty where it has none or it is not known."""

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=200, unique=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    state = models.CharField(_("US state"), max_length=2, choices=USState.choices, blank=True, db_index=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    industry_vi = models.CharField(_("business in Vietnamese"), max_length=120, blank=True)
    industry_en = models.CharField(_("business in English"), max_length=120, blank=True)
    sort_key = models.CharField(max_length=1000, editable=False, db_index=True)

    count: int  # of its deals, where a report asks for it

    history = HistoricalRecords(
        excluded_fields=["sort_key"],
        verbose_name=_("change to a US partner"),
        verbose_name_plural=_("changes to US partners"),
    )

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("US partner")
        verbose_name_plural = _("US partners")

    def __str__(self) -> str:
        return self.name

    @property
    def industry(self) -> str:
        return in_language(self, "industry")

    def get_absolute_url(self) -> str:
        return reverse("deals:partner-detail", args=[self.slug])
