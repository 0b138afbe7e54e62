"""The audit page: who came in, what left the house, who was given which rights."""

import csv
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from deals import permissions
from deals.actions import audit as actions
from deals.choices import AuditKind
from deals.forms.audit import AuditForm
from deals.models import AuditEntry
from deals.reports import audit as reports

from .pages import page, screen_of

PAGE_SIZE = 50
AT_ONCE = 1000  # rows read from the database at a time
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")  # with what a cell begins that a spreadsheet would work out


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The entries asked for, newest first, a page at a time. For those who may not: no such page."""
    asked = _asked(request)
    problems, found = list(asked.problems), None
    if not problems:
        pages = Paginator(reports.found(asked.cleaned_data), PAGE_SIZE)
        number = request.GET.get("page", "1")
        if number.isdecimal() and len(number) < 9 and 1 <= int(number) <= pages.num_pages:
            found = pages.page(int(number))
        else:
            problems.append(
                _("There is no page %(page)s: the list has %(pages)s. No rows are shown.")
                % {"page": number[:20], "pages": pages.num_pages}
            )
    return page(
        request,
        "deals/audit/page.html",
        screen=screen_of(request),
        here="audit",
        asked=asked,
        filters=urlencode(asked.in_use),
        found=found,
        rows=[(entry, reports.said(entry)) for entry in found or []],
        problems=problems,
    )


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """All entries asked for, as a file for a spreadsheet; that they were exported is one more entry, not among them."""
    asked = _asked(request)
    if asked.problems:
        return page(
            request,
            "deals/audit/page.html",
            screen=screen_of(request),
            here="audit",
            asked=asked,
            problems=asked.problems,
        )
    found = reports.found(asked.cleaned_data)
    rows = found.count()
    noted = actions.write(
        kind=AuditKind.EXPORTED,
        by=request.user,
        thing=pgettext("heading", "Audit"),
        filters=asked.in_use,
        rows=rows,
        how=["CSV"],
    )
    answer = StreamingHttpResponse(
        _written(found.filter(pk__lt=noted.pk), translation.get_language() or "vi"),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localtime():%Y-%m-%d-%H%M}.csv"'
    return answer


def _asked(request: HttpRequest) -> AuditForm:
    if not permissions.may_see_audit(request.user):
        raise Http404
    return AuditForm(request.GET)


def _written(entries: Any, language: str) -> Iterator[bytes]:
    """The file, row by row. It is written after the page's own language has gone."""
    writer = csv.writer(_Echo())
    with translation.override(language):
        head = [_("When"), _("What"), _("Who"), _("User name"), _("With what"), _("Number or code"), _("Address"),
                _("Details")]  # fmt: skip
    # For spreadsheets, which else take it for another alphabet.
    yield "\ufeff".encode() + writer.writerow(head)
    for entry in entries.iterator(chunk_size=AT_ONCE):
        with translation.override(language):
            cells = _cells(entry)
        yield writer.writerow([_safe(cell) for cell in cells])


def _cells(entry: AuditEntry) -> list[str]:
    return [
        timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        str(entry.get_kind_display()),
        str(entry.actor or ""),
        entry.actor.username if entry.actor else "",
        entry.thing,
        entry.thing_key,
        entry.address or "",
        "; ".join(f"{label}: {text}" for label, text in reports.said(entry)),
    ]


def _safe(cell: str) -> str:
    """The cell as text: nothing that somebody typed is worked out as a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(RUNS) else cell


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> bytes:
        return line.encode()
