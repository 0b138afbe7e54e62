"""The pages for what went wrong. They say so in the reader's language and nothing of how it came about."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import translation

from .language import language_of


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    return _answer(request, 413, megabytes=settings.REQUEST_MAX_BYTES // 1024 // 1024)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """How long to wait before the next guess."""
    answer = _answer(request, 429, minutes=-(-seconds // 60))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks neither the database nor the request: either may be what failed."""
    with translation.override(language_of(request)):
        if request.headers.get("HX-Request"):
            return _nothing_to_show(500)
        return HttpResponse(get_template("500.html").render(), status=500)


class BodyLimitMiddleware:
    """Refuses what is larger than anything the product takes, before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.REQUEST_MAX_BYTES:
            return too_large(request)
        return self.get_response(request)


def _answer(request: HttpRequest, status: int, template: str = "", **context: Any) -> HttpResponse:
    # What is wrong with a host may show before the language of the page is chosen.
    with translation.override(language_of(request)):
        if request.headers.get("HX-Request"):
            return _nothing_to_show(status)
        return render(request, template or f"{status}.html", context, status=status)


def _nothing_to_show(status: int) -> HttpResponse:
    """For a part of a page: the page itself says that the answer was not as it should be, and keeps what it shows."""
    return HttpResponse(status=status, content_type="text/plain; charset=utf-8")
