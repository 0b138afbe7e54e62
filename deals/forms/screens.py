"""What every figure page is asked: which day, known when, which reading, compared with what. The address holds it all,
so that a view can be sent on."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from deals import periods
from deals.choices import Reading
from deals.models import KeptBriefing, Target, recorded, revisions
from deals.models.sureness import SCALES
from deals.periods import Moment
from deals.positions import BAND_NAMES

# Before the day shown: long enough for something to have happened, short enough to remember.
DAYS_BEFORE = 30
# As what both days are compared: as known at the moment of the page, or against what was shown on the earlier day.
WORLD, SHOWN = "world", "shown"
# As the day compared with: the moment of the last briefing of all deals.
BRIEFING = "briefing"
PARAMETERS = ("as_of", "known", "reading", "since", "compare", "order", "unfold")
# By what the breakdowns of a page are put in order, the largest first; after a minus the other way round. Empty: by
# value, and stages as they follow each other.
ORDERS = ("name", *BAND_NAMES, "value", "change", "undisclosed")
# The breakdown that shows each of its rows, the smallest too. Empty: the smallest are told together.
BREAKDOWNS = ("enterprise", "group", "sector", "partner", "state", "stage", *SCALES)


@dataclass(frozen=True)
class Screen:
    """The moment and the reading of a page, with the target then in force, and what it is compared with.

    `known` is the day up to whose end the record is read, None for now; `chosen_since` and `compare` are empty where
    the address leaves them open. `briefing_by` is the moment by which the last briefing was made since which changes
    may be asked for, None where the reader may not, and `is_since_briefing` says that they are. `problems` are
    sentences for the reader; while there are any, the page shows no figures.
    """

    at: Moment
    today: date
    reading: str
    target: Target | None
    known: date | None = None
    chosen_since: date | None = None
    is_since_briefing: bool = False
    briefing_by: Moment | None = None
    compare: str = ""
    order: str = ""
    unfold: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        """Whether these are the figures of today as known now: the only ones beside which anything is changed."""
        return self.is_of_today and self.known is None

    @property
    def is_of_today(self) -> bool:
        return self.at.as_of == self.today

    @cached_property
    def last_briefing(self) -> KeptBriefing | None:
        """The briefing since which changes may be asked for, if there is one. One query, where it is asked for."""
        return last_briefing_at(self.briefing_by) if self.briefing_by else None

    @property
    def briefing(self) -> KeptBriefing | None:
        """The briefing that the page is compared with, if it is with one."""
        return self.last_briefing if self.is_since_briefing else None

    @property
    def since(self) -> date:
        """The day compared with, no later than the day shown."""
        if self.briefing:
            return self.briefing.as_of
        return self.chosen_since or periods.days_before(self.at.as_of, DAYS_BEFORE)

    @property
    def default_reading(self) -> str:
        return self.target.default_reading if self.target else Reading.ANNOUNCED

    @property
    def state(self) -> dict[str, str]:
        """What the addresses of other pages must carry to show the same; what goes without saying is left out."""
        state = {
            "as_of": "" if self.is_of_today else self.at.as_of.isoformat(),
            "known": self.known.isoformat() if self.known else "",
            "reading": "" if self.reading == self.default_reading else self.reading,
            "since": BRIEFING if self.briefing else self.chosen_since.isoformat() if self.chosen_since else "",
            "compare": self.compare,
            "order": self.order,
            "unfold": self.unfold,
        }
        return {name: value for name, value in state.items() if value}

    def query(self, **parameters: object) -> str:
        """A query string of the state and the parameters; those that are empty are left out. An empty `as_of` leads
        back to today, and so to what is known now."""
        if parameters.get("as_of") == "":
            parameters.setdefault("known", "")
        wanted = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        found = urlencode(wanted | {name: value for name, value in self.state.items() if name not in parameters})
        return f"?{found}" if found else ""


def read(asked: QueryDict, *, today: date, with_briefings: bool = False) -> Screen:
    """The screen that the address asks for; `with_briefings`: the reader may compare with those of all deals. Two
    queries at most, for the target and the last briefing; none while a state is read of which they were asked before.
    """
    problems: list[str] = []
    as_of = _day(asked, "as_of", today, problems) or today
    known = _day(asked, "known", today, problems)
    # What is known by the end of today is what is known now.
    known_at = None if known is None or known == today else end_of(known)
    at = Moment(as_of, known_at)
    is_since_briefing = asked.get("since", "") == BRIEFING
    if is_since_briefing and not (with_briefings and last_briefing_at(at)):
        problems.append(_("No briefing of all deals had been made by then: compare with a day; no figures are shown."))
    since = None if is_since_briefing else _day(asked, "since", today, problems)
    if since and since > as_of:
        problems.append(
            _("%(day)s is after the day shown: compare with an earlier day; no figures are shown.")
            % {"day": date_format(since)}
        )
        since = None
    target = target_at(at)
    default = target.default_reading if target else Reading.ANNOUNCED
    return Screen(
        at=at,
        today=today,
        reading=_choice(asked, "reading", default, problems),
        target=target,
        known=known if known_at else None,
        chosen_since=since,
        is_since_briefing=is_since_briefing,
        briefing_by=at if with_briefings else None,
        compare=_choice(asked, "compare", "", problems),
        order=_choice(asked, "order", "", problems),
        unfold=_choice(asked, "unfold", "", problems),
        problems=problems,
    )


def end_of(day: date) -> datetime:
    """The last moment of the day in Vietnam."""
    return periods.end_of(day, timezone.get_default_timezone())


def _day(asked: QueryDict, name: str, today: date, problems: list[str]) -> date | None:
    """The day of the parameter, None where it is empty or stands for a problem."""
    text = asked.get(name, "").strip()
    if not text:
        return None
    try:
        day = periods.parse_day(text)
    except ValueError:
        problems.append(
            _("“%(text)s” is no day. Write it as 7/5/2025 or 2025-05-07; no figures are shown.") % {"text": text}
        )
        return None
    if day > today:
        problems.append(
            _("%(day)s is still to come: choose today or an earlier day; no figures are shown.")
            % {"day": date_format(day)}
        )
        return None
    return day


def _choice(asked: QueryDict, name: str, default: str, problems: list[str]) -> str:
    """What the parameter chooses of a few, the default where it is empty or stands for a problem."""
    text = asked.get(name, "") or default
    if name == "reading" and text not in Reading.values:
        problems.append(
            _("There is no reading “%(reading)s”: choose announced or firm; no figures are shown.") % {"reading": text}
        )
        return Reading.ANNOUNCED
    if name == "compare" and text not in ("", WORLD, SHOWN):
        problems.append(
            _("There is no comparison “%(text)s”: choose world or shown; no figures are shown.") % {"text": text}
        )
        return ""
    if name == "order" and text and text.removeprefix("-") not in ORDERS:
        problems.append(_("There is no order “%(text)s”: choose a column; no figures are shown.") % {"text": text})
        return ""
    if name == "unfold" and text and text not in BREAKDOWNS:
        problems.append(
            _("There is no breakdown “%(text)s”: choose one on the page; no figures are shown.") % {"text": text}
        )
        return ""
    return text


def last_briefing_at(at: Moment) -> KeptBriefing | None:
    """The last briefing of all deals that had been made by the moment."""
    what = ("last briefing", at)
    return revisions.remembered(what, lambda: KeptBriefing.objects.whole().last_by(at), of=[KeptBriefing])


def target_at(at: Moment) -> Target | None:
    """The target in force on the day, as known at the moment."""
    return revisions.remembered(("target", at), lambda: _target_at(at), of=[Target])


def _target_at(at: Moment) -> Target | None:
    if at.known_at is None:
        return Target.objects.on(at.as_of)
    lines = recorded.in_use(Target, at.known_at).filter(in_force_from__lte=at.as_of)
    line = lines.order_by("-in_force_from", "-version").first()
    return line.instance if line else None
