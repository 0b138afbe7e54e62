"""Briefings: asked for, made, kept, and checked against the ledger."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from deals import permissions
from deals.actions import briefings as actions
from deals.choices import Release, USState
from deals.exporting import briefing_html
from deals.forms import briefings as forms
from deals.forms import screens
from deals.forms.briefings import BriefingQuestion
from deals.forms.screens import Screen, target_at
from deals.models import KeptBriefing, User, revisions
from deals.models.briefings import typed_code
from deals.periods import Moment
from deals.reports import briefings as reports
from deals.reports import scopes
from deals.reports.briefings import Briefing
from deals.reports.scopes import Scope

from .changes import comparison_of
from .pages import numbered, obstacles_among, page, screen_from, screen_of

PAGE_SIZE = 50
FILES = ("pdf", "docx")


@require_safe
def briefing(request: HttpRequest) -> HttpResponse:
    """What a briefing of this moment, scope and audience would say, with the choices to make another one."""
    screen, question = screen_of(request, forms.PARAMETERS), _question(request.GET)
    problems = [*screen.problems, *question.problems]
    scope, subject = _scope(request, question)
    content = ""
    if not problems:
        report = _report(request, screen, question, scope, subject)
        content = briefing_html.article(report, question.languages)
    return page(
        request,
        "deals/briefings/page.html",
        screen=screen,
        here="briefing",
        question=question,
        content=content,
        problems=problems,
        offered=_offered(request),
        audiences=[(each.value, permissions.audience_name(each, request.user)) for each in Release],
        keep=question.state,
        may_make=permissions.may_tell_on(request.user),
        typed_since=request.GET.get("since", ""),
    )


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make the briefing that was asked for, keep it, and lead on to its page or its file."""
    if not isinstance(request.user, User) or not permissions.may_tell_on(request.user):
        raise PermissionDenied
    screen, question = screen_from(request, request.POST), _question(request.POST)
    if screen.problems or question.problems:
        return redirect(f"{reverse('deals:briefing')}?{_as_asked(request.POST)}")
    scope, subject = _scope(request, question)
    moment = revisions.settled()
    screen = replace(screen, at=Moment(screen.at.as_of, screen.at.known_at or moment))
    with revisions.one_state():
        report = _report(request, screen, question, scope, subject)
        told = reports.told(report)
    asked = report.asked
    kept = actions.keep(
        by=request.user,
        at=moment,
        figures=report.figures,
        language=question.language,
        audience=asked.audience,
        scope_by=scope.by,
        scope_key=scope.key,
        everything=asked.scope.everything,
        as_of=screen.at.as_of,
        known_at=screen.at.known_at,
        reading=asked.reading,
        since=asked.comparison.before.as_of,
        since_known_at=asked.comparison.before.known_at if asked.comparison.is_as_shown else None,
        told=told,
    )
    wanted = request.POST.get("file", "")
    return redirect(f"deals:briefing-{wanted if wanted in FILES else 'kept'}", kept.code)


@require_safe
def kept_list(request: HttpRequest) -> HttpResponse:
    """The briefings that were made, the latest first."""
    found = permissions.visible_briefings(request.user).select_related("made_by")
    shown = numbered(request, found, PAGE_SIZE)
    makers = {each.made_by_id: each.made_by for each in shown}  # each asked for their roles once
    return page(
        request,
        "deals/briefings/list.html",
        screen=screen_of(request),
        here="briefing",
        found=shown,
        rows=[
            (each, _subject_of(each), permissions.audience_name(Release(each.audience), makers[each.made_by_id]))
            for each in shown
        ],
    )


@require_safe
def kept(request: HttpRequest, code: str) -> HttpResponse:
    """A briefing that was made, worked out again from the ledger as it was known then."""
    found = kept_of(request, code)
    report = again(found)
    return page(
        request,
        "deals/briefings/kept.html",
        screen=screen_of(request),
        here="briefing",
        kept=found,
        content=briefing_html.article(report, found.languages, code=found.code_in_print),
        is_same=report.figures == found.figures,
    )


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Whether the ledger still says what a printed copy with this check code says."""
    typed = request.GET.get("code", "")
    found = permissions.visible_briefings(request.user).filter(code=typed_code(typed)).first() if typed else None
    checked = reports.checked(found, again(found)) if found else None
    return page(
        request,
        "deals/briefings/check.html",
        screen=screen_of(request),
        here="briefing",
        typed=typed[:40],
        kept=found,
        checked=checked,
    )


def kept_of(request: HttpRequest, code: str) -> KeptBriefing:
    found: KeptBriefing = get_object_or_404(permissions.visible_briefings(request.user), code=code)
    return found


def again(kept: KeptBriefing) -> Briefing:
    return reports.again(kept, target=target_at(kept.at))


def as_kept(kept: KeptBriefing) -> Briefing:
    """The briefing for its file: read in the quick way as long as nothing was recorded since it was made."""
    with revisions.one_state():
        return reports.again(kept, target=target_at(kept.at), read_at=revisions.as_live(kept.at))


def _subject_of(kept: KeptBriefing) -> Any:
    return scopes.subject_of(kept.scope_by, kept.scope_key, scopes.EVERY) if kept.scope_by else None


# What is asked for


def _question(asked: QueryDict) -> BriefingQuestion:
    return forms.read(asked, language=get_language() or "vi")


def _as_asked(sent: QueryDict) -> str:
    """The question of a form as an address has it, without what the form itself is made of."""
    return urlencode({name: text for name, text in sent.items() if name in (*screens.PARAMETERS, *forms.PARAMETERS)})


def _scope(request: HttpRequest, question: BriefingQuestion) -> tuple[Scope, Any]:
    """The scope with what it is called after. 404 for one that is not there or may not be seen."""
    if not question.by:
        return (scopes.WHOLE if permissions.sees_everything(request.user) else scopes.OWN), None
    subject = scopes.subject_of(question.by, question.key, _visible(request))
    if subject is None:
        raise Http404
    return scopes.of_subject(question.by, question.key, subject), subject


def _visible(request: HttpRequest) -> dict[str, Any]:
    return {
        "group": permissions.visible_enterprises(request.user),
        "sector": permissions.visible_sectors(request.user),
        "partner": permissions.visible_partners(request.user),
    }


def _offered(request: HttpRequest) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The scopes to choose from, by kind: the word of each, and its record."""
    found = [
        (by, [(f"{by}:{getattr(each, scopes.KEYS[by])}", each) for each in rows])
        for by, rows in _visible(request).items()
    ]
    states = _visible(request)["partner"].exclude(state="").order_by().values_list("state", flat=True).distinct()
    return [*found, ("state", [(f"state:{state}", USState(state).label) for state in sorted(states)])]


def _report(request: HttpRequest, screen: Screen, question: BriefingQuestion, scope: Scope, subject: Any) -> Briefing:
    comparison = comparison_of(screen)
    asked = reports.Asked(
        at=screen.at,
        reading=screen.reading,
        target=screen.target,
        comparison=comparison,
        read_at=revisions.as_live(screen.at),
        scope=scope,
        audience=question.audience,
        maker=request.user if isinstance(request.user, User) else None,
        today=screen.today if screen.is_today else None,
        subject=subject,
    )
    deals = permissions.visible_deals(request.user, comparison.before.known_at)
    return reports.briefing(asked, deals=deals, among=obstacles_among(request, screen))
