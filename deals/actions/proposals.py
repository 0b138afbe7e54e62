"""A change as a whole, as data: what was to be kept, so that exactly that is kept once a second person confirms it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from deals import ledger
from deals.choices import Cause, DeliveryKind, Ground, Language
from deals.models import ConfirmationRule, Deal, Delivery, Document, Instrument, Record, Valuation
from deals.positions import BINDING, ZERO, Facts

from . import second_person, stages
from .positions import records_with
from .second_person import Standing

Beside = Mapping[str, Iterable[Record]]
# What follows from the saving itself.
LEFT_OUT = {"id", "version", "recorded_at", "archived_at", "archive_reason"}


class ConfirmationNeededError(ValidationError):
    """A second person must confirm the change. Nothing was written; `deal` is the deal it bears on, `grounds` say why,
    `proposal` is all that was to be kept and `files` what came with it, by the place of its document."""

    def __init__(self, deals: list[Deal], grounds: list[dict[str, Any]], proposal: dict[str, Any], files: Any) -> None:
        super().__init__(
            _("A second person must confirm this: %(why)s. Nothing was saved.")
            % {"why": "; ".join(dict.fromkeys(str(Ground(each["rule"]).label) for each in grounds))},
            code="confirmation",
        )
        self.deals = deals
        self.grounds = grounds
        self.proposal = proposal
        self.files: dict[int, File] = files


@dataclass
class Proposal:
    """What a caller of `keep`, or with `restores` of `restore`, asks for."""

    records: tuple[Record, ...]
    gone: list[Record] = field(default_factory=list)
    on: date | None = None
    cause: Cause = Cause.CORRECTION
    reason: str = ""
    as_reported: bool = False
    beside: Beside | None = None
    restores: bool = False

    def __post_init__(self) -> None:
        # As they were read.
        self.versions = [record.version for record in self.gone]
        self.read = [(record, record.version) for record in (*self.records, *self.gone)]

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data. One query a record that is stored."""
        places = {id(record): place for place, record in enumerate(self.records)}
        return {
            "records": [_as_data(record, places) for record in self.records],
            "gone": [
                {"model": record._meta.model_name, "pk": record.pk, "version": version}
                for record, version in zip(self.gone, self.versions, strict=True)
            ],
            "on": self.on.isoformat() if self.on else None,
            "cause": str(self.cause),
            "reason": self.reason,
            "as_reported": self.as_reported,
            "beside": {name: [each.pk for each in chosen] for name, chosen in (self.beside or {}).items()},
            "restores": self.restores,
        }

    def files(self) -> dict[int, File]:
        """Copies of the files that came with new documents, by the place of the document."""
        found: dict[int, File] = {}
        for place, record in enumerate(self.records):
            if isinstance(record, Document) and record.is_new_file:
                record.file.open()
                found[place] = ContentFile(record.file.read(), name=record.file.name)
                record.file.seek(0)
        return found


def _as_data(record: Record, places: Mapping[int, int]) -> dict[str, Any]:
    stored = None if record._state.adding else type(record)._default_manager.get(pk=record.pk)
    fields = {}
    for own in record._meta.concrete_fields:
        old = None if stored is None else _plain(own, stored, {})
        new = _plain(own, record, places)
        if own.name not in LEFT_OUT and (stored is None or old != new):
            fields[own.name] = [old, new]
    return {"model": record._meta.model_name, "pk": record.pk, "version": record.version, "fields": fields}


def _plain(own: Any, record: Record, places: Mapping[int, int]) -> Any:
    """The value of a field as JSON holds it; of a record not stored yet, its place in the proposal."""
    if own.is_relation and own.is_cached(record):
        chosen = getattr(record, own.name)
        if chosen is not None and chosen.pk is None:
            return {"place": places[id(chosen)]}
    value = own.value_from_object(record)
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return own.value_to_string(record)


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two proposals, as data, ask for the same of the same records, for whatever reason each gives."""
    return _asked_of(one) == _asked_of(other)


def _asked_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for. A deal is told by what changes in it, as in `rebuild`; others by the version that was seen."""
    rows = {
        place: [row | {"version": None} if row["model"] == Deal._meta.model_name else row for row in data[place]]
        for place in ("records", "gone")
    }
    return {**data, **rows, "reason": "", "effect": ""}


