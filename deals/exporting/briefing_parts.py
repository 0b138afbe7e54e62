"""The sections of a briefing in words, in the language that is active."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from deals import money, periods, tables
from deals.choices import Band, Reading, Stage
from deals.models import Deal
from deals.models.sureness import LABELS
from deals.positions import Bands
from deals.reports.briefings import Briefing, asks
from deals.reports.clearance import Range
from deals.reports.obstacles import HeldUp, ObstacleLine
from deals.reports.upcoming import CONTRACT, DELIVERY, Item

from .said import Cell, Column, Part, Table, clean

ASKS, NAMED = 3, 10
FOUR = tuple(band for band in Band if band != Band.OUTSIDE)


class Parts:
    """The sections of one briefing; `most` is how many rows a list may have."""

    def __init__(self, report: Briefing, language: str, code: str, most: int) -> None:
        self.report, self.asked, self.language, self.code, self.most = report, report.asked, language, code, most
        size = max([report.bands.four, report.bands.outside, *(abs(step.bands.four) for step in report.bridge.steps)])
        self.is_large = size >= money.BILLION or not size
        self.unit = _("US$ billion") if self.is_large else _("US$ million")

    def parts(self) -> list[Part]:
        """All of them that have something to say, in their order."""
        found = [
            self.bands(),
            self.changes(),
            self.largest(),
            self.named(),
            self.stuck(),
            self.coming(),
            self.evidence(),
        ]
        return [part for part in [*found, self.definitions()] if part]

    # Amounts and days

    def short(self, usd: Decimal) -> str:
        return money.short(usd, language=self.language)

    def change(self, usd: Decimal) -> str:
        return money.change(usd, language=self.language)

    def number(self, usd: Decimal, *, signed: bool = False) -> Cell:
        """The amount in the unit of the tables; nothing is a dash."""
        unit = money.BILLION if self.is_large else money.MILLION
        text, _exact = money.in_column(usd, language=self.language, signed=signed, unit=unit)
        return Cell(text)

    def in_unit(self, words: str) -> str:
        """The words with the unit of the tables behind them."""
        return f"{words}, {self.unit}"

    def share(self, part: Decimal, whole: Decimal) -> str:
        return money.percent(part, whole, language=self.language)

    def day(self, day: date) -> str:
        return periods.day_name(day, language=self.language)

    @property
    def reading(self) -> str:
        return str(Reading(self.asked.reading).label)

    # The parts

    def bands(self) -> Part:
        bands, report = self.report.bands, self.report
        columns = [Column("", "text"), *(Column(str(band.label), band=band.value) for band in FOUR)]
        columns.append(Column(_("All four")))
        whole = report.target or bands.four
        of_whole = _("Share of the target") if report.target else _("Share")
        rows = [[Cell(self.unit), *(self.number(getattr(bands, band)) for band in FOUR), self.number(bands.four)]]
        if whole:
            shares = [Cell(self.share(getattr(bands, band), whole)) for band in FOUR]
            rows.append([Cell(of_whole), *shares, Cell(self.share(bands.four, whole))])
        return Part("bands", "", table=Table(columns, rows), note=self.beside())

    def beside(self) -> str:
        """What the figures take in, and what stands beside them."""
        report = self.report
        found = [ngettext("%(count)d deal.", "%(count)d deals.", report.count) % {"count": report.count}]
        if report.not_itemised.four:
            found.append(
                _("Of this, %(amount)s was announced as a sum and is not yet itemised by deals.")
                % {"amount": self.short(report.not_itemised.four)}
            )
        if report.undisclosed:
            found.append(
                ngettext(
                    "And %(count)d paper of undisclosed value.",
                    "And %(count)d papers of undisclosed value.",
                    report.undisclosed,
                )
                % {"count": report.undisclosed}
            )
        if report.bands.outside:
            found.append(_("Outside the target: %(amount)s.") % {"amount": self.short(report.bands.outside)})
        return " ".join(found)

    def changes(self) -> Part:
        report, since = self.report.bridge, self.day(self.asked.comparison.before.as_of)
        heading = _("What changed since %(day)s") % {"day": since}
        difference, words = report.difference, {"closing": self.short(report.closing.four)}
        if not report.steps:
            return Part("changes", heading, [_("Nothing changed: %(closing)s on both days.") % words])
        words |= {"opening": self.short(report.opening.four), "change": self.change(difference.four)}
        words |= {"signed": self.change(difference.signed(self.asked.reading))}
        words |= {"pending": self.change(difference.pending(self.asked.reading))}
        if self.asked.reading == Reading.ANNOUNCED:
            second = _("Signed, in the announced reading, %(signed)s; pending %(pending)s.")
        else:
            second = _("Signed, in the firm reading, %(signed)s; pending %(pending)s.")
        first = _("From %(opening)s to <b>%(closing)s</b>: <b>%(change)s</b>.")
        ends = [report.opening, report.closing, *(step.bands for step in report.steps)]
        shown = [column.band for column in tables.band_columns(*ends)]
        rows = [self.step(since, report.opening, shown)]
        rows += [self.step(step.label, step.bands, shown, signed=True) for step in report.steps if step.moves]
        rows.append(self.step(self.day(self.asked.at.as_of), report.closing, shown))
        columns = [Column(self.in_unit(_("Step")), "wide")]
        columns += [Column(str(column.label), band=column.band) for column in tables.band_columns(*ends)]
        table = Table([*columns, Column(_("All four"))], rows, sums=1)
        return Part("changes", heading, [f"{first % words} {second % words}"], table, self.compared())

    def compared(self) -> str:
        if self.asked.comparison.is_as_shown:
            return _(
                "Against what was known on %(day)s; what was recorded later about the time before stands in a line of"
                " its own."
            ) % {"day": self.day(self.asked.comparison.before.as_of)}
        return _("What happened in the world: both days as known at one time.")

    def step(self, label: str, bands: Bands, shown: Sequence[str], *, signed: bool = False) -> list[Cell]:
        amounts = [self.number(getattr(bands, band), signed=signed) for band in shown]
        together = self.number(bands.four, signed=signed) if bands.four or not signed else Cell("±0")
        return [Cell(label), *amounts, together]

    def largest(self) -> Part | None:
        if not self.report.largest:
            return None
        columns = [Column(_("Deal"), "wide"), Column(_("Stage"), "text")]
        signed = (
            _("Signed, announced reading") if self.asked.reading == Reading.ANNOUNCED else _("Signed, firm reading")
        )
        columns += [Column(signed), Column(_("Pending")), Column(_("Together"))]
        rows = []
        for deal in self.report.largest[: self.most]:
            bands = bands_of(deal)
            amounts = [bands.signed(self.asked.reading), bands.pending(self.asked.reading), bands.four]
            stage = str(Stage(deal.stage_then).label) if deal.stage_then else "–"
            rows.append([self.deal(deal), Cell(stage), *(self.number(usd) for usd in amounts)])
        others = self.report.count - len(rows)
        note = ngettext("and %(count)d more deal", "and %(count)d more deals", others) % {"count": others}
        heading = self.in_unit(_("Largest deals") if self.report.bands.four else _("Deals"))
        return Part("largest", heading, table=Table(columns, rows), note=note if others > 0 else "")

    def deal(self, deal: Deal) -> Cell:
        parties = [deal.enterprise.short_name, str(deal.partner) if deal.partner else ""]
        return Cell(clean(deal.title), clean(" – ".join(filter(None, [deal.code, *parties]))))

    def named(self) -> Part | None:
        """The deals that are told with a range alone."""
        found = self.report.clearance.named
        if not found:
            return None
        rows = [[self.deal(deal), Cell(self.between(usd))] for deal, usd in found[:NAMED]]
        others = len(found) - len(rows)
        note = ngettext("and %(count)d more deal", "and %(count)d more deals", others) % {"count": others}
        columns = [Column(_("Deal"), "wide"), Column(_("Value between"))]
        return Part("named", _("Named with a range only"), table=Table(columns, rows), note=note if others else "")

    def between(self, usd: Range) -> str:
        if usd.high is None:
            return _("from %(low)s") % {"low": self.short(usd.low)}
        if not usd.high:
            return _("no value")
        if not usd.low:
            return _("below %(high)s") % {"high": self.short(usd.high)}
        return f"{self.short(usd.low)} – {self.short(usd.high)}"

    def stuck(self) -> Part | None:
        held = self.report.held
        if held is None:
            return None
        heading = _("What is stuck, and what is asked of whom")
        if not held.waited_for:
            return Part("stuck", heading, [_("No obstacle holds back a deal on this day.")])
        if not held.load.usd:
            hindered = ngettext(
                "Obstacles hold back %(count)d deal, of no known value.",
                "Obstacles hold back %(count)d deals, of no known value.",
                held.load.deals,
            )
            return Part("stuck", heading, [hindered % {"count": held.load.deals}], *self.asks(held))
        counts = {"usd": self.short(held.load.usd), "share": self.share(held.load.usd, self.report.bands.four)}
        sentence = ngettext(
            "Obstacles hold up <b>%(usd)s</b> of %(count)d deal, %(share)s of all; each deal is counted once.",
            "Obstacles hold up <b>%(usd)s</b> of %(count)d deals, %(share)s of all; each deal is counted once.",
            held.load.deals,
        ) % {"count": held.load.deals, **counts}
        return Part("stuck", heading, [sentence], *self.asks(held))

    def asks(self, held: HeldUp) -> tuple[Table, str]:
        """What each body is asked to settle, and how many bodies are not named."""
        rows = []
        bodies = held.waited_for[: self.most]
        for line in bodies:
            words = Cell(self.asked_of(asks(held.felt, line.body)))
            rows.append([Cell(clean(line.body.name)), words, Cell(f"{line.load.deals}"), self.number(line.load.usd)])
        columns = [Column(_("Who must act"), "text"), Column(_("What is asked of them"), "wide"), Column(_("Deals"))]
        columns.append(Column(self.in_unit(_("Held up"))))
        others = len(held.waited_for) - len(rows)
        note = ngettext("and %(count)d more body", "and %(count)d more bodies", others) % {"count": others}
        return Table(columns, rows), note if others else ""

    def asked_of(self, lines: Sequence[ObstacleLine]) -> str:
        """What a body is asked to do, those that hold up most first; an obstacle for which nobody has written what is
        asked stands there itself, and is marked so."""
        shown = lines[: max(1, ASKS * self.most // 10)]
        found = [clean(each.obstacle.ask).rstrip(".") for each in shown if each.obstacle.ask]
        if unasked := [clean(each.obstacle.title) for each in shown if not each.obstacle.ask]:
            found.append(_("to be settled: %(obstacles)s") % {"obstacles": "; ".join(unasked)})
        more = len(lines) - len(shown)
        text = "; ".join([*found, _("and %(count)d more") % {"count": more}] if more else found)
        return text[:1].upper() + text[1:]

    def coming(self) -> Part | None:
        found = self.report.coming
        if found is None:
            return None
        heading = _("What comes next, until %(day)s") % {"day": self.day(found.until)}
        if not found.items:
            return Part("coming", heading, [_("No deal names a day in this time.")])
        items = found.items[: self.most]
        rows = [[Cell(self.day(i.on)), self.what(i), self.usd_of(i)] for i in items]
        others = found.count - len(items)
        note = _("and %(count)d more") % {"count": others} if others else ""
        columns = [Column(_("Day"), "day"), Column(_("What"), "wide"), Column(self.unit)]
        return Part("coming", heading, table=Table(columns, rows), note=note)

    def what(self, item: Item) -> Cell:
        names = {CONTRACT: _("Contract expected"), DELIVERY: _("Delivery due")}
        step = f"{item.what} ({item.who})" if item.who else item.what
        return Cell(f"{names.get(item.kind) or clean(step)}: {clean(item.deal.title)}")

    def usd_of(self, item: Item) -> Cell:
        return Cell(_("not known")) if item.usd is None else self.number(item.usd)

    def evidence(self) -> Part | None:
        sure = self.report.sureness
        columns = [Column(_("Evidence"), "wide"), Column(self.unit), Column(_("Share"))]
        grades = [(str(LABELS["evidence"][row.key]), row.bands.four) for row in sure.evidence.rows]
        if self.report.not_itemised.four:
            grades.append((_("Announced as a sum, not yet itemised"), self.report.not_itemised.four))
        whole = self.report.bands.four
        rows = [[Cell(label), self.number(usd), Cell(self.share(usd, whole))] for label, usd in grades if usd]
        return Part("evidence", _("What the figures rest on"), table=Table(columns, rows)) if rows else None

    def definitions(self) -> Part:
        found = [
            _(
                "Announced reading: signed is what was delivered, contracted and remains under memoranda. "
                "Firm reading: signed is what was delivered and contracted; the rest is pending."
            ),
            _(
                "Every dollar stands in one band. A memorandum counts with what no contract has taken "
                "over yet; a negotiation with what is expected and nothing is signed for. Options and "
                "financing stand outside the target."
            ),
            _(
                "Source: the ministry's ledger of purchases, from the papers, statements and reports that "
                "are recorded with each deal."
            ),
        ]
        if self.code:
            found.append(
                _(
                    "The figures of this copy are worked out again from the ledger by its check code "
                    "%(code)s, on the page “Check a briefing” or with manage.py briefing check."
                )
                % {"code": self.code}
            )
        return Part("definitions", pgettext("briefing", "Definitions and source"), found)


def bands_of(deal: Deal) -> Bands:
    """The bands of a deal that was read with them."""
    return Bands(**{str(band): getattr(deal, band) for band in Band})
