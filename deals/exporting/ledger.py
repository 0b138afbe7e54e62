"""The ledger as files: of one deal with its timeline and what was changed of its record, and of what changed between
two moments. For the ministry alone: entries also tell what was entered and taken back."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deals.choices import Band, Cause, DatePrecision, Release
from deals.forms.screens import Screen
from deals.forms.timelines import Topic
from deals.models import Deal, Posting, User
from deals.positions import BAND_NAMES, Bands
from deals.reports import sentences
from deals.reports.bridge import STEPS, Changes, Comparison
from deals.reports.bridge import Row as Change
from deals.reports.deals import DealReport
from deals.reports.timelines import Entry

from . import audiences, preamble
from .preamble import Making
from .tables import Export, Fact, Field, Kind, Row, Table, listed


def deal(deal: Deal, report: DealReport, entries: Sequence[Entry], screen: Screen, making: Making) -> Export:
    """The ledger entries of the deal, the entries of its timeline that are shown, and what was changed of its records,
    as far as those tell. No query."""
    told = audiences.house(Release.INTERNAL)
    return Export(
        name=f"{deal.code.lower()}-ledger",
        title=_("%(deal)s: ledger and timeline") % {"deal": deal},
        facts=preamble.facts(
            screen, making, told, undisclosed=report.undisclosed, more=[Fact("deal", _("Deal"), str(deal))]
        ),
        tables=[_entries_of_deal(report), _timeline(entries), *_edits(entries)],
        definitions=preamble.definitions(),
    )


def changes(
    report: Changes,
    rows: Callable[[], Iterator[Change]],
    comparison: Comparison,
    screen: Screen,
    making: Making,
    *,
    step: str = "",
    filters: Sequence[tuple[str, str, str]] = (),
) -> Export:
    """The entries behind a step of the bridge, read as they are written. No query of its own."""
    title = str(STEPS[step]) if step else _("What changed")
    compared = [Fact("since", _("Compared with"), screen.since), Fact("how", _("Compared how"), _how(comparison))]
    table = Table(
        name="changes",
        title=title,
        fields=[Field("code", _("Code"), width=16), Field("deal", _("Deal"), width=48), *_entry_fields()],
        rows=lambda: ((*_of(row.posting), *_entry(row.posting, row.band, row.usd)) for row in rows()),
        count=report.count,
        totals=[(label, None, None, None, usd, *[None] * 4) for label, usd in _by_band(report.total)],
    )
    told = audiences.house(Release.INTERNAL)
    facts = preamble.facts(screen, making, told, filters=filters, more=compared)
    return Export("changes", title, facts, [table], preamble.definitions())


def _how(comparison: Comparison) -> str:
    if comparison.is_as_shown:
        return _("Against what was shown on that day: what was recorded later about the time before is in it.")
    return _("What happened in the world: both days as known at the moment of this file.")


def _of(posting: Posting) -> Row:
    """Whose entry it is: a code and a title."""
    if posting.deal:
        return posting.deal.code, posting.deal.title
    opening = posting.opening_balance
    return None, _("Not itemised: %(label)s") % {"label": opening.label if opening else ""}


def _entry_fields() -> list[Field]:
    return [
        Field("effective_on", _("Effective"), Kind.DAY),
        Field("band", _("Band"), width=28),
        Field("amount_usd", _("Amount, US$"), Kind.USD),
        Field("cause", _("Cause"), width=20),
        Field("reason", _("Reason"), width=36),
        Field("recorded_at", _("Recorded"), Kind.MOMENT),
        Field("by", _("Recorded by")),
    ]


def _entry(posting: Posting, band: str, usd: Decimal) -> Row:
    return (
        posting.effective_on,
        str(Band(band).label),
        usd,
        str(Cause(posting.cause).label),
        posting.reason,
        posting.recorded_at,
        str(posting.actor),
    )


def _by_band(total: Bands) -> list[tuple[str, Decimal]]:
    """The foot of a list of entries: each band with an amount, and the four bands together."""
    found = [(str(Band(name).label), getattr(total, name)) for name in BAND_NAMES if getattr(total, name)]
    return [*found, (_("Total of the four bands"), total.four)]


def _entries_of_deal(report: DealReport) -> Table:
    rows = [_entry(posting, posting.band, posting.amount_usd) for posting in report.postings]
    totals = [(label, None, usd, *[None] * 4) for label, usd in _by_band(report.bands)]
    return listed("ledger", _("Ledger entries"), _entry_fields(), rows, totals=totals)


def _timeline(entries: Sequence[Entry]) -> Table:
    fields = [
        Field("on", _("Day"), Kind.DAY),
        Field("precision", _("Known to the"), width=12),
        Field("topic", _("Topic"), width=18),
        Field("what", _("What happened"), width=80),
        Field("reason", _("Reason"), width=36),
        Field("recorded_at", _("Recorded"), Kind.MOMENT),
        Field("by", _("Recorded by")),
    ]
    rows = [
        (
            entry.on,
            str(DatePrecision(entry.precision).label),
            str(Topic(entry.topic).label),
            sentences.sentence(entry),
            entry.reason,
            entry.at,
            _name(entry.by),
        )
        for entry in entries
    ]
    return listed("timeline", _("Timeline"), fields, rows)


def _edits(entries: Sequence[Entry]) -> list[Table]:
    """What was changed of records, a field a row, where anything was."""
    fields = [
        Field("changed_at", _("Changed"), Kind.MOMENT),
        Field("kind", _("Kind of record"), width=20),
        Field("record", _("Record"), width=36),
        Field("field", _("Field")),
        Field("was", _("Was"), width=36),
        Field("became", _("Became"), width=36),
        Field("reason", _("Reason"), width=36),
        Field("by", _("Changed by")),
    ]
    rows = [
        (
            entry.at,
            capfirst(str(entry.record._meta.verbose_name)),
            str(entry.record),
            capfirst(str(change.field.verbose_name)),
            sentences.value(change.field, change.old),
            sentences.value(change.field, change.new),
            entry.reason,
            _name(entry.by),
        )
        for entry in entries
        for change in entry.changes
    ]
    return [listed("edits", pgettext("timeline", "Changes to the record"), fields, rows)] if rows else []


def _name(person: User | None) -> str | None:
    return str(person) if person else None
