"""Pages of figures are worked out once for each revision of the record: as long as nothing is recorded, what was worked
out is shown again, and a reader who has it already is told so."""

import hashlib
from collections.abc import Callable, Collection
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

from deals import models, permissions
from deals.forms.screens import Screen
from deals.models import revisions
from deals.models.revisions import State

from .pages import may_edit, page, requests_for, screen_of

Figures = Callable[[Screen], dict[str, Any]]
# What is recorded of a deal. A page that says what figures it is `drawn_of` shows nothing of them besides.
OF_DEALS = (
    *(models.Deal, models.Instrument, models.Valuation, models.Delivery, models.Announcement, models.Document),
    *(models.ProgressUpdate, models.StageChange, models.Posting),
)


def figures_page(
    request: HttpRequest,
    board: str,
    *,
    here: str,
    title: str,
    figures: Figures,
    own: Collection[str] | None = (),
) -> HttpResponse:
    """The page whose content the template `board` draws from the figures, which are asked for only if they are not
    remembered. Everything on it tells of one state of the record. Where the figures say what of deals the content is
    `drawn_of`, one that was drawn of the same before is shown again. `own`: as in `screen_of`."""
    with revisions.one_state() as state:
        screen = screen_of(request, own)
        key = "" if screen.problems else _key(request, screen, state.revision)
        tag = _tag(request, key) if key and not len(get_messages(request)) else ""
        answer, is_kept = get_conditional_response(request, etag=tag) if tag else None, True
        if answer is None:
            content, is_kept = _content(request, key, board, screen, figures, state)
            answer = page(request, "deals/dashboard/frame.html", screen=screen, here=here, title=title, board=content)
    if tag and is_kept:
        answer["ETag"] = tag
    # Kept by no browser; what has its own copy (a screen on a wall, a probe) may still ask whether it holds.
    patch_cache_control(answer, private=True, no_store=True)
    patch_vary_headers(answer, ["Cookie"])
    return answer


def _content(
    request: HttpRequest, key: str, board: str, screen: Screen, figures: Figures, state: State
) -> tuple[SafeString, bool]:
    """The content, and whether it is the one that is kept for this state of the record. It is kept by what it is drawn
    of, and for the state it is kept which that was."""
    kept = caches["figures"]
    drawing = kept.get(key) if key else None
    found = kept.get(drawing) if drawing else None
    is_kept = found is not None
    if found is None:
        context = {"screen": screen, "may_edit": may_edit(request), "drawn_of": None, **figures(screen)}
        drawing = f"drawn-{key}"
        if key and context["drawn_of"] is not None:
            drawing = _key(request, screen, state.besides(*OF_DEALS), context["drawn_of"])
        found = kept.get(drawing) or render_to_string(board, context, request)
        if is_kept := bool(key) and state.is_settled:
            kept.set_many({drawing: found, key: drawing})
    return mark_safe(found), is_kept


def _key(request: HttpRequest, screen: Screen, *recorded: object) -> str:
    """Of what the content depends: on what is recorded, on the day, on who, with what rights, asks for what
    in which language."""
    who = f"{request.user.pk} {permissions.reach(request.user)}"
    return _digest(*recorded, _release(), screen.today, get_language(), who, request.get_full_path())


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
