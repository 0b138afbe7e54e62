"""What the lines about papers and deliveries come to, within the deals of the file."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from deals import permissions, stages
from deals.actions import imports
from deals.actions.instruments import stage_reached
from deals.choices import DatePrecision, ImportOutcome, InstrumentKind
from deals.models import Deal, Delivery, Instrument, User

from . import comparing
from .groups import Group, Stored, title_key
from .lines import NEW, Line, Reader
from .lists import Lists

OF_DEAL = {name: name for name in (
    "title_vi", "title_en", "enterprise", "partner", "sector", "stage", "condition", "condition_note_vi",
    "condition_note_en", "officer", "expected_on", "closed_on", "outcome", "outcome_note_vi", "outcome_note_en",
    "description_vi", "description_en")}  # fmt: skip
OF_ESTIMATE = {"expected_usd": "usd", "expected_day": "on"}
OF_PAPER_BESIDE = {"paper_kind": "kind", "paper_number": "number", "paper_on": "signed_on", "paper_usd": "usd",
                   "paper_under": "under"}  # fmt: skip
OF_PAPER = {name: name for name in (
    "kind", "title_vi", "title_en", "number", "signed_on", "date_precision", "partner", "under", "discharges_usd",
    "usd", "basis", "evidence", "goods_vi", "goods_en", "quantity", "unit_vi", "unit_en", "counts", "expires_on",
    "ended_on", "end_reason", "source_title", "source_url", "source_on", "note_vi", "note_en")}  # fmt: skip
OF_DELIVERY = {name: name for name in (
    "contract", "kind", "starts_on", "on", "date_precision", "quantity", "unit_vi", "unit_en", "usd", "basis",
    "evidence", "source_title", "source_url", "source_on", "note_vi", "note_en")}  # fmt: skip
Options = list[tuple[str, str]]


class Papers:
    """Takes the lines about papers and deliveries, and fills the plan; what deals there are, `Dealings` knows."""

    def __init__(self, reader: Reader, lists: Lists, plan: imports.Plan, stored: Stored, by: User, today: date) -> None:
        self.reader, self.lists, self.plan, self.stored = reader, lists, plan, stored
        self.by, self.today = by, today
        self.new: dict[tuple[str, Any], Group] = {}
        self.lacking: set[tuple[str, str]] = set()  # columns that a table lacks: told once
        self.wrong: set[str] = set()  # titles of lines that came to nothing: what refers to them is not told again
        self.touched: dict[int, Group] = {}
        self.allowed: dict[int, bool] = {}  # by the enterprise, which is what decides

    def _may(self, line: Line, group: Group) -> bool:
        enterprise = line.get("enterprise") or group.deal.enterprise
        if id(enterprise) not in self.allowed:
            self.allowed[id(enterprise)] = permissions.may_change(self.by, Deal(enterprise=enterprise))
        if self.allowed[id(enterprise)] and (group.is_new or permissions.may_change(self.by, group.deal)):
            return True
        text = _("This enterprise is not assigned to you: its deals are entered by a colleague.")
        self.reader.wrong(line, "enterprise", text)
        return False

    def _lacks(self, line: Line, name: str, text: str) -> None:
        """Note that the line does not say what it must: once for a table that has no column for it."""
        line.is_wrong = True
        if line.table.index_of(name) is not None:
            self.reader.wrong(line, name, text)
        elif (line.table.place, name) not in self.lacking:
            self.lacking.add((line.table.place, name))
            said = _("No column says “%(column)s”: add it, or say below which column it is.")
            said %= {"column": self._heading(line, name)}
            self.reader.wrong(line, name, f"{text} {said}")

    def _take(self, group: Group, step: imports.Step, line: Line) -> None:
        """Take a step of the deal into the plan; what is unchanged is only shown."""
        self.plan.steps.append(step)
        if step.row.outcome != ImportOutcome.SAME and step.record is not None:
            group.touch(step.record, line)
            self.touched[id(group)] = group

    # Papers

    def _paper_beside(self, line: Line, group: Group) -> None:
        """The paper that a row of a plain register names beside its deal."""
        kind, day = line.get("paper_kind"), line.get("paper_on")
        if not kind and not day:
            return
        if not kind:
            self.reader.wrong(line, "paper_kind", _("There is a day of signing: say what was signed."))
        elif not day:
            self.reader.wrong(line, "paper_on", _("There is a paper: say on which day it was signed."))
        else:
            values = comparing.given(line, OF_PAPER_BESIDE)
            found = [paper for paper in group.papers if _is_meant(paper, values)]
            if (above := self._above(line, group, kind, found)) is not None:
                values |= {"under": above} if isinstance(above, Instrument) else {}
                self._paper(line, group, values, OF_PAPER_BESIDE, found)

    def _above(self, line: Line, group: Group, kind: str, found: list[Instrument]) -> Any:
        """The paper that a new contract of a deal with a memorandum takes over from, or that it amends: asked,
        since the same dollars would count twice. False where it stands beside; None while nobody said."""
        if found or not group.papers:
            return False
        wanted = [InstrumentKind(each) for each in stages.NON_BINDING] if kind == InstrumentKind.CONTRACT else []
        if kind == InstrumentKind.AMENDMENT:
            wanted = [each for each in InstrumentKind if each != InstrumentKind.AMENDMENT]
        above = [paper for paper in group.papers if paper.kind in wanted]
        if not above:
            return False
        text = _("%(place)s “%(title)s”: under which paper of the deal does this one stand?") % {
            "place": line.place, "title": group.deal.title or line.get("title_vi")
        }  # fmt: skip
        options: Options = [
            (str(place), _("under “%(paper)s”") % {"paper": _said(paper, self.reader)})
            for place, paper in enumerate(above)
        ]
        options += [] if kind == InstrumentKind.AMENDMENT else [(NEW, _("under none: it takes nothing over"))]
        answer = self.reader.ask(f"above:{line.place}", "same", text, lambda: options, line.place)
        line.is_wrong |= not answer
        return None if not answer else False if answer == NEW else above[int(answer)]

    def paper(self, line: Line) -> None:
        """A line of the papers' sheet."""
        group = self._named(line, self.stored.by_paper)
        if group is None or line.is_wrong or not self._may(line, group):
            return
        values = comparing.given(line, OF_PAPER)
        if isinstance(partner := values.get("partner"), str):
            values["partner"] = self.lists.partner(line, partner)
        found = [paper for paper in group.papers if str(paper.pk) == line.get("key")]
        if not line.get("key"):
            found = [paper for paper in group.papers if _is_meant(paper, values)]
        if "under" in values and not self._refer(line, group, values, "under"):
            return
        self._paper(line, group, values, OF_PAPER, found)

    def _paper(
        self, line: Line, group: Group, values: dict[str, Any], fields: comparing.Fields, found: list[Instrument]
    ) -> None:
        if (day := values.get("signed_on")) and day > self.today:
            column = "paper_on" if fields is OF_PAPER_BESIDE else "signed_on"
            self.reader.wrong(line, column, _("This day is still to come: enter the paper once it is signed."))
            return
        precision = line.precision.get("paper_on") or line.precision.get("signed_on") or DatePrecision.DAY
        if precision != DatePrecision.DAY and "date_precision" not in values:
            values["date_precision"] = precision
        if len(found) > 1:
            self.reader.wrong(line, "", _("Several papers of this deal are like it: name its number or its ID."))
            return
        if found and not found[0].pk:
            self.reader.wrong(line, "", _("The same paper stands in the file twice."))
            return
        if found:
            if not self._same_currency(line, found[0], values, fields):
                return
            self._take(group, comparing.changed(self.reader, line, found[0], values, fields, "papers"), line)
            return
        if missing := [name for name in ("kind", "signed_on") if not values.get(name)]:
            column = next(column for column, name in fields.items() if name == missing[0])
            self._lacks(line, column, _("A new paper needs “%(what)s”.") % {"what": self._heading(line, column)})
            return
        paper = Instrument(deal=group.deal, **values)
        label = _said(paper, self.reader)
        group.papers.append(paper)
        self._take(group, comparing.new(self.reader, line, paper, values, fields, "papers", label), line)
        self._reach(line, group, paper)

    def _reach(self, line: Line, group: Group, paper: Instrument) -> None:
        """What is signed is signed: it brings a deal that is there to its stage, unless the file names one."""
        stage = None if group.is_new or "stage" in line.values else stage_reached(paper, group.deal)
        if stage and not any(record is group.deal for record, _line in group.touched):
            step = comparing.changed(self.reader, line, group.deal, {"stage": stage.value}, OF_DEAL, "deals")
            self._take(group, step, line)

    def _same_currency(self, line: Line, record: Any, values: dict[str, Any], fields: comparing.Fields) -> bool:
        """Whether the value may be changed here: one in another currency is changed on the deal's own page."""
        usd = values.get("usd")
        if usd is None or record.currency == "USD" or usd == record.usd:
            return True
        column = next(column for column, name in fields.items() if name == "usd")
        text = _("This value is held in %(currency)s: change it on the page of the deal.")
        self.reader.wrong(line, column, text % {"currency": record.currency})
        return False

    # Deliveries

    def delivery(self, line: Line) -> None:
        """A line of the deliveries' sheet."""
        group = self._named(line, self.stored.by_delivery)
        if group is None or line.is_wrong or not self._may(line, group):
            return
        values = comparing.given(line, OF_DELIVERY)
        if "contract" in values and not self._refer(line, group, values, "contract"):
            return
        precision = line.precision.get("on", DatePrecision.DAY)
        if precision != DatePrecision.DAY and "date_precision" not in values:
            values["date_precision"] = precision
        found = [each for each in group.deliveries if str(each.pk) == line.get("key")]
        if not line.get("key"):
            found = [each for each in group.deliveries if _is_like(each, values)]
        if found:
            if self._same_currency(line, found[0], values, OF_DELIVERY):
                self._take(
                    group, comparing.changed(self.reader, line, found[0], values, OF_DELIVERY, "deliveries"), line
                )
            return
        if missing := next((name for name in ("contract", "kind", "on") if not values.get(name)), ""):
            self._lacks(line, missing, _("A new delivery needs “%(what)s”.") % {"what": self._heading(line, missing)})
            return
        delivery = Delivery(deal=group.deal, **values)
        group.deliveries.append(delivery)
        self._take(
            group, comparing.new(self.reader, line, delivery, values, OF_DELIVERY, "deliveries", str(delivery)), line
        )

    def _heading(self, line: Line, name: str) -> str:
        return line.table.sheet.by_name[name].heading(self.reader.language)

    # What lines refer to

    def _named(self, line: Line, by_key: dict[str, Group]) -> Group | None:
        """The deal of a paper or delivery: by its own ID, by the deal's code, by the deal's title in this file."""
        key, named = line.get("key"), line.get("deal")
        group = by_key.get(str(key)) if key else None
        if key and group is None:
            self.reader.wrong(line, "key", _("There is no such ID. Leave it empty for a new one."))
            return None
        if named is None:
            if group is None:
                self._lacks(line, "deal", _("Say which deal it belongs to: its code, or its title in this file."))
            return group
        meant = self._deal_named(line, str(named))
        if group is not None and meant is not None and meant is not group:
            self.reader.wrong(line, "key", _("This ID is of another deal, %(deal)s.") % {"deal": group.deal.code})
            return None
        return meant

    def _deal_named(self, line: Line, named: str) -> Group | None:
        if group := self.stored.by_code.get(named.upper()):
            return group
        key = title_key(named)
        found = [group for (title, _buyer), group in self.new.items() if title == key]
        found += [
            self.stored.groups[pk]
            for (title, _buyer), pks in self.stored.by_title.items()
            if title == key
            for pk in pks
        ]
        if len(found) == 1:
            return found[0]
        line.is_wrong = True
        if key in self.reader.gone:
            self.reader.left_out.append((line.table.name, line.number, _("its deal is left out")))
        elif key not in self.wrong:
            self.reader.wrong(line, "deal", _("No deal is called so, or several are: write its code."))
        return None

    def _refer(self, line: Line, group: Group, values: dict[str, Any], name: str) -> bool:
        """Put the paper in the place of what names it: its ID, its number or its title within the deal."""
        text = str(values[name])
        tests: list[Callable[[Instrument], bool]] = [
            lambda paper: str(paper.pk) == text,
            lambda paper: bool(paper.number) and title_key(paper.number) == title_key(text),
            lambda paper: title_key(text) in (title_key(paper.title_vi), title_key(paper.title_en)),
        ]
        for test in tests:
            found = [paper for paper in group.papers if test(paper)]
            if len(found) == 1:
                values[name] = found[0]
                return True
        self.reader.wrong(
            line, name, _("No paper of this deal is called so: write its ID or its number. It stands above.")
        )
        return False


