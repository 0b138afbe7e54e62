"""What the admin of every record has in common: saving through the actions, archiving, history, choosing."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, IntegerField, QuerySet, TextField, URLField, When
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals import permissions
from deals.actions import records, refusals
from deals.models import Deal, Delivery, Record, User
from deals.models.money import UsdField

from .archiving import ArchivedFilter, Archiving, depth
from .asking import asked_for
from .fields import AmountField, KnownAutocomplete, SeveralAutocomplete
from .histories import Histories
from .pages import RecordForm, Row, Tidy, cause_of, page_of
from .searching import FoldedSearch

# Papers are chosen among those of the deal at hand.
OF_THE_DEAL = frozenset({"under", "contract", "instrument"})
TITLE = 200  # letters from which a text is given the room of a title
PRICED = ["usd", "basis", "evidence"]
AWAITED = ["awaited_from", "awaited_by"]
SOURCE = ["source_title", "source_url", "source_on"]
NOTE = ["note_vi", "note_en"]


def section(title: Any, *fields: Any, collapsed: bool = False) -> Any:
    """A part of a form; fields named together stand on one line."""
    lines = [tuple(line) if isinstance(line, list) else line for line in fields]
    return title, {"fields": lines, "classes": ["collapse"] if collapsed else []}


def column(name: str, label: Any, *, order: str = "") -> Any:
    """A column with a record named by another one. Unlike the stock column it may break into lines."""

    @admin.display(description=label, ordering=order or name, empty_value="–")
    def show(record: Any) -> Any:
        return getattr(record, name)

    return show


def currency_section() -> Any:
    return section(
        gettext_lazy("In another currency than US$"),
        ("currency", "amount"),
        ("rate", "rate_on", "rate_source"),
        collapsed=True,
    )


def source_section() -> Any:
    return section(gettext_lazy("Source and note"), SOURCE, *NOTE, collapsed=True)


class Choosing:
    """How a record is chosen for another one: only what is in use, and papers only among those of the deal at hand."""

    # Whether there is room for titles in full.
    wide = True
    formfield_overrides: ClassVar[Any] = {
        UsdField: {"form_class": AmountField},
        URLField: {"assume_scheme": "https"},
        TextField: {"widget": AdminTextareaWidget({"rows": 3})},
    }

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        model = db_field.related_model
        if "queryset" not in kwargs and issubclass(model, Record):
            kwargs["queryset"] = model.objects.active()
            if db_field.name in OF_THE_DEAL:
                kwargs["queryset"] = kwargs["queryset"].filter(deal=page_of(request).deal)
        elif issubclass(model, User):
            kwargs["queryset"] = model.objects.in_charge()
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = KnownAutocomplete(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", db_field.related_model.objects.active())
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = SeveralAutocomplete(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        found = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        is_text = type(db_field) is CharField and not db_field.choices
        if self.wide and is_text and (db_field.max_length or 0) >= TITLE:
            found.widget.attrs["class"] = "vLargeTextField"
        if found is not None and isinstance(found.widget, RelatedFieldWidgetWrapper):
            found.widget.can_delete_related = False
            if db_field.name in OF_THE_DEAL | {"deal"}:
                found.widget.can_add_related = False
        return found


class Rows(BaseInlineFormSet):
    """The rows of a kind below a record. The papers to choose from are read once, not once a row."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].label = _("Archive")
        for name in OF_THE_DEAL & set(form.fields):
            choice = form.fields[name]
            offered = self._offered(name, choice)
            choice.choices = [(value, label) for value, label in offered if value != form.instance.pk or not value]

    def _offered(self, name: str, choice: Any) -> list[tuple[Any, str]]:
        known = self.__dict__.setdefault("_papers", {})
        if name not in known:
            papers = choice.queryset.complex_filter(choice.get_limit_choices_to() or {})
            known[name] = [("", "---------"), *((paper.pk, str(paper)) for paper in papers)]
        return list(known[name])


class RecordInline(Choosing, admin.TabularInline):
    """The records in use of a kind below another record."""

    template = "admin/deals/edit_inline/tabular.html"
    wide = False
    form: Any = Tidy
    formset = Rows
    extra = 0
    show_change_link = True
    list_select_related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self._rows(request).filter(archived_at=None)

    def submitted(self, request: HttpRequest, prefix: str) -> QuerySet[Any]:
        """The rows that were on the page, in its order, whatever became of them since."""
        count = request.POST.get(f"{prefix}-INITIAL_FORMS", "")
        asked = [
            request.POST.get(f"{prefix}-{place}-id", "") for place in range(int(count) if count.isdecimal() else 0)
        ]
        order = [When(pk=pk, then=place) for place, pk in enumerate(asked) if pk.isdecimal()]
        if not order:
            return self._rows(request).none()
        found = self._rows(request).filter(pk__in=[pk for pk in asked if pk.isdecimal()])
        return found.order_by(Case(*order, output_field=IntegerField()))

    def _rows(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request)
        return found.select_related(*self.list_select_related) if self.list_select_related else found

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and _may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(request, obj)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if isinstance(obj, Deal):
            page_of(request).deal = obj
        formset: Any = super().get_formset(request, obj, **kwargs)
        # A row is archived, never deleted: what stands on it is looked at by the actions.
        formset.form.hand_clean_DELETE = lambda form: None
        return formset


