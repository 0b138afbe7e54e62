"""Documents, served only to those who may see the deal."""

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from deals import permissions


@require_safe
def document(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it came in, under the name it had; always as a download, never run in the browser."""
    found = get_object_or_404(permissions.visible_documents(request.user), pk=pk)
    answer = FileResponse(found.file.open(), as_attachment=True, filename=found.file_name)
    answer.headers["Content-Type"] = found.content_type
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