def _is_meant(paper: Instrument, values: dict[str, Any]) -> bool:
    """Whether the paper of a deal is the one that a line without an ID means: of the same number, else of the same kind
    and day, and title where both have one."""
    if values.get("number") and paper.number:
        return title_key(str(values["number"])) == title_key(paper.number)
    if (paper.kind, paper.signed_on) != (values.get("kind"), values.get("signed_on")):
        return False
    titles = {title_key(text) for text in (paper.title_vi, paper.title_en) if text}
    said = {title_key(values[name]) for name in ("title_vi", "title_en") if values.get(name)}
    return not titles or not said or bool(titles & said)


def _is_like(delivery: Delivery, values: dict[str, Any]) -> bool:
    same = (delivery.kind, delivery.on, delivery.contract) == (
        values.get("kind"),
        values.get("on"),
        values.get("contract"),
    )
    amounts: list[Decimal | None] = [values.get("quantity", delivery.quantity), values.get("usd", delivery.usd)]
    return same and amounts == [delivery.quantity, delivery.usd]


def _said(paper: Instrument, reader: Reader) -> str:
    day = comparing.shown(reader, paper, "signed_on", paper.signed_on)
    kind = comparing.shown(reader, paper, "kind", paper.kind)
    return f"{kind} {paper.number or paper.title} ({day})".replace("  ", " ")
