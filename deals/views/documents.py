"""Documents, served only to those who may see the deal."""

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from deals import permissions
from deals.actions import audit
from deals.choices import AuditKind


@require_safe
def document(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it came in, under a safe form of its name; always as a download, never run in the browser. 404 for a
    document that was seen and is not held."""
    found = get_object_or_404(permissions.visible_documents(request.user), pk=pk)
    if not found.file:
        raise Http404
    audit.write(
        kind=AuditKind.DOCUMENT_DOWNLOADED,
        by=request.user,
        thing=found.file_name,
        thing_key=found.pk,
        deal=found.deal.code,
    )
    return served(found.file, found.file_name, found.content_type)


def served(file: File, name: str, content_type: str) -> FileResponse:
    """The file as a download under the name, which no browser runs or keeps."""
    answer = FileResponse(file.open(), as_attachment=True, filename=name)
    answer.headers["Content-Type"] = content_type
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    # Should a browser show it all the same: nothing in it runs, and nothing is fetched for it.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
