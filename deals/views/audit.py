"""The audit page: who came in, what left the house, who was given which rights."""

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
from deals.exporting import audit as exporting
from deals.forms.audit import AuditForm
from deals.reports import audit as reports

from .exports import in_language
from .pages import page, screen_of

PAGE_SIZE = 50


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
        thing_key="audit",
        filters=asked.in_use,
        rows=rows,
        how=["CSV"],
    )
    answer = StreamingHttpResponse(
        in_language(translation.get_language() or "vi", exporting.written(found.filter(pk__lt=noted.pk), rows)),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localtime():%Y-%m-%d-%H%M}.csv"'
    return answer


def _asked(request: HttpRequest) -> AuditForm:
    if not permissions.may_see_audit(request.user):
        raise Http404
    return AuditForm(request.GET)