class RecordAdmin(Choosing, FoldedSearch, Archiving, Histories):
    """The admin of a record. A page is looked at as a whole and saved in one transaction: facts, history, postings."""

    form: Any = RecordForm
    list_per_page = 50
    show_full_result_count = False
    save_on_top = True

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [*super().get_list_filter(request), ArchivedFilter]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = permissions.administered(request.user, super().get_queryset(request))
        related = self.list_select_related
        # The page of one record, and its title, need what the list needs.
        return found.select_related(*related) if isinstance(related, list | tuple) and related else found

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and permissions.may_enter(request.user, self.model)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets: list[Any] = list(super().get_fieldsets(request, obj))
        if obj is None:
            return fieldsets
        if self.has_change_permission(request, obj):
            fieldsets.append(section(gettext_lazy("This change"), "seen", "reason"))
        kept = ["recorded_at", *(["archived_at", "archive_reason"] if obj.archived_at else [])]
        return [*fieldsets, section(gettext_lazy("Record"), *kept, collapsed=not obj.archived_at)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "recorded_at", "archived_at", "archive_reason"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        page = page_of(request)
        page.deal = obj if isinstance(obj, Deal) else getattr(obj, "deal", None) or page.deal
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.page = page
        return form

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "POST" and isinstance(inline, RecordInline):
            kwargs["queryset"] = inline.submitted(request, prefix)
        return kwargs

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        # Django has no public place in which the form could come to know the rows below it.
        formsets, inlines = super()._create_formsets(request, obj, change)
        page_of(request).formsets = [
            (formset, inline.has_change_permission(request, obj if change else None))
            for formset, inline in zip(formsets, inlines, strict=True)
        ]
        return formsets, inlines

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except refusals.REFUSALS as error:
            if request.method != "POST":
                raise
            # Nothing was saved. The same page once more, with what was typed and why it cannot be.
            page = page_of(request)
            page.discard_files()
            try:
                return asked_for(request, error)
            except refusals.REFUSALS as refusal:
                page.refusal = refusals.sentences(refusal)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: the page is saved as a whole, below."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        page = page_of(request)
        for formset in formsets:
            formset.save(commit=False)
        rows = [row for row in page.rows() if row.editable or row.is_new if row.form.has_changed()]
        main = [Row(form)] if form.has_changed() or not change else []
        gone = [type(record).objects.get(pk=record.pk) for record in page.gone()]
        written = [form.instance, *(row.record for row in rows), *gone]
        if not all(permissions.may_change(request.user, record) for record in written):
            raise PermissionDenied
        how = {
            "by": request.user,
            "on": self.holds_from(form),
            "cause": cause_of([*main, *rows], gone),
            "reason": form.cleaned_data.get("reason", ""),
        }
        if change:
            self.keep(form, [*(row.record for row in main), *_in_order(rows)], gone, how)
            return
        self.enter(form, how)
        for formset in formsets:
            for form_of_row in formset.extra_forms:
                # The record above has its number only now.
                setattr(form_of_row.instance, formset.fk.name, form.instance)
        if rows:
            records.keep(*_in_order(rows), **how)

    def keep(self, form: Any, changed: list[Record], gone: list[Record], how: dict[str, Any]) -> None:
        """Save what was changed on the page, if anything was."""
        if changed or gone:
            records.keep(*changed, archived=gone, **how)

    def enter(self, form: Any, how: dict[str, Any]) -> None:
        """Save the new record, before the rows below it."""
        records.keep(form.instance, **how)

    def holds_from(self, form: Any) -> date | None:
        """The day the change holds from; None: today."""
        return None


def _may_change(request: HttpRequest, obj: Any) -> bool:
    """Whether the person may change the record, or any where none is named."""
    return permissions.may_edit(request.user) if obj is None else permissions.may_change(request.user, obj)


def _in_order(rows: Iterable[Row]) -> list[Record]:
    """The records from the papers at the top down to the deliveries, so that each finds what it stands on."""
    return [row.record for row in sorted(rows, key=lambda row: (isinstance(row.record, Delivery), *depth(row.record)))]


class DealChoice(forms.Form):
    """Which deal a new paper, delivery or document belongs to."""

    def __init__(self, *args: Any, model: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deal"] = forms.ModelChoiceField(
            Deal.objects.active(),
            label=gettext_lazy("Deal"),
            widget=KnownAutocomplete(model._meta.get_field("deal"), site),
        )


class OfDealAdmin(RecordAdmin):
    """The admin of what is chosen from the papers of one deal: the deal is asked for first, and then stays."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(["deal"] if obj else [])]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "deal" and (deal := page_of(request).deal):
            kwargs |= {"queryset": Deal.objects.filter(pk=deal.pk), "initial": deal.pk}
            kwargs |= {"disabled": True, "empty_label": None, "widget": forms.Select}
            return db_field.formfield(**kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asked = {"deal": request.GET.get("deal") or request.POST.get("deal")}
        choice = DealChoice(asked if asked["deal"] else None, model=self.model, site=self.admin_site)
        if choice.is_valid():
            page_of(request).deal = choice.cleaned_data["deal"]
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add %s") % self.opts.verbose_name,
            "form": choice,
            "opts": self.opts,
            "media": self.media + choice.media,
        }
        return TemplateResponse(request, "admin/deals/choose_deal.html", context)


class KeptAdmin(FoldedSearch, admin.ModelAdmin):
    """What the system keeps by itself: it is read, never written by hand."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return permissions.administered(request.user, super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
