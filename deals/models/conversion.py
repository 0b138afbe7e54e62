"""How old the memoranda are that deals still stand on: for the report, the forecast and the filter alike. And how many
led to contracts: the SQL by which the report counts them, text and parameters, nothing is run here."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Case, DateField, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deals.choices import InstrumentKind
from deals.periods import Moment
from deals.positions import CARRIED_ON, NON_BINDING

from .deals import Deal
from .instruments import Instrument
from .recorded import in_use

QUARTER = 91  # days: four of them are a year less a day
AGES: Mapping[str, str | Promise] = {
    "6": _("Up to 6 months"),
    "12": _("6 to 12 months"),
    "24": _("12 to 24 months"),
    "older": _("More than 24 months"),
}
# The ages in begun quarters, from and to.
QUARTERS: Mapping[str, tuple[int, int | None]] = {"6": (1, 2), "12": (3, 4), "24": (5, 8), "older": (9, None)}


class _BegunQuarters(Func):
    """From the second day to the first: 1 in the first quarter."""

    output_field = IntegerField()
    template = f"((%(expressions)s) / {QUARTER} + 1)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"(CAST((julianday(%(expressions)s)) / {QUARTER} AS INTEGER) + 1)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **context)


def age(day: date) -> Case:
    """The age of a memorandum in force on the day, in begun quarters; 0 of any other paper."""
    in_force = Q(ended_on=None) | Q(ended_on__gt=day)
    quarters = _BegunQuarters(Value(day, output_field=DateField()), "signed_on")
    return Case(When(in_force, kind__in=NON_BINDING, then=quarters), default=Value(0), output_field=IntegerField())


# From memorandum to contract

CONVERTED, ENDED, OPEN = "converted", "ended", "open"
DAYS_BETWEEN = {
    "postgresql": "({later} - {earlier})",
    "sqlite": "CAST(julianday({later}) - julianday({earlier}) AS int)",
}
PAPERS = ("id", "deal_id", "kind", "under_id", "signed_on", "usd", "discharges_usd", "ended_on", "end_reason")


def cases(at: Moment, deals: QuerySet[Deal]) -> tuple[str, list[Any]]:
    """Of the cases of the deals (`deals.reports.conversion` says what a case is), by sector, outcome and time: how
    many, how many of them of unknown value, the cents of the others, and the cents converted. The time of a converted
    case is its days from memorandum to contract, that of another its whole quarters until it ended or until the day.

    EmptyResultSet where there can be none."""
    papers = in_use(Instrument, at.known_at).filter(counts=True, signed_on__lte=at.as_of).order_by()
    papers = papers.filter(Q(kind__in=NON_BINDING) | Q(under__isnull=False))
    amounts = [Cast(name, BigIntegerField()) if name.endswith("usd") else name for name in PAPERS]
    of_papers, values = papers.values_list(*amounts).query.sql_with_params()
    of_deals, more = deals.order_by().values_list("pk", "sector").query.sql_with_params()
    day = f"'{at.as_of.isoformat()}'"
    return (
        f"WITH RECURSIVE paper ({', '.join(PAPERS)}) AS ({of_papers}), deal (id, sector_id) AS ({of_deals}),"
        f" {', '.join(f'{name} AS ({sql})' for name, sql in _steps(day).items())} {_counted(day)}",
        [*values, *more],
    )


def _steps(day: str) -> Mapping[str, str]:
    """From papers to cases. Papers that stand under one another belong to one deal."""
    own = "COALESCE(contract.usd, 0) + COALESCE(amended.cents, 0)"
    still_open = f"SUM(CASE WHEN {_in_force('tree', day)} THEN 1 ELSE 0 END)"
    carried_on = f"{_in_force('contract', day)} OR contract.end_reason IN {_listed(CARRIED_ON)}"
    return {
        "memorandum": f"SELECT * FROM paper WHERE kind IN {_listed(NON_BINDING)}",
        "amended (id, cents)": f"""SELECT under_id, SUM(usd) FROM paper
            WHERE kind = '{InstrumentKind.AMENDMENT}' GROUP BY under_id""",
        "root": """SELECT memorandum.*, deal.sector_id FROM memorandum JOIN deal ON deal.id = memorandum.deal_id
            WHERE under_id IS NULL OR under_id NOT IN (SELECT id FROM memorandum)""",
        "tree (root, id, ended_on)": """SELECT id, id, ended_on FROM root UNION ALL
            SELECT tree.root, memorandum.id, memorandum.ended_on FROM tree
            JOIN memorandum ON memorandum.under_id = tree.id""",
        "ended (root, ended_on)": f"""SELECT root, CASE WHEN {still_open} = 0 THEN MAX(ended_on) END
            FROM tree GROUP BY root""",
        "contracted (root, signed_on, cents)": f"""SELECT tree.root, MIN(contract.signed_on),
            SUM(CASE WHEN {carried_on} THEN COALESCE(contract.discharges_usd, {_not_below_zero(own)}) ELSE 0 END)
            FROM tree JOIN paper contract ON contract.under_id = tree.id AND contract.kind = '{InstrumentKind.CONTRACT}'
            LEFT JOIN amended ON amended.id = contract.id GROUP BY tree.root""",
    }


def _counted(day: str) -> str:
    until = f"COALESCE(contracted.signed_on, ended.ended_on, {day})"
    days = DAYS_BETWEEN[connection.vendor].format(later=until, earlier="root.signed_on")
    outcome = f"""CASE WHEN contracted.root IS NOT NULL THEN '{CONVERTED}'
        WHEN ended.ended_on IS NOT NULL THEN '{ENDED}' ELSE '{OPEN}' END"""
    value = _not_below_zero("root.usd + COALESCE(amended.cents, 0)")
    of_case = f"""SELECT root.sector_id, {outcome} AS outcome, {days} AS days, {value} AS cents,
        COALESCE(contracted.cents, 0) AS converted FROM root JOIN ended ON ended.root = root.id
        LEFT JOIN amended ON amended.id = root.id LEFT JOIN contracted ON contracted.root = root.id"""
    return f"""SELECT sector_id, outcome, CASE WHEN outcome = '{CONVERTED}' THEN days ELSE days / {QUARTER} END,
        COUNT(*), COUNT(*) - COUNT(cents), SUM(cents), SUM(CASE WHEN converted < cents THEN converted ELSE cents END)
        FROM ({of_case}) of_case GROUP BY 1, 2, 3"""


def _in_force(table: str, day: str) -> str:
    return f"({table}.ended_on IS NULL OR {table}.ended_on > {day})"


def _listed(kinds: Iterable[str]) -> str:
    return "({})".format(", ".join(f"'{kind}'" for kind in sorted(kinds)))


def _not_below_zero(amount: str) -> str:
    return f"CASE WHEN {amount} < 0 THEN 0 ELSE {amount} END"
