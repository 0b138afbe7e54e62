"""What each number means."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from .pages import page, screen_of


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """The words and the rules of the numbers, linked from each number."""
    return page(request, "deals/definitions/page.html", screen=screen_of(request), here="definitions")
