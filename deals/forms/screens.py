"""What every figure page is asked: which day, which reading. The address holds it, so that a view can be sent on."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from deals import periods
from deals.choices import Reading
from deals.models import Target
from deals.periods import Moment


@dataclass(frozen=True)
class Screen:
    """The day and the reading of a page, with the target then in force.

    `problems` are sentences for the reader; while there are any, the page shows no figures.
    """

    at: Moment
    today: date
    reading: str
    target: Target | None
    problems: list[str] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        return self.at.as_of == self.today

    @property
    def default_reading(self) -> str:
        return self.target.default_reading if self.target else Reading.ANNOUNCED

    @property
    def state(self) -> dict[str, str]:
        """What the addresses of other pages must carry to show the same day and reading."""
        state = {} if self.is_today else {"as_of": self.at.as_of.isoformat()}
        return state if self.reading == self.default_reading else state | {"reading": self.reading}

    def query(self, **parameters: object) -> str:
        """A query string of the state and the parameters; those that are empty are left out."""
        wanted = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        found = urlencode(wanted | {name: value for name, value in self.state.items() if name not in parameters})
        return f"?{found}" if found else ""


def read(asked: QueryDict, *, today: date) -> Screen:
    """The screen that the address asks for. One query, for the target."""
    problems = []
    day = today
    if text := asked.get("as_of", "").strip():
        try:
            day = periods.parse_day(text)
        except ValueError:
            problems.append(
                _("“%(text)s” is no day. Write it as 7/5/2025 or 2025-05-07; no figures are shown.") % {"text": text}
            )
    if day > today:
        problems.append(
            _("%(day)s is still to come: choose today or an earlier day; no figures are shown.") % {"day": text}
        )
        day = today
    target = Target.objects.on(day)
    reading = asked.get("reading", "") or (target.default_reading if target else Reading.ANNOUNCED)
    if reading not in Reading.values:
        problems.append(
            _("There is no reading “%(reading)s”: choose announced or firm; no figures are shown.")
            % {"reading": reading}
        )
        reading = Reading.ANNOUNCED
    return Screen(at=Moment(day), today=today, reading=reading, target=target, problems=problems)
