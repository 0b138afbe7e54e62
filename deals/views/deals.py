"""The deals list, and a deal."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions, tables
from deals.actions import deals as actions
from deals.actions import partners as partner_actions
from deals.actions import valuations
from deals.exporting import audiences
from deals.exporting import deals as exporting
from deals.exporting import ledger as ledgers
from deals.exporting.tables import Export
from deals.filters import NONE
from deals.forms import timelines
from deals.forms.audiences import one_partner
from deals.forms.deals import DealForm, NewDealForm
from deals.forms.screens import Screen
from deals.models import Deal, User
from deals.reports import deals as reports
from deals.reports import duplicates, lists
from deals.reports.duplicates import Likeness
from deals.reports.timelines import part

from .entries import deal_to_edit, form_page, form_view, officer_of, opened, sent
from .exports import Asked, exported
from .pages import asked_for, page, screen_of
from .remembering import figures_page

ENTRIES = 200  # of a timeline, unless all are asked for


@require_safe
def deal_list(request: HttpRequest) -> HttpResponse:
    """The deals asked for, a page at a time, with the totals of all of them."""
    return figures_page(
        request,
        "deals/deals/_list.html",
        here="deals",
        title=_("Deals"),
        figures=lambda screen: _listed(request, screen),
        own=None,
    )


def _listed(request: HttpRequest, screen: Screen) -> dict[str, Any]:
    """What the list is drawn from: no rows while the address asks for what is not there."""
    asked = asked_for(request, request.GET, screen.at)
    problems = [*screen.problems, *asked.problems]
    number = request.GET.get("page", "1")
    report = None
    if not problems:
        report = lists.deal_list(asked, page=int(number) if number.isdecimal() and len(number) < 9 else 0)
        if not report.number:
            problems.append(
                _("There is no page %(page)s: the list has %(pages)s. No rows are shown.")
                % {"page": number[:20], "pages": report.pages}
            )
    columns = tables.deal_columns(screen.reading)
    # What somebody may choose from who does not see everything depends on all their deals.
    drawn_of = report.figures if report and not problems and asked.is_for_all else None
    return {"asked": asked, "report": report, "problems": problems, "columns": columns, "drawn_of": drawn_of}


def _save_new(form: NewDealForm, by: User) -> Deal:
    """The new deal with its first expected value, and its partner where that is new too."""
    fields = form.fields_of_record
    if form.new_partner:
        fields["partner"] = partner_actions.enter(name=form.new_partner, by=by)
    deal = actions.create(by=by, on=form.today, **fields)
    valuations.value(deal, on=form.today, by=by, reason=form.cleaned_data["reason"], **form.priced)
    return deal


def _likely(request: HttpRequest, form: Any) -> list[Likeness]:
    """The deals that may be the one being entered, as far as it is typed."""

    def known(name: str) -> Any:
        try:
            return form.fields[name].clean(form.data.get(name, ""))
        except ValidationError:
            return None

    title = str(form.data.get("name", ""))[:200]
    partner = known("partner")
    return duplicates.likely(
        permissions.visible_deals(request.user),
        title=title,
        enterprise=known("enterprise"),
        partner=None if isinstance(partner, str) else partner,
    )


@form_view
def deal_new(request: HttpRequest) -> HttpResponse:
    """A new deal, from five fields; asks back where it may be one that is entered already."""
    form: Any = opened(request, NewDealForm)
    likely = _likely(request, form) if form.is_bound and form.data.get("name") else []
    if request.method == "POST" and form.is_valid():
        if likely:
            sentence = _("This may be a deal that is entered already, as shown on this page. It is another one.")
            form.ask_back("duplicate", sentence)
        refuse_others(form)
        said = _("The deal is entered.")
        if form.is_valid() and (answer := sent(request, form, lambda: _save_new(form, form.by), said=said)):
            return answer
    return form_page(request, form, deal=None, template="deals/entries/new.html", likely=likely)


@require_safe
def deals_likely(request: HttpRequest) -> HttpResponse:
    """The deals that may be the one being entered: asked for while its title is typed."""
    form = NewDealForm(request.GET, by=officer_of(request), today=timezone.localdate())
    likely = _likely(request, form) if form.data.get("name") else []
    return render(request, "deals/deals/_likely.html", {"likely": likely})


@form_view
def deal_edit(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of the deal itself."""
    deal = deal_to_edit(request, code)
    form: Any = opened(request, DealForm, deal=deal)
    if request.method == "POST" and form.is_valid() and not refuse_others(form):

        def save() -> Deal:
            deal.version = form.cleaned_data["version"] or deal.version
            reason = form.cleaned_data["reason"]
            return actions.change(deal, by=form.by, on=form.today, reason=reason, **form.fields_of_record)

        if answer := sent(request, form, save, said=_("The deal is changed.")):
            return answer
    return form_page(request, form, deal=deal)


