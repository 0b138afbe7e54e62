"""What a file made for an audience holds, and what it may not be asked (docs/decisions/0014-exports.md)."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from deals import permissions
from deals.choices import Release
from deals.filters import DealFilter
from deals.forms.screens import Screen
from deals.models import Deal
from deals.permissions import WORDS_OF_THE_HOUSE
from deals.reports import clearance
from deals.reports.clearance import Clearance, Range

from .columns import deal_cells, deal_fields
from .tables import Field, Kind, Table, listed

# What stands on the face of a deal. Who asks for deals by anything else learns it of those that answer.
FACE = {"group", "enterprise", "partner", "state", "sector"}
# What goes by words of the house, or by what the house makes of them.
OF_THE_HOUSE = {"condition", "attention", "body", "obstacle", "freshness"}


def problems(screen: Screen, audience: Release, *, filters: Iterable[str] = ()) -> list[str]:
    """Why there is no such file for the audience, as sentences."""
    found = []
    if audience != Release.INTERNAL and screen.known:
        found.append(
            _(
                "What was known on an earlier day holds what was corrected since, and is told within the ministry "
                "alone: leave “as known on” empty; nothing was made."
            )
        )
    if audience not in WORDS_OF_THE_HOUSE and OF_THE_HOUSE & set(filters):
        found.append(
            _(
                "Conditions, obstacles and what needs attention are told within the government alone: ask without "
                "these filters; nothing was made."
            )
        )
    return found


def nothing(deals: QuerySet[Deal], audience: Release, *, asked: Iterable[str] = ()) -> list[str]:
    """Why there is no file of deals none of which may even be named: what was asked for, by these filters, would tell
    of them. At most two queries."""
    if audience == Release.INTERNAL or permissions.cleared(deals, audience).exists():
        return []
    if set(asked) <= FACE and permissions.cleared_by_name(deals, audience).exists():
        return []
    return [_("None of these deals is released to this audience; nothing was made.")]


def inside_only(audience: Release) -> list[str]:
    """Why there are no ledger entries and no history for the audience: they show what was entered and taken back."""
    if audience == Release.INTERNAL:
        return []
    return [
        _(
            "Ledger entries and history also show what was entered and taken back; they are told within the ministry "
            "alone; nothing was made."
        )
    ]


def of_list(asked: DealFilter, audience: Release) -> Clearance:
    """What of the deals that a filter asks for may be told. Who was asked for by more than what stands on their face is
    not even named where a paper is not released. Three queries; none where all may be told."""
    deals = Deal.objects.filter(pk__in=asked.deals.order_by().values("pk"))
    found = of(deals, asked, audience, partner=str(asked.form.cleaned_data.get("partner") or ""))
    if set(asked.asked) <= FACE:
        return found
    return replace(found, named=[], withheld=found.withheld + len(found.named))


def of(deals: QuerySet[Deal], asked: DealFilter | Screen, audience: Release, *, partner: str = "") -> Clearance:
    """What of the deals may be told, those to be named in the order of their codes; `partner` is the name of the one
    whose deals they are, if they are of one."""
    found = clearance.clearance(deals.order_by("code"), asked.at, audience=audience)
    return replace(found, partner=partner if audience == Release.PARTNER else "")


def house(audience: Release) -> Clearance:
    """Of what holds no deals that could be withheld."""
    return Clearance(audience, Deal.objects.none(), [], 0)


def named(told: Clearance) -> list[Table]:
    """The table of the deals that are named with a range, if there are any."""
    if not told.named:
        return []
    fields = [
        *deal_fields(),
        Field("from_usd", _("Value from, US$"), Kind.USD),
        Field("below_usd", _("Value below, US$"), Kind.USD),
    ]
    rows = [(*deal_cells(deal), *_ends(between)) for deal, between in told.named]
    note = _("An empty upper end: all above. Both zero: no known value.")
    return [listed("named", _("Named with a range"), fields, rows, note=note)]


def _ends(between: Range) -> tuple[object, object]:
    return between.low, between.high if between.low or between.high else between.low
