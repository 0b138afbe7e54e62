"""What `make bench` measures the pages against, in the same run on the same machine.

F: a signed-in page that renders a bare table of 50 rows from memory, through the same middleware and frame.
A: the list of the stock Django admin with the same 50 deals. Both are addresses of this module, mounted nowhere but
in a bench. S: the bare SQL, written by hand, that yields the same figures as a page.
"""

from datetime import date
from functools import cache
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from deals.models import Deal
from deals.positions import BAND_NAMES

ROWS = 50
BARE = """{% extends "base.html" %}{% block title %}Bare{% endblock %}{% block content %}<table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{% endblock %}"""
COLUMNS = ["code", "title_vi", "enterprise", "partner", "sector", "stage", *BAND_NAMES[:4], "four"]


# F


@cache
def _bare() -> tuple[Any, list[list[str]]]:
    rows = [[f"Ô {column} của hàng {row}" for column in COLUMNS] for row in range(ROWS)]
    return engines["django"].from_string(BARE), rows


def bare(request: HttpRequest) -> HttpResponse:
    """A table of 50 rows with as many columns as the list of deals, from memory."""
    template, rows = _bare()
    return HttpResponse(template.render({"rows": rows}, request))


# A


class DealAdmin(ModelAdmin):
    list_display: Any = COLUMNS
    list_select_related = ["enterprise", "partner", "sector", "balance"]
    list_filter = ["stage", "sector"]
    list_per_page = ROWS
    ordering = ["-balance__four", "code"]


def _band(name: str) -> Any:
    def amount(_admin: DealAdmin, deal: Deal) -> Any:
        return getattr(deal.balance, name)

    return amount


for name in COLUMNS[6:]:
    setattr(DealAdmin, name, _band(name))

site = AdminSite(name="yardstick")
site.register(Deal, DealAdmin)

urlpatterns = [
    path("yardstick/bare/", bare),
    path("yardstick/admin/", site.urls),
    path("", include("dealtracker.urls")),
]

# S

SUMS = ", ".join(f"SUM({name})" for name in BAND_NAMES)
DIMENSIONS = ("group_id", "sector_id", "partner_id", "stage", "state")
IN_SETS = {
    "postgresql": "SELECT {dimensions}, {sums} FROM figures GROUP BY GROUPING SETS (({sets}), ())",
    "sqlite": "{each} UNION ALL SELECT {nothing}, {sums} FROM figures",
}


def dashboard_sql(vendor: str, day: date, *, is_past: bool) -> list[str]:
    """Total and breakdowns by group, sector, partner, stage and state in one pass; the papers of unknown value; what is
    not itemised. A past day is summed from the entries, today is read from the balances."""
    amounts, stage = "SELECT * FROM deals_balance", "deal.stage"
    if is_past:
        each = ", ".join(f"SUM(CASE WHEN band = '{name}' THEN amount_usd END) AS {name}" for name in BAND_NAMES)
        amounts = f"SELECT deal_id, {each} FROM deals_posting WHERE effective_on <= '{day}' GROUP BY deal_id"
        stage = f"""(SELECT reached.stage FROM deals_stagechange reached WHERE reached.deal_id = deal.id
            AND reached."on" <= '{day}' ORDER BY reached."on" DESC, reached.id DESC LIMIT 1)"""
    of_deal = f"""enterprise.group_id, deal.sector_id, COALESCE(deal.partner_id, 0) AS partner_id, {stage} AS stage,
        COALESCE(partner.state, '') AS state"""
    joined = """JOIN deals_enterprise enterprise ON enterprise.id = deal.enterprise_id
        LEFT JOIN deals_partner partner ON partner.id = deal.partner_id"""
    bands = ", ".join(f"amount.{name}" for name in BAND_NAMES)
    valued = f"""SELECT {of_deal}, {bands} FROM deals_deal deal JOIN ({amounts}) amount ON amount.deal_id = deal.id
        {joined} WHERE deal.archived_at IS NULL"""
    unknown = f"""SELECT {of_deal}, 1 AS one FROM deals_instrument paper JOIN deals_deal deal ON deal.id = paper.deal_id
        {joined} WHERE {_undisclosed(day)}"""
    return [_in_sets(vendor, valued, SUMS), _in_sets(vendor, unknown, "SUM(one)"), _openings(day)]


def _in_sets(vendor: str, figures: str, sums: str) -> str:
    """The sums by each dimension and of all, from figures that are worked out once."""
    each = " UNION ALL ".join(
        f"SELECT {', '.join(own if own == by else 'NULL' for own in DIMENSIONS)}, {sums} FROM figures GROUP BY {by}"
        for by in DIMENSIONS
    )
    filled = {
        "dimensions": ", ".join(DIMENSIONS),
        "sets": "), (".join(DIMENSIONS),
        "sums": sums,
        "each": each,
        "nothing": ", ".join(["NULL"] * len(DIMENSIONS)),
    }
    return f"WITH figures AS MATERIALIZED ({figures}) {IN_SETS[vendor].format(**filled)}"


def list_sql(day: date, *, page: int) -> list[str]:
    """A page of all deals by value, how many they are, what they make together, and the same two extras."""
    bands = ", ".join(f"balance.{name}" for name in (*BAND_NAMES, "four"))
    return [
        f"""SELECT deal.code, deal.title_vi, deal.stage, enterprise.aliases, partner.name, sector.name_vi, {bands}
        FROM deals_deal deal JOIN deals_balance balance ON balance.deal_id = deal.id
        JOIN deals_enterprise enterprise ON enterprise.id = deal.enterprise_id
        JOIN deals_sector sector ON sector.id = deal.sector_id
        LEFT JOIN deals_partner partner ON partner.id = deal.partner_id WHERE deal.archived_at IS NULL
        ORDER BY balance.four DESC, deal.code LIMIT {ROWS} OFFSET {(page - 1) * ROWS}""",
        f"""SELECT COUNT(*), {SUMS} FROM deals_balance balance JOIN deals_deal deal ON deal.id = balance.deal_id
        WHERE deal.archived_at IS NULL""",
        f"""SELECT COUNT(*) FROM deals_instrument paper JOIN deals_deal deal ON deal.id = paper.deal_id
        WHERE {_undisclosed(day)}""",
        _openings(day),
    ]


def _undisclosed(day: date) -> str:
    return f"""paper.usd IS NULL AND paper.counts AND paper.archived_at IS NULL AND deal.archived_at IS NULL
        AND paper.signed_on <= '{day}' AND (paper.ended_on IS NULL OR paper.ended_on > '{day}')"""


def _openings(day: date) -> str:
    return f"""SELECT opening_balance_id, band, SUM(amount_usd) FROM deals_posting
        WHERE opening_balance_id IS NOT NULL AND effective_on <= '{day}' GROUP BY opening_balance_id, band"""


def ask(cursor: Any, statements: list[str]) -> list[list[tuple[Any, ...]]]:
    """The rows that each statement yields."""
    answers = []
    for statement in statements:
        cursor.execute(statement)
        answers.append(cursor.fetchall())
    return answers
