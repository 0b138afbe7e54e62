"""What obstacles hold up, as tables: by the body that must act, by obstacle, and what was resolved."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deals.forms.screens import Screen
from deals.reports.clearance import Clearance
from deals.reports.obstacles import BodyLine, HeldUp, Load, ObstacleLine

from . import audiences, preamble
from .preamble import Making
from .tables import Export, Field, Kind, Table, listed


def export(
    held: HeldUp,
    screen: Screen,
    making: Making,
    told: Clearance,
    *,
    filters: Sequence[tuple[str, str, str]],
    resolved: bool,
) -> Export:
    """The page of obstacles: those that are open, or where asked for those that are resolved. No query."""
    found = [_resolved(held.resolved)] if resolved else _tables(held.bodies, held.obstacles, held.load)
    return Export(
        name="obstacles",
        title=_("Obstacles"),
        facts=preamble.facts(screen, making, told, filters=filters, undisclosed=held.load.undisclosed),
        tables=[*found, *audiences.named(told)],
        definitions=preamble.definitions(),
    )


def felt(held: HeldUp) -> list[Table]:
    """The bodies for which a deal waits and the obstacles that hold one back, as a page of figures shows them."""
    return _tables(held.waited_for, held.felt, held.load)


def _tables(waiting: Sequence[BodyLine], ranking: Sequence[ObstacleLine], load: Load) -> list[Table]:
    """A deal counts once in each line and once in the total."""
    note = _("A deal under several obstacles counts once in each line and once in the total.")
    once = (load.deals, load.usd)
    bodies = [
        Field("body", _("Who must act"), width=40),
        Field("obstacles", pgettext("short", "Obstacles"), Kind.NUMBER),
        Field("deals", _("Deals"), Kind.NUMBER),
        Field("held_up_usd", _("Held up, US$"), Kind.USD),
    ]
    rows = [(str(line.body), line.obstacles, line.load.deals, line.load.usd) for line in waiting]
    total = (_("Each deal once"), sum(line.obstacles for line in waiting), *once)
    fields = [*_named(), Field("deals", _("Deals"), Kind.NUMBER), Field("held_up_usd", _("Held up, US$"), Kind.USD)]
    ranked = [(*_what(line), line.load.deals, line.load.usd) for line in ranking]
    return [
        listed("by_body", _("Held up, by who must act"), bodies, rows, totals=[total], note=note),
        listed(
            "by_obstacle",
            _("Held up, by obstacle"),
            fields,
            ranked,
            totals=[(_("Each deal once"), None, None, None, *once)],
            note=note,
        ),
    ]


def _named() -> list[Field]:
    return [
        Field("obstacle", _("Obstacle"), width=60),
        Field("body", _("Who must act"), width=32),
        Field("since", _("In the way since"), Kind.DAY),
        Field("days", _("Days"), Kind.NUMBER),
    ]


def _what(line: ObstacleLine) -> tuple[object, ...]:
    return str(line.obstacle), str(line.body), line.obstacle.since, line.days


def _resolved(lines: Sequence[ObstacleLine]) -> Table:
    fields = [
        *_named(),
        Field("resolved_on", _("Resolved on"), Kind.DAY),
        Field("how", _("How it was resolved"), width=60),
    ]
    rows = [(*_what(line), line.obstacle.resolved_on, line.obstacle.resolution) for line in lines]
    return listed("resolved", _("Resolved obstacles"), fields, rows)
