"""What the facts of a deal come to today, kept in one short row for lists, totals and searches. It is written with the
deal's postings, and with the names of all concerned; `deals.checking` compares it with both."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from deals import names
from deals.choices import Stage
from deals.positions import BAND_NAMES, Bands, Facts

from .deals import Deal
from .enterprises import Enterprise
from .instruments import Instrument
from .money import UsdField
from .partners import Partner
from .sectors import Sector


class BalanceQuerySet(models.QuerySet["Balance"]):
    def hold(self, deal: Deal, known: Facts, bands: Bands) -> None:
        """Write what the deal comes to. One query where it is held already, some more where it is not."""
        held = rolled_up(deal, known, bands)
        if not self.filter(deal=deal, **held).exists():
            self.update_or_create(deal=deal, defaults=held)

    def index(self, deal: Deal, text: str) -> None:
        """Write the words by which the deal is found. One query."""
        found: list[Any] = [Balance(deal=deal, search_text=text, stage=deal.stage, sector_id=deal.sector_id)]
        self.bulk_create(found, update_conflicts=True, unique_fields=["deal"], update_fields=["search_text"])


class Balance(models.Model):
    """The sum of all of a deal's entries by band, how many of its papers have no known value, its stage and sector, and
    the words by which it is found: a roll-up of the ledger, with what else totals are asked by, so that they look at
    one row a deal."""

    deal = models.OneToOneField(Deal, models.PROTECT, primary_key=True, verbose_name=_("deal"))
    delivered = UsdField(_("delivered"), default=0)
    contracted = UsdField(_("contracted"), default=0)
    memorandum = UsdField(_("memorandum"), default=0)
    negotiating = UsdField(_("negotiating"), default=0)
    outside = UsdField(_("outside"), default=0)
    four = models.GeneratedField(
        verbose_name=_("all four bands"),
        expression=F("delivered") + F("contracted") + F("memorandum") + F("negotiating"),
        output_field=UsdField(),
        db_persist=True,
    )
    in_use = models.BooleanField(_("in use"), default=True)
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="+", db_index=False, verbose_name=_("sector"))
    undisclosed = models.PositiveIntegerField(_("papers of undisclosed value"), default=0)
    search_text = models.TextField(editable=False)

    objects = BalanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        indexes = [
            models.Index(fields=["-four", "deal"], name="balance_by_value"),
            # A stage of a sector has its largest first here, and all that is added up. Were it of those in use alone,
            # SQLite would go through it for all of them.
            models.Index(
                name="balance_by_stage_and_sector",
                fields=["stage", "sector", "-four", "deal"],
                include=[*BAND_NAMES, "undisclosed", "in_use"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {localize(self.four)}"

    @property
    def bands(self) -> Bands:
        return Bands(*(getattr(self, name) for name in BAND_NAMES))


ROLLED_UP = (*BAND_NAMES, "undisclosed", "in_use", "stage", "sector_id")


def rolled_up(deal: Deal, known: Facts, bands: Bands) -> dict[str, Any]:
    """What the roll-up of the deal holds where these are its facts, and the bands that they come to: ROLLED_UP."""
    of_deal = {"in_use": deal.archived_at is None, "stage": deal.stage, "sector_id": deal.sector_id}
    return bands.as_dict() | {"undisclosed": known.undisclosed} | of_deal


def words_of(deal: Deal, buyers: Iterable[Enterprise], sellers: Iterable[Partner], papers: Iterable[Instrument]) -> str:
    """The words by which the deal is found, each once: its code and titles, every name of its sector, of the buyers
    with their groups and of the sellers, and the numbers and goods of the papers."""
    found = list(buyers)
    found += [buyer.group for buyer in found if buyer.group and buyer.group_id != buyer.pk]
    words: list[Any] = [deal.code, deal.title_vi, deal.title_en, deal.sector.name_vi, deal.sector.name_en]
    for buyer in found:
        words += [buyer.code, buyer.name_vi, buyer.name_en, *buyer.aliases]
    for seller in sellers:
        words += [seller.name, *seller.aliases]
    for paper in papers:
        words += [paper.number, paper.goods_vi, paper.goods_en]
    return names.each_word(filter(None, words))


def own_words_of(deal: Deal) -> str:
    """The same of a deal as it is stored. No query where it came `named`."""
    buyers = [deal.enterprise, *deal.other_enterprises.all()]
    sellers = [*([deal.partner] if deal.partner else []), *deal.other_partners.all()]
    return words_of(deal, buyers, sellers, [paper for paper in deal.instruments.all() if not paper.archived_at])
