"""What the lines about deals come to: new, changed, and what may be there already."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from deals import periods, stages
from deals.actions import imports
from deals.choices import InstrumentKind
from deals.models import Deal, Valuation

from . import comparing
from .groups import Group, title_key
from .lines import LEAVE, NEW, Line
from .papers import OF_DEAL, OF_ESTIMATE, Options, Papers
from .searching import GROUP, Search, question_of


class _NotOne:
    """None of those that were offered."""


NOT_ONE = _NotOne()


class Dealings(Papers):
    """Takes the lines about deals, one sheet after the other, and fills the plan."""

    search: Search

    # Deals

    def deal(self, line: Line) -> None:
        """A line of the deals' sheet: the deal, and where the line says so its estimate and a paper."""
        self._say_what_was_signed(line)
        group = None if line.is_wrong else self._group(line)
        if group is None:
            self.wrong |= {title_key(str(line.get(name))) for name in ("title_vi", "title_en") if line.get(name)}
            return
        if isinstance(partner := line.get("partner"), str):
            line.values["partner"] = self.lists.partner(line, partner)
        if not self._may(line, group):
            return
        is_first = group.line is line and group.is_new
        if is_first or not group.is_new:
            self._fill(line, group, is_first)
        self._estimate(line, group)
        self._paper_beside(line, group)

    def _say_what_was_signed(self, line: Line) -> None:
        """Where no column says what is signed on the days of the file: asked once."""
        if not line.get("paper_on") or line.get("paper_kind") or line.table.index_of("paper_kind") is not None:
            return
        text = _(
            "The file says on which days something was signed, but no column says what (“%(column)s”). Add that "
            "column, or say it here for all of them: what is signed on that day?"
        ) % {"column": line.table.sheet.by_name["paper_kind"].heading(self.reader.language)}
        kinds = [(str(kind), str(kind.label)) for kind in (InstrumentKind.MOU, InstrumentKind.CONTRACT)]
        options: Options = [*kinds, (LEAVE, _("nothing: the deal reached its stage on that day"))]
        answer = self.reader.ask(f"signed:{line.table.place}", "lacking", text, lambda: options, line.place)
        line.is_wrong |= not answer
        if answer == LEAVE:
            line.values.setdefault("stage_on", line.values.pop("paper_on"))
            line.cells.setdefault("stage_on", line.cells["paper_on"])
        elif answer:
            line.values["paper_kind"] = answer

    def _group(self, line: Line) -> Group | None:
        """The deal that the line means: that of its code, that of its title and enterprise, else a new one."""
        if code := line.get("code"):
            found = self.stored.by_code.get(str(code).upper())
            if found is None:
                self.reader.wrong(line, "code", _("There is no such deal. Leave the code empty for a new one."))
            return found
        title, enterprise = line.get("title_vi") or line.get("title_en"), line.get("enterprise")
        if not title:
            column = "title_en" if line.table.index_of("title_vi") is None else "title_vi"
            self._lacks(line, column, _("A deal needs a title, in Vietnamese or in English."))
        if not enterprise:
            self._lacks(line, "enterprise", _("A deal needs its enterprise: fill it in."))
        if not title or not enterprise:
            return None
        several = self.stored.titled(title, enterprise)
        if len(several) == 1:
            return several[0]
        if several:
            return self._chosen(line, [group.deal for group in several], is_same=True)
        key = (title_key(title), enterprise.pk or id(enterprise))
        if key in self.new:
            return self._again(line, self.new[key])
        return self._new(line, key, title, enterprise)

    def _new(self, line: Line, key: tuple[str, Any], title: str, enterprise: Any) -> Group | None:
        likely = self.search.likely(line)
        if likely and (found := self._chosen(line, likely, is_same=False)) is not NOT_ONE:
            return found
        self.new[key] = Group(Deal(), line)
        return self.new[key]

    def _chosen(self, line: Line, deals: Sequence[Deal], *, is_same: bool) -> Any:
        """Which of the deals somebody says the line is; NOT_ONE where it is a new one; None while nobody said."""
        said = line.get("title_vi") or line.get("title_en")
        text = _("%(place)s “%(title)s” may be a deal that is entered already.") % {"place": line.place, "title": said}
        options: Options = [(deal.code, _("It is %(deal)s") % {"deal": deal}) for deal in deals]
        options += [] if is_same else [(NEW, _("It is another one: enter it"))]
        answer = self.reader.ask(question_of(line), GROUP, text, lambda: options, line.place)
        line.is_wrong |= not answer
        if answer == NEW:
            return NOT_ONE
        if answer and answer not in self.stored.by_code:
            found = next(deal for deal in deals if deal.code == answer)
            self.stored.by_code[answer] = Group(
                found, line, list(found.instruments.active()), list(found.valuations.active().order_by("on", "id")),
                list(found.deliveries.active()),
            )  # fmt: skip
        return self.stored.by_code.get(answer)

    def _again(self, line: Line, group: Group) -> Group | None:
        """One more line of a deal that the file enters: another paper of it, else it stands there twice."""
        if not line.get("paper_kind") or not line.get("paper_on"):
            self.reader.wrong(
                line, "title_vi", _("This deal stands in row %(row)d already.") % {"row": group.line.number}
            )
            return None
        return group

    def _fill(self, line: Line, group: Group, is_new: bool) -> None:
        values = comparing.given(line, OF_DEAL)
        group.stage_on = line.get("stage_on") or group.stage_on
        if not is_new:
            step = comparing.changed(self.reader, line, group.deal, values, OF_DEAL, "deals")
            self._reached(line, group, step)
            self._take(group, step, line)
            return
        if "sector" not in values:
            values["sector"] = self._sector(line)
        if "stage" not in values:
            values["stage"] = self._stage(line)
        if not values["sector"] or not values["stage"]:
            line.is_wrong = True
            return
        for name, value in values.items():
            setattr(group.deal, name, value)
        title = str(line.get("title_vi") or line.get("title_en"))
        step = comparing.new(self.reader, line, group.deal, values, OF_DEAL, "deals", title)
        self._reached(line, group, step)
        self._take(group, step, line)

    def _reached(self, line: Line, group: Group, step: imports.Step) -> None:
        """Show the day on which the line says the deal reached its stage; note at its cell where it cannot be so."""
        if (closed := line.get("closed_on")) and closed > self.today:
            self.reader.wrong(line, "closed_on", _("This day is still to come."))
        day, since = line.get("stage_on"), group.stands_since
        if day is None or (day == since and group.deal.stage == group.stood_at):
            return
        said = {"day": periods.day_name(since, language=self.reader.language) if since else ""}
        if day > self.today:
            self.reader.wrong(line, "stage_on", _("This day is still to come."))
        elif since and group.deal.stage == group.stood_at:
            text = _("The deal stands at this stage since %(day)s: write that day, or leave the cell empty.")
            self.reader.wrong(line, "stage_on", text % said)
        elif since and day < since:
            text = _("The deal reached the stage before it on %(day)s: this one cannot be reached earlier.")
            self.reader.wrong(line, "stage_on", text % said)
        name = line.table.sheet.by_name["stage_on"].heading(self.reader.language)
        step.row.changes.append([name, said["day"], periods.day_name(day, language=self.reader.language)])

    def _sector(self, line: Line) -> Any:
        """The sector that the file does not name: asked once for each enterprise."""
        enterprise = line.get("enterprise")
        text = _("The file names no sector for the deals of %(enterprise)s. Which one is it?") % {
            "enterprise": enterprise
        }
        sectors = self.reader.known.records["sector"]
        answer = self.reader.ask(
            f"sector-of:{enterprise.code}",
            "names",
            text,
            lambda: [(key, str(one)) for key, one in sectors.items()],
            line.place,
        )
        return sectors.get(answer)

    def _stage(self, line: Line) -> str:
        """The stage that the file does not name: the one its paper brings the deal to, else asked once."""
        if (kind := line.get("paper_kind")) in stages.REACHED_BY:
            return str(stages.REACHED_BY[InstrumentKind(kind)])
        text = _("Some rows name neither a stage nor a paper. Which stage are these deals at?")
        return self.reader.ask(
            "stage", "words", text, lambda: [(stage.value, str(stage.label)) for stage in stages.OPEN], line.place
        )

    # Estimates

    def _estimate(self, line: Line, group: Group) -> None:
        """What the deal is expected to be worth: the latest estimate corrected where it is of the same day, else a new
        one. An amount beside no paper is such an estimate."""
        beside = "paper_usd" in line.values and not (line.get("paper_kind") or line.get("paper_on"))
        usd = line.get("expected_usd") if "expected_usd" in line.values else line.get("paper_usd") if beside else None
        if usd is None:
            return
        fields = OF_ESTIMATE if "expected_usd" in line.values else {"paper_usd": "usd"}
        last = group.valuations[-1] if group.valuations else None
        day = line.get("expected_day") or line.get("stage_on")
        if last and last.usd == usd and (not line.get("expected_day") or last.on == day):
            return
        if last and last.pk and last.on == line.get("expected_day"):
            self._take(group, comparing.changed(self.reader, line, last, {"usd": usd}, fields, "valuations"), line)
            return
        values = {"usd": usd, "on": day or self.today}
        valuation = Valuation(deal=group.deal, **values)
        group.valuations.append(valuation)
        label = str(Valuation._meta.verbose_name)
        self._take(group, comparing.new(self.reader, line, valuation, values, fields, "valuations", label), line)
