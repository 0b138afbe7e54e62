"""Returns of enterprises: who has reported this period, the workbook out and in, and what is decided on each
difference."""

from datetime import date
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deals import files, periods, permissions
from deals.actions import audit, refusals
from deals.actions import returns as actions
from deals.choices import AuditKind, ReturnedPart, ReturnedState
from deals.forms.returns import ReturnForm
from deals.importing import returned
from deals.importing.judging import EXCEL, RefusedError
from deals.models import Deal, Enterprise, Return, ReturnedChange, User
from deals.periods import Moment
from deals.reports import returns as reports

from .entries import ASKED, officer_of
from .pages import page, screen_of

QUARTERS = 8  # offered, the newest first


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _period(asked: QueryDict) -> date:
    """The quarter asked for; the one of today where none is. ValueError where what is asked for is none."""
    text = asked.get("period", "")
    return periods.parse_quarter(text) if text else periods.quarter_of(timezone.localdate())


def _found(request: HttpRequest, pk: int) -> Return:
    found = permissions.visible_returns(request.user)
    return get_object_or_404(found.select_related("enterprise", "sent_out_by", "came_back_by", "settled_by"), pk=pk)


def _to_return(request: HttpRequest, pk: int) -> tuple[Return, User]:
    """The return and who is at work on it, if they may; else PermissionDenied."""
    of, person = _found(request, pk), request.user
    if not isinstance(person, User) or not permissions.may_return(person, of.enterprise):
        raise PermissionDenied
    return of, person


def _to_read(request: HttpRequest, pk: int) -> Return:
    """The return whose files the person fetches, if they may; else PermissionDenied."""
    of = _found(request, pk)
    if not permissions.may_read_return(request.user, of.enterprise):
        raise PermissionDenied
    return of


def _open_deals(request: HttpRequest) -> QuerySet[Deal]:
    """The deals to report on, as far as the person sees them."""
    seen = permissions.visible_deals(request.user).order_by().values("pk")
    return Deal.objects.open_on(timezone.localdate()).filter(pk__in=seen)


def _known(request: HttpRequest, enterprise: Enterprise) -> dict[str, Any]:
    """What is last known of the open deals of the enterprise and of those below it, as far as the person sees them."""
    deals = _open_deals(request).filter(enterprise__in=Enterprise.objects.under(enterprise))
    return reports.last_known(deals, Moment(timezone.localdate()))


@require_safe
def return_list(request: HttpRequest) -> HttpResponse:
    """Who has reported on the quarter."""
    screen = screen_of(request, ("period",))
    problems, start, overview, rows = [*screen.problems], None, None, []
    try:
        start = _period(request.GET)
    except ValueError:
        said = _("“%(text)s” is not a quarter, which is written like 2026-4: choose one of the list.")
        problems.append(said % {"text": request.GET["period"]})
    if start and not problems:
        overview = reports.overview(
            _open_deals(request),
            permissions.visible_enterprises(request.user),
            permissions.visible_returns(request.user),
            period_start=start,
        )
        person = request.user
        rows = [
            (row, *(may(person, row.enterprise) for may in (permissions.may_return, permissions.may_read_return)))
            for row in overview.rows
        ]
    return page(
        request,
        "deals/returns/list.html",
        screen=screen,
        here="returns",
        problems=problems,
        start=start,
        quarter=periods.quarter_key(start) if start else "",
        offered=[(each, periods.quarter_key(each)) for each in _offered()],
        overview=overview,
        rows=rows,
    )


def _offered() -> list[date]:
    """The quarters to choose from, the newest first."""
    found = [periods.quarter_of(timezone.localdate())]
    while len(found) < QUARTERS:
        found.append(periods.quarter_of(periods.days_before(found[-1], 1)))
    return found