def model_of(name: str) -> type[Record]:
    found: type[Record] = apps.get_model("deals", name)
    return found


class Asking:
    """Whether a change needs a second person: looked at before anything is written, and said once all of it was found
    to stand. One query a deal, and up to eight more where the change touches what the rule looks at."""

    def __init__(self, deals: Iterable[Deal], proposal: Proposal) -> None:
        self.proposal = proposal
        self.needed: ConfirmationNeededError | None = None
        self.before: dict[Deal, Standing] = {}
        if not second_person.is_settled():
            for deal in sorted(deals, key=lambda deal: deal.pk):
                stored = Deal.objects.get(pk=deal.pk)
                if _may_matter(stored, proposal):
                    self.before[stored] = _standing(stored, records_with(stored, kept=(), gone=()))

    def look(self, records: Iterable[Record]) -> None:
        """See what the records that are about to be kept make of the deals. Raises nothing."""
        kept, gone, today = list(records), self.proposal.gone, timezone.localdate()
        deals, grounds, effect = [], [], ZERO
        for deal, before in self.before.items():
            deal_then = deal_after(deal, [*kept, *gone])
            found = records_with(deal_then, kept=kept, gone=gone)
            after = _standing(deal_then, found)
            said = second_person.grounds(before, after, threshold=ConfirmationRule.threshold(), today=today)
            effect += second_person.effect(before, after, today=today)
            if said:
                deals.append(deal)
                grounds += _named(said, deal, [*found[Instrument], *deal.instruments.all()])
        if grounds:
            given = {id(record) for record in self.proposal.records}
            carried = [[each.pk, each.version] for each in kept if id(each) not in given]
            data = {**self.proposal.as_data(), "carried": sorted(carried), "effect": str(effect)}
            self.needed = ConfirmationNeededError(deals, grounds, data, self.proposal.files())

    def refuse(self) -> None:
        """Raise ConfirmationNeededError where a second person is needed; the records are then as they were read."""
        if self.needed:
            for record, version in self.proposal.read:
                record.version = version
            raise self.needed


def refuse_new(deals: Iterable[Deal], facts: Iterable[Facts]) -> None:
    """Raise ConfirmationNeededError for the first of the deals, about to be entered with these facts, that a second
    person must confirm: for the worth of a contract, since a deal that was not there can be neither cut nor put off. At
    most one query."""
    binding = [
        (deal, known)
        for deal, known in zip(deals, facts, strict=True)
        if any(paper.kind in BINDING for paper in known.papers)
    ]
    if not binding or second_person.is_settled():
        return
    threshold, today = ConfirmationRule.threshold(), timezone.localdate()
    for deal, known in binding:
        if second_person.most(known) < threshold:
            continue
        said = second_person.grounds(Standing(), Standing(known), threshold=threshold, today=today)
        if said:
            raise ConfirmationNeededError([deal], _named(said, deal, ()), {}, {})


def _may_matter(stored: Deal, proposal: Proposal) -> bool:
    """Whether the rule has to look at the deal at all: most of what is entered touches no paper and no date."""
    told = ("stage", "closed_on", "expected_on", "archived_at")
    for record in [*proposal.records, *proposal.gone]:
        if isinstance(record, Instrument) or (isinstance(record, Delivery) and record.pk):
            return True
        if isinstance(record, Deal) and record.pk == stored.pk:
            changes = any(getattr(record, name) != getattr(stored, name) for name in told)
            if changes or proposal.restores or record in proposal.gone:
                return True
    return False


def deal_after(deal: Deal, records: Iterable[Record]) -> Deal:
    """The deal as the records make it: itself where it is not among them."""
    return next((record for record in records if isinstance(record, Deal) and record.pk == deal.pk), deal)