def refuse_others(form: Any) -> bool:
    """Whether the deal would be one of an enterprise whose deals the person does not change; the form says so then."""
    enterprise = form.cleaned_data.get("enterprise")
    refused = bool(enterprise) and not permissions.may_change(form.by, Deal(enterprise=enterprise))
    if refused:
        form.add_error("enterprise", _("This enterprise is not assigned to you: its deals are entered by a colleague."))
    return refused


@require_safe
def deal_detail(request: HttpRequest, code: str) -> HttpResponse:
    """All that is known of a deal."""
    screen = screen_of(request, timelines.PARAMETERS)
    deals = permissions.visible_deals(request.user).select_related("enterprise__group", "partner", "sector", "officer")
    deal = get_object_or_404(deals, code=code)
    shown, inside = timelines.read(request.GET), permissions.may_see_history(request.user)
    report = None if screen.problems else reports.deal_report(deal, screen.at, is_inside=inside)
    return page(
        request,
        "deals/deals/page.html",
        screen=screen,
        here="deals",
        deal=deal,
        report=report,
        progress=report.progress if report and screen.is_today else None,
        awaiting=[each for each in report.requests if each.is_waiting] if report and screen.is_today else [],
        shown=shown,
        timeline=part(
            report.timeline if report else [],
            topics=shown.topics,
            until=None if screen.is_today else screen.at.as_of,
            most=None if shown.everything else ENTRIES,
        ),
        keep=shown.parameters,
    )


@require_safe
def deal_list_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The deals asked for, all of them, as a file."""

    def make(asked: Asked) -> Export | None:
        deals = asked_for(request, asked.question, asked.screen.at)
        asked.problems += deals.problems
        asked.problems += audiences.problems(asked.screen, asked.audience, filters=deals.asked)
        partner = deals.asked.get("partner", "")
        asked.problems += one_partner(asked.audience, "" if partner == NONE else partner)
        if not asked.problems and deals.asked:
            asked.problems += audiences.nothing(deals.deals, asked.audience, asked=deals.asked)
        if asked.problems:
            return None
        return exporting.deals(deals, asked.screen, asked.making, audience=asked.audience)

    return exported(request, form, of=reverse("deals:deal-list"), here="deals", make=make, own=None)


@require_safe
def deal_export(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """The ledger and the timeline of a deal, as a file."""
    deal = get_object_or_404(permissions.visible_deals(request.user), code=code)
    shown, inside = timelines.read(request.GET), permissions.may_see_history(request.user)

    def make(asked: Asked) -> Export | None:
        asked.problems += [*shown.problems, *audiences.inside_only(asked.audience)]
        if asked.problems:
            return None
        report = reports.deal_report(deal, asked.screen.at, is_inside=inside)
        until = None if asked.screen.is_today else asked.screen.at.as_of
        entries = part(report.timeline, topics=shown.topics, until=until).entries
        return ledgers.deal(deal, report, entries, asked.screen, asked.making)

    return exported(request, form, of=deal.get_absolute_url(), here="deals", make=make, own=timelines.PARAMETERS)
