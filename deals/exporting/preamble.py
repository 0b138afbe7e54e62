"""What every file says of itself: of which day, in which reading, for whom, by whom, and what its words mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals import permissions
from deals.choices import Band, Reading, Release
from deals.forms.screens import Screen
from deals.models import User
from deals.permissions import WORDS_OF_THE_HOUSE
from deals.reports.clearance import Clearance

from .tables import Fact


@dataclass(frozen=True)
class Making:
    """By whom a file is made, when, and of which page (its full address)."""

    by: User
    at: datetime
    address: str


def facts(
    screen: Screen,
    making: Making,
    told: Clearance,
    *,
    filters: Iterable[tuple[str, str, str]] = (),
    undisclosed: int | None = None,
    more: Sequence[Fact] = (),
) -> list[Fact]:
    """What there is to say of a file of the screen, of what the filters (parameter, label, value) ask for. No query."""
    is_house = told.audience in WORDS_OF_THE_HOUSE
    asked = [f"{label}: {value}" for _name, label, value in filters]
    counted = (
        [] if undisclosed is None else [Fact("undisclosed", _("Papers of undisclosed value, in no total"), undisclosed)]
    )
    return [
        Fact("day", _("As of"), screen.at.as_of),
        Fact("known", _("As known on"), screen.known or _("now")),
        Fact("reading", _("Reading"), str(Reading(screen.reading).label)),
        Fact("filters", _("Filters"), asked or [_("none: all there is to see")]),
        *more,
        *counted,
        *_audience(told, making.by),
        Fact("made_by", _("Made by"), f"{making.by} ({making.by.username})" if is_house else str(making.by)),
        Fact("made_at", _("Made at"), making.at),
        *([Fact("address", _("Address of the page"), making.address)] if is_house else []),
        Fact("unit", _("Amounts"), _("US$ to the cent, as recorded; nothing is rounded.")),
    ]


def _audience(told: Clearance, maker: User) -> list[Fact]:
    """For whom the file is made, and what was left out or told as a range for that."""
    label = permissions.audience_name(told.audience, maker)
    found = [Fact("audience", _("Made for"), f"{label}: {told.partner}" if told.partner else label)]
    if told.audience == Release.INTERNAL:
        return found
    left_out = [_nothing_else(told)]
    if told.withheld:
        left_out.append(
            ngettext(
                "%(count)d deal that was asked for is not released to this audience: it is in no row and no total.",
                "%(count)d deals that were asked for are not released to this audience: "
                "they are in no row and no total.",
                told.withheld,
            )
            % {"count": told.withheld}
        )
    if told.named:
        left_out.append(
            ngettext(
                "%(count)d deal has a paper that is not released to this audience: it is named in a table of its own "
                "with the range of its value, and is in no total.",
                "%(count)d deals have a paper that is not released to this audience: they are named in a table of "
                "their own with the range of their value, and are in no total.",
                len(told.named),
            )
            % {"count": len(told.named)}
        )
    counts = [
        Fact("withheld", _("Deals withheld"), told.withheld),
        Fact("named", _("Deals named only"), len(told.named)),
    ]
    return [*found, Fact("left_out", _("Left out"), left_out), *counts]


def _nothing_else(told: Clearance) -> str:
    if told.audience == Release.GOVERNMENT:
        return _("Sums not itemised and ledger entries are told within the ministry alone.")
    return _(
        "Sums not itemised and ledger entries are told within the ministry alone; updates, obstacles, what needs "
        "attention and notes within the government alone."
    )


def definitions() -> list[tuple[str, str]]:
    """What the words of the figures mean, as the page of definitions says it."""
    signed = _("Signed is delivered, contracted and memorandum together; pending is what is under negotiation.")
    firm = _("Signed is delivered and contracted; pending is what stands under memoranda or is under negotiation.")
    later = _(
        "“As of” a day counts only what had happened by the end of that day. A later correction is a new ledger entry "
        "with its own time of recording; the earlier one stays."
    )
    return [
        (str(Band.DELIVERED.label), _("Goods and services received under contracts.")),
        (
            str(Band.CONTRACTED.label),
            _(
                "What binding contracts in force have still to bring: their value with amendments, less what was "
                "delivered and what later papers took over."
            ),
        ),
        (
            str(Band.MEMORANDUM.label),
            _(
                "Signed but not binding: letters of intent, memoranda and framework agreements in force, less what "
                "contracts have taken over."
            ),
        ),
        (str(Band.NEGOTIATING.label), _("The latest estimate of the whole deal, less all that is signed for it.")),
        (
            str(Band.OUTSIDE.label),
            _("Options, financing, and papers marked as not counting. Shown, never added."),
        ),
        (str(Reading.ANNOUNCED.label), signed),
        (str(Reading.FIRM.label), firm),
        (
            _("Value not disclosed"),
            _("Unknown is not zero. Papers whose value is not known are counted and named beside every total."),
        ),
        (_("The day"), later),
    ]