def _standing(deal: Deal, found: Mapping[type[Record], list[Any]]) -> Standing:
    if deal.archived_at:
        return Standing()
    papers, deliveries = found[Instrument], found[Delivery]
    return Standing(
        facts=ledger.facts_of(deal, papers, found[Valuation], deliveries),
        expected_on=deal.expected_on,
        runs_until={paper.paper.id: paper.expires_on for paper in papers},
        due_on={each.pk: each.on for each in deliveries if each.kind == DeliveryKind.PLANNED},
        received=frozenset(each.pk for each in deliveries if each.kind == DeliveryKind.ACTUAL),
    )


def _named(said: Iterable[second_person.Found], deal: Deal, papers: Iterable[Instrument]) -> list[dict[str, Any]]:
    """The grounds with what they are about, as it is called today in each language."""
    known = {paper.paper.id: paper for paper in papers}
    found = []
    for each in said:
        thing: dict[str, str] = {}
        for language in Language.values:
            with translation.override(language):
                thing[language] = _name(known.get(each.paper), deal)
        found.append({"rule": str(each.ground), "thing": thing})
    return found


def _name(paper: Instrument | None, deal: Deal) -> str:
    if paper is None:
        return deal.title
    return str(paper) if paper.title or not paper.number else f"{paper} {paper.number}"


# And back again


@dataclass
class Rebuilt:
    """The records as a proposal makes them, not saved: those to be kept, with the papers that a closing carries along,
    and those to be archived."""

    given: list[Record]
    carried: list[Instrument]
    gone: list[Record]

    @property
    def kept(self) -> list[Record]:
        return [*self.given, *self.carried]


def rebuild(data: Mapping[str, Any], files: Mapping[int, File]) -> Rebuilt:
    """The records of a proposal as they stand now, changed as it says. Raises ValidationError where one of them is no
    longer what it was when the change was asked for: of a paper or delivery, the same version; of a deal, the same in
    the fields that change. One query a record."""
    given: list[Record] = []
    for place, row in enumerate(data["records"]):
        record = _current(row, restores=data["restores"])
        for name, (_old, new) in row["fields"].items():
            _set(record, name, new, given)
        if isinstance(record, Document) and place in files:
            record.file = files[place]
        if data["restores"]:
            record.archived_at, record.archive_reason = None, ""
        given.append(record)
    gone = [_current(row) for row in data["gone"]]
    moves = [] if data["as_reported"] or data["restores"] else stages.moves(given)
    carried = stages.carry_papers(moves, given)
    if sorted([each.pk, each.version] for each in carried) != data["carried"]:
        raise _moved_on(next(each for each in given if isinstance(each, Deal)))
    return Rebuilt(given, carried, gone)


def beside_of(data: Mapping[str, Any]) -> Beside:
    """Those that are to stand beside the deal. One query a field."""
    models_of: dict[str, Any] = {field.name: field.related_model for field in Deal._meta.many_to_many}
    return {name: list(models_of[name].objects.filter(pk__in=pks)) for name, pks in data["beside"].items()}


def _current(row: Mapping[str, Any], *, restores: bool = False) -> Record:
    model = model_of(row["model"])
    if row["pk"] is None:
        return model()
    record: Record = model._default_manager.get(pk=row["pk"])
    if isinstance(record, Deal):
        fields = row.get("fields", {})
        is_same = all(_plain(Deal._meta.get_field(name), record, {}) in said for name, said in fields.items())
    else:
        is_same = record.version == row["version"]
    if not is_same or (record.archived_at is not None) != restores:
        raise _moved_on(record)
    return record


def _moved_on(record: Record) -> ValidationError:
    return ValidationError(
        _("“%(record)s” was changed after this was asked for, so it cannot be confirmed as it stands: return it.")
        % {"record": record},
        code="stale",
    )


def _set(record: Record, name: str, value: Any, given: list[Record]) -> None:
    own: Any = record._meta.get_field(name)
    if isinstance(value, dict) and "place" in value and own.is_relation:
        setattr(record, name, given[value["place"]])
    elif isinstance(own, models.FileField):
        setattr(record, name, value)
    else:
        setattr(record, own.attname, value if value is None or own.is_relation else own.to_python(value))
        above = getattr(record, name) if own.is_relation else None
        if isinstance(above, Record) and above.archived_at:
            raise _moved_on(above)
