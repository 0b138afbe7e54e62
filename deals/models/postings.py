"""The ledger's entries. Written by `deals.ledger` alone, never changed, never deleted: the database refuses it."""

from datetime import date
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from deals.choices import Band, Cause

from . import revisions
from .deals import Deal
from .money import UsdField
from .openings import OpeningBalance
from .records import Labelled, UntrackedWriteError


class Posting(Labelled):
    """One signed amount in one band on one day, of a deal or of an opening balance.

    Two clocks: `effective_on` is the day in the world, `recorded_at` the moment the system learnt of it.
    """

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="postings", null=True, verbose_name=_("deal"))
    opening_balance = models.ForeignKey(
        OpeningBalance, models.PROTECT, related_name="postings", null=True, verbose_name=_("opening balance")
    )
    band = models.CharField(_("band"), max_length=12, choices=Band.choices)
    amount_usd = UsdField(_("amount in US$"))
    effective_on = models.DateField(_("effective on"), db_index=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        ordering = ["effective_on", "recorded_at", "id"]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [models.Index(fields=["deal", "effective_on", "band"], name="posting_of_deal")]
        constraints = [
            models.CheckConstraint(
                name="posting_of_one_thing",
                condition=Q(deal__isnull=False, opening_balance=None) | Q(deal=None, opening_balance__isnull=False),
            ),
            models.CheckConstraint(name="posting_band_known", condition=Q(band__in=Band.values)),
            models.CheckConstraint(name="posting_not_zero", condition=~Q(amount_usd=0)),
        ]

    def __str__(self) -> str:
        return f"{localize(self.effective_on)} {self.get_band_display()} {localize(self.amount_usd)}"

    @classmethod
    def last_day(cls) -> date | None:
        """The day of the last entry, None where there is none. One query, which looks at the end of an index."""
        found: date | None = revisions.once("last day", lambda: cls.objects.aggregate(last=Max("effective_on"))["last"])
        return found

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UntrackedWriteError("A ledger entry is never deleted")
