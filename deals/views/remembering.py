"""Pages of figures are worked out once for each revision of the record: as long as nothing is recorded, what was worked
out is shown again, and a reader who has it already is told so."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from deals import permissions
from deals.forms.screens import Screen
from deals.models import revisions
from deals.models.revisions import State

from .pages import may_edit, page, requests_for

Figures = Callable[[], dict[str, Any]]


def figures_page(
    request: HttpRequest, board: str, *, screen: Screen, here: str, title: str, figures: Figures
) -> HttpResponse:
    """The page whose content the template `board` draws from the figures, which are asked for only if they are not
    remembered. Everything on it tells of one state of the record."""
    with revisions.one_state() as state:
        key = "" if screen.problems else _key(request, screen, state)
        tag = _tag(request, key) if key and not len(get_messages(request)) else ""
        answer, is_kept = get_conditional_response(request, etag=tag) if tag else None, True
        if answer is None:
            content, is_kept = _content(request, key, board, screen, figures, may_keep=state.is_settled)
            answer = page(request, "deals/dashboard/frame.html", screen=screen, here=here, title=title, board=content)
    if tag and is_kept:
        answer["ETag"] = tag
    # Kept by no browser; what has its own copy (a screen on a wall, a probe) may still ask whether it holds.
    patch_cache_control(answer, private=True, no_store=True)
    patch_vary_headers(answer, ["Cookie"])
    return answer


def _content(
    request: HttpRequest, key: str, board: str, screen: Screen, figures: Figures, *, may_keep: bool
) -> tuple[SafeString, bool]:
    """The content, and whether it is the one that is kept for this state of the record."""
    found = caches["figures"].get(key) if key else None
    is_kept = found is not None
    if found is None:
        context = {"screen": screen, "may_edit": may_edit(request), **figures()}
        found = render_to_string(board, context, request)
        if is_kept := bool(key) and may_keep:
            caches["figures"].set(key, found)
    return mark_safe(found), is_kept


def _key(request: HttpRequest, screen: Screen, state: State) -> str:
    """Of what the content depends: on what is recorded, on the day, on who, with what rights, asks for what
    in which language."""
    who = f"{request.user.pk} {permissions.reach(request.user)}"
    return _digest(state.revision, _release(), screen.today, get_language(), who, request.get_full_path())


def _tag(request: HttpRequest, key: str) -> str:
    """The page around the content also has the person's name, how much waits for them, and the token of their forms."""
    of_forms = request.META.get("CSRF_COOKIE") or request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    return f'"{_digest(key, request.user, requests_for(request), of_forms)}"'


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr([str(part) for part in parts]).encode()).hexdigest()


@cache
def _release() -> str:
    """The product as it was when this process started: another one may draw the same figures otherwise."""
    folders = (Path(settings.BASE_DIR) / name for name in ("deals", "dealtracker", "templates", "static"))
    files = sorted(path for folder in folders for path in folder.rglob("*.*") if path.suffix != ".pyc")
    return _digest(*((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files))
