"""What lists may be asked for. An invalid question gets a message and no rows, never all rows."""

from collections.abc import Collection, Mapping
from copy import copy
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from deals import names
from deals.choices import Band, Condition, Stage, USState
from deals.models import (
    Balance,
    Body,
    Deal,
    Enterprise,
    Instrument,
    Obstacle,
    Partner,
    Sector,
    attention,
    conversion,
    obstacles,
    sureness,
)
from deals.offered import Known, KnownOr, Options
from deals.periods import Moment

NONE = "none"
ANY = "any"
FEW = 500
NOT_ITEMISED = "not_itemised"
SORTS = {
    "value": ["-four", "code"],
    "delivered": ["-delivered", "code"],
    "contracted": ["-contracted", "code"],
    "memorandum": ["-memorandum", "code"],
    "negotiating": ["-negotiating", "code"],
    "code": ["-code"],
    "enterprise": ["enterprise__sort_key", "-four", "code"],
    "partner": ["partner__sort_key", "-four", "code"],
    "sector": ["sector__position", "-four", "code"],
}
ATTENTION = [(ANY, gettext_lazy("Any reason")), *attention.Reason.choices]


Offered = Mapping[str, QuerySet[Any]]


class _Filter(django_filters.Filter):
    """A filter that is copied for each question, but not what it is made of: that takes longer than the question."""

    def __deepcopy__(self, _memo: object) -> "_Filter":
        found = copy(self)
        found.extra = dict(self.extra)
        found.method = self.method  # of the copy, not of the one copied
        return found


class _WordsFilter(_Filter, django_filters.CharFilter):
    """A filter by words."""


class _KnownFilter(_Filter, django_filters.ModelChoiceFilter):
    field_class: type[Known] = Known


class _KnownOrFilter(_KnownFilter):
    """One of the records, or one of the `others` by its key."""

    field_class = KnownOr


class _ChoiceFilter(_Filter, django_filters.ChoiceFilter):
    def __init__(self, **named: Any) -> None:
        super().__init__(widget=Options, **named)


def _grades(scale: str, label: Any) -> _ChoiceFilter:
    """A filter by the grade of the deals on a scale (see `deals.models.sureness`)."""
    return _ChoiceFilter(method="of_grade", choices=list(sureness.LABELS[scale].items()), label=label)


def _form_of(fields: dict[str, forms.Field]) -> type[forms.Form]:
    return type("QuestionForm", (forms.Form,), fields)


class _Question(django_filters.FilterSet):
    """What a page may be asked, with sentences for what it cannot be asked. Its `form` has the fields of what is asked
    alone: what somebody may ask besides is made where it is drawn, `whole_form`. `beside` are the parameters of its
    page that are no filters."""

    beside: Collection[str] = ()

    def get_form_class(self) -> type[forms.Form]:
        return _form_of({name: found.field for name, found in self.filters.items() if name in self.data})

    @cached_property
    def whole_form(self) -> forms.Form:
        """The form of all that may be asked."""
        return _form_of({name: found.field for name, found in self.filters.items()})(self.data)

    @cached_property
    def problems(self) -> list[str]:
        """Why the question cannot be answered, as sentences; empty where it can."""
        unknown = sorted({*self.data} - {*self.filters, *self.beside})
        found = [_("There is no filter “%(name)s”; no rows are shown.") % {"name": name} for name in unknown]
        for name, errors in self.form.errors.items():
            label = self.form.fields[name].label
            found += [
                _("%(filter)s: %(problem)s No rows are shown.") % {"filter": label, "problem": error}
                for error in errors
            ]
        return found

    @cached_property
    def asked(self) -> dict[str, str]:
        """What narrows the list, by parameter, as it stands in the address; what has neither letters nor signs asks for
        nothing."""
        return {
            name: self.data[name] for name in self.filters if name != "sort" and names.fold(self.data.get(name, ""))
        }

    @cached_property
    def in_words(self) -> list[tuple[str, str, str]]:
        """What narrows the list: the parameter, its label and its value in words; a value that is not on its list as it
        was written."""
        found = []
        for name, raw in self.asked.items():
            value = self.form.cleaned_data.get(name)
            names_of = dict(getattr(self.form.fields[name], "choices", ())) if isinstance(value, str) else {}
            shown = names_of.get(value) or getattr(value, "short_name", None) or value or raw
            found.append((name, str(self.form.fields[name].label), str(shown)))
        return found


