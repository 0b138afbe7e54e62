"""The keys by which the product is used without a pointer."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from .pages import page, screen_of


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """What each key does; as a page, or as the part that `?` opens."""
    return page(request, "deals/keys/page.html", screen=screen_of(request), here="keys")
