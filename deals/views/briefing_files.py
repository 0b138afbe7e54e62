"""The files of a briefing that was made: PDF and Word."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from deals.actions import audit
from deals.choices import AuditKind
from deals.exporting import briefing_docx, briefing_pdf
from deals.exporting.pdf import NotInstalledError
from deals.models import KeptBriefing

from .briefings import as_kept, kept_of
from .pages import page, screen_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The briefing as a PDF. Where this machine cannot make one, a page says so."""
    found = kept_of(request, code)
    try:
        content = briefing_pdf.briefing(as_kept(found), found.languages, code=found.code_in_print)
    except NotInstalledError:
        answer = page(request, "deals/briefings/no_pdf.html", screen=screen_of(request), here="briefing", kept=found)
        answer.status_code = 503
        return answer
    return _file(request, found, content, "application/pdf", "pdf")


@require_safe
def docx(request: HttpRequest, code: str) -> HttpResponse:
    """The briefing as a Word file."""
    found = kept_of(request, code)
    content = briefing_docx.briefing(as_kept(found), found.languages, code=found.code_in_print)
    return _file(request, found, content, WORD, "docx")


def _file(request: HttpRequest, kept: KeptBriefing, content: bytes, kind: str, ending: str) -> HttpResponse:
    """The file as a download, noted in the audit."""
    audit.write(
        kind=AuditKind.EXPORTED,
        by=request.user,
        thing=str(KeptBriefing._meta.verbose_name),
        thing_key=kept.code,
        how=[ending.upper()],
    )
    answer = HttpResponse(content, content_type=kind)
    with translation.override(kept.languages[0]):
        word = pgettext("file name", "briefing")
    answer["Content-Disposition"] = f'attachment; filename="{word}-{kept.as_of:%Y-%m-%d}-{kept.code}.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