class ObstacleFilter(_Question):
    """The filters of the page of obstacles. The report takes what they say; there is no list to narrow."""

    body = _KnownFilter(
        queryset=Body.objects.filter(archived_at=None), to_field_name="code", label=gettext_lazy("Who must act")
    )
    sector = _KnownFilter(
        queryset=Sector.objects.filter(archived_at=None), to_field_name="code", label=gettext_lazy("Sector")
    )
    state = _ChoiceFilter(
        choices=[("resolved", gettext_lazy("Resolved"))], empty_label=gettext_lazy("Open"), label=gettext_lazy("Show")
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, queryset=Obstacle.objects.none())

    @property
    def wanted(self) -> dict[str, Any]:
        """The body and the sector asked for, None for any."""
        return {name: self.form.cleaned_data.get(name) for name in ("body", "sector")}


class DealFilter(_Question):
    """The filters of the deals list, as of a moment: the stage is the one of that day."""

    beside = ("page",)

    q = _WordsFilter(method="search", label=gettext_lazy("Search"), max_length=100)
    group = _KnownFilter(
        method="in_group",
        queryset=Enterprise.objects.filter(archived_at=None),
        to_field_name="code",
        label=gettext_lazy("Enterprise with all below it"),
    )
    enterprise = _KnownFilter(
        queryset=Enterprise.objects.filter(archived_at=None), to_field_name="code", label=gettext_lazy("Enterprise")
    )
    partner = _KnownOrFilter(
        method="of_partner",
        others={NONE: gettext_lazy("Not known")},
        queryset=Partner.objects.filter(archived_at=None),
        to_field_name="slug",
        label=pgettext_lazy("heading", "US partner"),
    )
    state = _ChoiceFilter(
        method="in_state", choices=[*USState.choices, (NONE, gettext_lazy("Not known"))], label=gettext_lazy("US state")
    )
    sector = _KnownFilter(
        method="in_sector",
        queryset=Sector.objects.filter(archived_at=None),
        to_field_name="code",
        label=gettext_lazy("Sector"),
    )
    stage = _ChoiceFilter(
        method="at_stage",
        choices=[*Stage.choices, (NONE, gettext_lazy("Not yet entered"))],
        label=gettext_lazy("Stage"),
    )
    condition = _ChoiceFilter(choices=Condition.choices, label=gettext_lazy("Condition"))
    band = _ChoiceFilter(method="with_band", choices=Band.choices, label=gettext_lazy("Band"))
    show = _ChoiceFilter(
        method="shown",
        choices=[
            (NOT_ITEMISED, gettext_lazy("Not itemised only")),
            ("undisclosed", gettext_lazy("With papers of undisclosed value")),
        ],
        label=gettext_lazy("Show"),
    )
    attention = _ChoiceFilter(method="needing_attention", choices=ATTENTION, label=gettext_lazy("Needs attention"))
    body = _KnownOrFilter(
        method="waiting_for",
        others={ANY: gettext_lazy("Whoever must act")},
        queryset=Body.objects.filter(archived_at=None),
        to_field_name="code",
        label=gettext_lazy("Held up, waiting for"),
    )
    obstacle = _KnownFilter(
        method="under_obstacle",
        queryset=Obstacle.objects.filter(archived_at=None),
        to_field_name="id",
        label=gettext_lazy("Obstacle"),
    )
    evidence = _grades("evidence", gettext_lazy("Evidence"))
    basis = _grades("basis", gettext_lazy("Value basis"))
    freshness = _grades("freshness", gettext_lazy("Last heard of"))
    memorandum_age = _ChoiceFilter(
        method="of_memorandum_age", choices=list(conversion.AGES.items()), label=gettext_lazy("Age of the memorandum")
    )
    sort = _ChoiceFilter(
        method="unchanged",
        choices=[
            ("value", gettext_lazy("Value")),
            ("delivered", Band.DELIVERED.label),
            ("contracted", Band.CONTRACTED.label),
            ("memorandum", Band.MEMORANDUM.label),
            ("negotiating", Band.NEGOTIATING.label),
            ("code", gettext_lazy("Newest first")),
            ("enterprise", gettext_lazy("Enterprise")),
            ("partner", pgettext_lazy("heading", "US partner")),
            ("sector", gettext_lazy("Sector")),
        ],
        label=gettext_lazy("Sort by"),
        empty_label=None,
    )

    class Meta:
        model = Deal
        fields: list[str] = []

    def __init__(self, data: Any, *, deals: QuerySet[Deal], at: Moment, offered: Offered | None = None) -> None:
        """`deals` come with their bands and their stage at the moment, as `deals.ledger` adds them. `offered` holds
        what may be chosen, by filter, for somebody who does not see everything."""
        self.at = at
        self.said = Q()  # of the roll-ups, what is asked of them
        self.finds_few = False
        self.is_for_all = offered is None
        super().__init__(data, queryset=deals)
        for name, records in (offered or {}).items():
            self.filters[name].queryset = records

    @cached_property
    def deals(self) -> QuerySet[Deal]:
        """The deals asked for, in the order asked for; none while there are problems."""
        if self.problems:
            return self.queryset.none()
        return self.filter_queryset(self.queryset).order_by(*SORTS[self.order])

    @property
    def order(self) -> str:
        """By what the list is sorted."""
        return self.form.cleaned_data.get("sort") or "value"

    @property
    def bands_asked(self) -> set[str]:
        """The bands that the list is shown with, whatever they come to: what it is sorted by, and what it is of."""
        return {self.order, self.asked.get("band", "")}

    def names_of(self, name: str) -> list[type[Any]]:
        """The records that the filter offers by their names."""
        offered = self.filters[name].extra.get("queryset")
        return [] if offered is None else [offered.model]

    @property
    def is_narrow(self) -> bool:
        """Whether few of all deals are asked for, as far as the question tells."""
        return self.finds_few or bool(set(self.asked) - {"q", "band", "show"})

    @property
    def takes_in_openings(self) -> bool:
        """Whether the list is the whole, so that what is not itemised belongs to its total."""
        if self.problems or not self.is_for_all:
            return False
        return not set(self.asked) - {"band", "show"} and self.asked.get("show") != "undisclosed"

    def search(self, deals: QuerySet[Deal], _name: str, text: str) -> QuerySet[Deal]:
        words = names.fold(text).split()
        said = Q(*(("search_text__contains", word) for word in words))
        # Few are looked for once; many would be as long a list as looking again.
        keys = list(Balance.objects.filter(said).values_list("pk", flat=True)[: FEW + 1])
        self.finds_few = len(keys) <= FEW
        self.said &= Q(pk__in=keys) if self.finds_few else said
        if self.finds_few:
            return deals.filter(pk__in=keys)
        return deals.filter(*(Q(balance__search_text__contains=word) for word in words))

    def in_group(self, deals: QuerySet[Deal], _name: str, group: Enterprise) -> QuerySet[Deal]:
        if group.parent_id is None:
            return deals.filter(enterprise__group=group)
        return deals.filter(enterprise__in=Enterprise.objects.under(group))

    def of_partner(self, deals: QuerySet[Deal], _name: str, partner: Partner | str) -> QuerySet[Deal]:
        return deals.filter(partner=None) if isinstance(partner, str) else deals.filter(partner=partner)

    def in_state(self, deals: QuerySet[Deal], _name: str, state: str) -> QuerySet[Deal]:
        if state == NONE:
            return deals.exclude(partner__state__gt="")
        return deals.filter(partner__state=state)

    def in_sector(self, deals: QuerySet[Deal], _name: str, sector: Sector) -> QuerySet[Deal]:
        return deals.filter(sector=sector)

    def at_stage(self, deals: QuerySet[Deal], _name: str, stage: str) -> QuerySet[Deal]:
        return deals.filter(Q(stage_then="" if stage == NONE else stage))

    def with_band(self, deals: QuerySet[Any], _name: str, band: str) -> QuerySet[Any]:
        return deals.filter(**{f"{band}__gt": 0})

    def shown(self, deals: QuerySet[Deal], _name: str, what: str) -> QuerySet[Deal]:
        if what == NOT_ITEMISED:
            return deals.none()
        papers = Instrument.objects.undisclosed(self.at.as_of)
        return deals.filter(pk__in=papers.values("deal"))

    def needing_attention(self, deals: QuerySet[Deal], _name: str, reason: str) -> QuerySet[Deal]:
        reasons = attention.Reason.values if reason == ANY else [reason]
        return deals.filter(reduce(or_, (attention.deals_with(each, self.at.as_of) for each in reasons)))

    def waiting_for(self, deals: QuerySet[Deal], _name: str, body: Body | str) -> QuerySet[Deal]:
        of_body = {} if body == ANY else {"body": body}
        return deals.filter(obstacles.deals_under(self.at, obstacles.open_on(self.at.as_of), **of_body))

    def under_obstacle(self, deals: QuerySet[Deal], _name: str, obstacle: Obstacle) -> QuerySet[Deal]:
        return deals.filter(obstacles.deals_under(self.at, id=obstacle.pk))

    def of_grade(self, deals: QuerySet[Deal], scale: str, grade: str) -> QuerySet[Deal]:
        return deals.filter(sureness.deals_of(scale, grade, self.at))

    def of_memorandum_age(self, deals: QuerySet[Deal], _name: str, age: str) -> QuerySet[Deal]:
        return deals.filter(sureness.deals_of_age(age, self.at))

    def unchanged(self, deals: QuerySet[Deal], _name: str, _value: str) -> QuerySet[Deal]:
        return deals
