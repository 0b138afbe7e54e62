"""What `make bench` measures the pages against, in the same run on the same machine.

F: a signed-in page that renders a bare table of 50 rows from memory, through the same middleware and frame.
A: the list of the stock Django admin with the same 50 deals. Both are addresses of this module, mounted nowhere but
in a bench. S: the bare SQL, written by hand, that yields the same figures as a page (`bare_dashboard` for that one).
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


def list_sql(day: date, *, page: int) -> list[str]:
    """A page of all deals by value, how many they are, what they make together, how many papers have no known value,
    and what is not itemised."""
    bands = ", ".join(f"balance.{name}" for name in (*BAND_NAMES, "four"))
    return [
        f"""SELECT deal.code, deal.title_vi, deal.stage, enterprise.aliases, partner.name, sector.name_vi, {bands}
        FROM deals_deal deal JOIN deals_balance balance ON balance.deal_id = deal.id
        JOIN deals_enterprise enterprise ON enterprise.id = deal.enterprise_id
        JOIN deals_sector sector ON sector.id = deal.sector_id
        LEFT JOIN deals_partner partner ON partner.id = deal.partner_id WHERE deal.archived_at IS NULL
        ORDER BY balance.four DESC, deal.code LIMIT {ROWS} OFFSET {(page - 1) * ROWS}""",
        f"SELECT COUNT(*), {SUMS}, SUM(undisclosed) FROM deals_balance WHERE in_use",
        _openings(day),
    ]


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
