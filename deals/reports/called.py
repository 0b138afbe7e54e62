"""What enterprises, partners and sectors are called: they are few, and named in the rows of very many deals."""

from typing import NamedTuple

from django.utils.translation import get_language

from deals.models import Deal, Enterprise, Partner, Sector, revisions


class Names(NamedTuple):
    """Names in the language of the page, by key."""

    enterprises: dict[int, str]
    partners: dict[int, str]
    sectors: dict[int, str]

    def of(self, deal: Deal) -> tuple[str, str, str]:
        """Who buys from whom in which sector; an empty text where the partner is not known."""
        partner = self.partners[deal.partner_id] if deal.partner_id else ""
        return self.enterprises[deal.enterprise_id], partner, self.sectors[deal.sector_id]


def names() -> Names:
    """The names of all. Three queries; none while a state is read in which none of them differs from an earlier one."""
    return revisions.remembered(("names", get_language()), _names, of=[Enterprise, Partner, Sector])


def _names() -> Names:
    enterprises = Enterprise.objects.order_by().only("name_vi", "name_en", "aliases")
    sectors = Sector.objects.order_by().only("name_vi", "name_en")
    return Names(
        {each.pk: each.short_name for each in enterprises},
        dict(Partner.objects.order_by().values_list("pk", "name")),
        {each.pk: each.name for each in sectors},
    )