@require_POST
def return_make(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the return of the enterprise for the quarter, or lead to the one there is."""
    enterprise = get_object_or_404(permissions.visible_enterprises(request.user), code=code)
    if not isinstance(request.user, User) or not permissions.may_return(request.user, enterprise):
        raise PermissionDenied
    try:
        start = _period(request.POST)
    except ValueError:
        raise Http404 from None
    if start not in _offered():
        raise Http404
    how: dict[str, Any] = {"period_start": start, "language": _language()}
    try:
        of = actions.send_out(enterprise, held=_known(request, enterprise), by=request.user, **how)
    except refusals.REFUSALS as error:
        _say(request, error)
        return redirect("deals:return-list")
    return redirect(of)


@require_safe
def return_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A return: where it stands, and what came back in it."""
    return _detail(request, _found(request, pk))


def _detail(request: HttpRequest, of: Return, form: ReturnForm | None = None, **context: Any) -> HttpResponse:
    deals = permissions.visible_deals(request.user)
    groups = reports.differences(of, deals, Moment(timezone.localdate()), language=_language())
    may_settle = permissions.may_settle(request.user, of.enterprise)
    for group in groups:
        if any(each.change.part == ReturnedPart.DELIVERY and each.change.is_waiting for each in group.differences):
            group.contracts = actions.contracts_of(group.deal)
    typed = request.session.get(_typed_of(of), {})
    for each in (each for group in groups for each in group.differences):
        each.comment = typed.get(str(each.change.pk), "")
    changes = [each.change for group in groups for each in group.differences]
    states = [change.state for change in changes]
    return page(
        request,
        "deals/returns/page.html",
        screen=screen_of(request),
        here="returns",
        of=of,
        form=form or ReturnForm(),
        groups=groups,
        quarter=periods.quarter_key(of.period_start),
        waiting=states.count(ReturnedState.WAITING),
        sent_back=states.count(ReturnedState.SENT_BACK),
        said_unchanged=sum(each.is_waiting and each.part == ReturnedPart.UNCHANGED for each in changes),
        silent=len(of.held) - len({group.deal.pk for group in groups}) if of.came_back_at else 0,
        may_return=permissions.may_return(request.user, of.enterprise),
        may_read=permissions.may_read_return(request.user, of.enterprise),
        may_settle=may_settle,
        **context,
    )


@require_safe
def return_workbook(request: HttpRequest, pk: int) -> FileResponse:
    """The workbook to be filled in."""
    of = _to_read(request, pk)
    into = TemporaryFile()  # noqa: SIM115 – the answer closes it
    returned.write(of, into)
    name = f"{of.enterprise.code}-{periods.quarter_key(of.period_start)}.xlsx"
    return _given(request, of, into, name, rows=len(of.held))


@require_safe
def return_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file that came back, as it came."""
    of = _to_read(request, pk)
    if not of.file:
        raise Http404
    return _given(request, of, of.file.open("rb"), of.file_name)


def _given(request: HttpRequest, of: Return, file: Any, name: str, **details: Any) -> FileResponse:
    audit.write(kind=AuditKind.EXPORTED, by=request.user, thing=name, thing_key=of.pk, how=["XLSX"], **details)
    file.seek(0)
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_POST
def return_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook comes back: its differences are shown, or all that is wrong with it."""
    of, person = _to_return(request, pk)
    form = ReturnForm(request.POST, request.FILES)
    problems: list[returned.Problem] = []
    if form.is_valid():
        try:
            problems, new = _taken_in(of, form.cleaned_data["file"], person)
        except RefusedError as error:
            form.add_error("file", str(error))
        except refusals.REFUSALS as error:
            problems = [returned.Problem("", sentence) for sentence in refusals.sentences(error)]
        else:
            if not problems:
                messages.success(request, ngettext("%(count)d new difference.", "%(count)d new differences.", new)
                                 % {"count": new})  # fmt: skip
                return redirect(of)
    answer = _detail(request, of, form, problems=problems)
    answer.status_code = 422
    return answer


def _taken_in(of: Return, file: Any, person: User) -> tuple[list[returned.Problem], int]:
    content = file.read(files.MOST_BYTES + 1)
    reading = returned.read(of, content)
    if reading.problems:
        return reading.problems, 0
    return [], actions.take_in(of, reading.answers, content=content, name=file.name or "", by=person)


# Deciding


@require_POST
def return_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing decided: a difference, all of a deal, all that say that nothing has changed, or the return as a
    whole."""
    of = _found(request, pk)
    if not permissions.may_settle(request.user, of.enterprise):
        raise PermissionDenied
    officer = officer_of(request)
    _keep_typed(request, of)
    try:
        said = _decided(request, of, officer)
    except refusals.REFUSALS as error:
        _say(request, error)
    else:
        if said:
            messages.success(request, said)
    at = request.POST.get("deal", "")
    return redirect(of.get_absolute_url() + (f"#deal-{at}" if at.isdecimal() else ""))


def _typed_of(of: Return) -> str:
    """Under which name the session keeps the comments on a return that were typed, and not yet sent back."""
    return f"return-comments-{of.pk}"


def _keep_typed(request: HttpRequest, of: Return) -> None:
    """Keep the comments that were typed beside the differences of the deal, for the page that comes next: only one
    thing is decided at a time."""
    kept = request.session.get(_typed_of(of), {})
    for name in request.POST:
        prefix, _dash, pk = name.partition("-")
        if prefix == "comment" and pk.isdecimal():
            kept[pk] = request.POST[name][:1000]
    request.session[_typed_of(of)] = {pk: text for pk, text in kept.items() if text}


def _decided(request: HttpRequest, of: Return, officer: User) -> str:
    if "settle" in request.POST:
        actions.settle(of, by=officer)
        return _("The return is settled.")
    if "renew" in request.POST:
        actions.renew(of, held=_known(request, of.enterprise), language=_language(), by=officer)
        return _("The workbook was made anew. One that was fetched before is taken in no more.")
    waiting = of.changes.filter(state=ReturnedState.WAITING).select_related("deal")
    if "unchanged" in request.POST:
        for change in waiting.filter(part=ReturnedPart.UNCHANGED):
            _refuse_others_deals(officer, change)
            actions.accept([change], by=officer)
        return _("Accepted.")
    if "send_back" in request.POST:
        change = get_object_or_404(of.changes.select_related("deal"), pk=_number(request, "send_back"))
        _refuse_others_deals(officer, change)
        actions.send_back(change, by=officer, comment=request.POST.get(f"comment-{change.pk}", ""))
        return _("Sent back with your comment.")
    if "accept" not in request.POST and "accept_all" not in request.POST:
        return ""
    return _accepted(request, of, officer)


def _accepted(request: HttpRequest, of: Return, officer: User) -> str:
    """Accept one difference, or all of a deal that wait."""
    if "accept" in request.POST:
        changes = [get_object_or_404(of.changes.select_related("deal"), pk=_number(request, "accept"))]
    else:
        of_deal = of.changes.filter(deal=_number(request, "deal"), state=ReturnedState.WAITING)
        changes = list(of_deal.select_related("deal"))
    for change in changes:
        _refuse_others_deals(officer, change)
    contract = None
    if changes and request.POST.get("contract"):
        contracts = {each.pk: each for each in actions.contracts_of(changes[0].deal)}
        contract = contracts.get(_number(request, "contract"))
    requests = actions.accept(changes, by=officer, version=_number(request, "version"), contract=contract)
    return str(ASKED) if requests else _("Accepted.")


def _refuse_others_deals(officer: User, change: ReturnedChange) -> None:
    if not permissions.may_change(officer, change.deal):
        raise PermissionDenied


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _say(request: HttpRequest, error: Any) -> None:
    for sentence in refusals.sentences(error):
        messages.error(request, sentence)
