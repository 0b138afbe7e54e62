"""Records for tests, entered through the real actions. Keywords override every default; codes are unique.

Amounts may be given as text or whole numbers: usd="3.3e9" is three billion three hundred million.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone

from deals.actions import (
    briefings,
    deliveries,
    instruments,
    obstacles,
    openings,
    records,
    returns,
    second_person,
    trade,
    valuations,
)
from deals.actions import deals as deal_actions
from deals.choices import AnnouncementKind, Band, DocumentKind, InstrumentKind, Language, Ownership, Reporter
from deals.importing.returned import write as write_return
from deals.models import (
    Announcement,
    Body,
    Deal,
    Delivery,
    Document,
    Enterprise,
    Event,
    Instrument,
    Itemisation,
    KeptBriefing,
    Obstacle,
    OpeningBalance,
    Partner,
    Programme,
    Record,
    Return,
    Sector,
    Target,
    TradeFlow,
    User,
    Valuation,
)
from deals.periods import Moment
from deals.reports import returns as reports

DAY = date(2025, 3, 1)
PDF = b"%PDF-1.7\n%%EOF\n"
numbers = count(1)

Amount = Decimal | int | str | None


def money(amount: Amount) -> Decimal | None:
    return None if amount is None else Decimal(amount).quantize(Decimal("0.01"))


def person(
    username: str | None = None,
    *,
    password: str = "a long enough password",
    role: str = "",
    enterprises: Iterable[Enterprise] = (),
    **fields: Any,
) -> User:
    found = User.objects.create_user(username or f"person{next(numbers)}", password=password, **fields)
    if role:
        found.groups.add(Group.objects.get_or_create(name=role)[0])
    found.enterprises.set(enterprises)
    return found


# What tests build is there already, whoever would have had to confirm it.
settled = second_person.settled()


@settled
def kept(record: Any, *, by: User | None = None, reason: str = "", on: date | None = None) -> Any:
    records.keep(record, by=by or User.objects.system(), reason=reason, on=on)
    return record


@settled
def archive(*found: Record, by: User | None = None, reason: str = "entered by mistake") -> None:
    records.archive(*found, by=by or User.objects.system(), reason=reason)


def sector(*, by: User | None = None, **fields: Any) -> Sector:
    n = next(numbers)
    return kept(
        Sector(**{"code": f"sector-{n}", "name_vi": f"Lĩnh vực {n}", "name_en": f"Sector {n}", **fields}),
        by=by,
    )


def enterprise(*, by: User | None = None, **fields: Any) -> Enterprise:
    n = next(numbers)
    defaults = {
        "code": f"DN{n}",
        "name_vi": f"Doanh nghiệp {n}",
        "name_en": f"Enterprise {n}",
        "ownership": Ownership.STATE,
    }
    return kept(Enterprise(**{**defaults, **fields}), by=by)


def partner(*, by: User | None = None, **fields: Any) -> Partner:
    return kept(Partner(**{"name": f"Partner {next(numbers)}", "state": "TX", **fields}), by=by)


def body(*, by: User | None = None, **fields: Any) -> Body:
    n = next(numbers)
    return kept(Body(**{"code": f"body-{n}", "name_vi": f"Cơ quan {n}", "name_en": f"Body {n}", **fields}), by=by)


def obstacle(*deals: Deal, on: date = DAY, by: User | None = None, **fields: Any) -> Obstacle:
    """An obstacle that holds the deals back; the body that must act is a new one where none is given."""
    by = by or User.objects.system()
    n = next(numbers)
    if "body" not in fields:
        fields["body"] = body(by=by)
    defaults = {"title_vi": f"Vướng mắc {n}", "title_en": f"Obstacle {n}"}
    return obstacles.report(deals=deals, on=on, by=by, **{**defaults, **fields})


def resolved(of: Obstacle, *, on: date, by: User | None = None, **fields: Any) -> Obstacle:
    how = {"resolution_vi": "Đã tháo gỡ", "resolution_en": "Settled", **fields}
    return obstacles.resolve(of, on=on, by=by or User.objects.system(), **how)


def trade_flow(
    start: date, end: date, *, reporter: str = "vn_customs", by: User | None = None, **fields: Any
) -> TradeFlow:
    """What a reporter says of the period: exports=, imports=, two_way=, surplus= in US$."""
    amounts = {f"{n}_usd": money(fields.pop(n)) for n in ("exports", "imports", "two_way", "surplus") if n in fields}
    by = by or User.objects.system()
    return trade.count(Reporter(reporter), start=start, end=end, by=by, **amounts, **fields)


def event(*, by: User | None = None, **fields: Any) -> Event:
    n = next(numbers)
    return kept(Event(**{"on": DAY, "name_vi": f"Lễ ký {n}", "name_en": f"Signing {n}", **fields}), by=by)


def programme(*, by: User | None = None, **fields: Any) -> Programme:
    n = next(numbers)
    defaults = {"code": f"programme-{n}", "name_vi": f"Chương trình {n}", "name_en": f"Programme {n}"}
    return kept(Programme(**{**defaults, **fields}), by=by)


def target(
    *, usd: Amount = "90300000000", on: date = date(2025, 1, 1), by: User | None = None, **fields: Any
) -> Target:
    if "programme" not in fields:
        fields["programme"] = programme(by=by)
    return kept(Target(amount_usd=money(usd), in_force_from=on, **fields), by=by)


def deal(*, on: date = DAY, by: User | None = None, **fields: Any) -> Deal:
    """A new deal; enterprise, partner and sector are new ones where none are given."""
    by = by or User.objects.system()
    n = next(numbers)
    defaults: dict[str, Any] = {"title_vi": f"Thương vụ {n}", "title_en": f"Deal {n}"}
    for name, make in (("enterprise", enterprise), ("partner", partner), ("sector", sector)):
        if name not in fields:
            defaults[name] = make(by=by)
    return deal_actions.create(by=by, on=on, **{**defaults, **fields})


@settled
def paper(
    of: Deal,
    kind: str,
    usd: Amount = None,
    *,
    on: date = DAY,
    discharges: Amount = None,
    by: User | None = None,
    **fields: Any,
) -> Instrument:
    return instruments.sign(
        of,
        kind=InstrumentKind(kind),
        on=on,
        by=by or User.objects.system(),
        usd=money(usd),
        discharges_usd=money(discharges),
        **fields,
    )


def loi(of: Deal, usd: Amount = None, **fields: Any) -> Instrument:
    return paper(of, "loi", usd, **fields)


def mou(of: Deal, usd: Amount = None, **fields: Any) -> Instrument:
    return paper(of, "mou", usd, **fields)


def framework(of: Deal, usd: Amount = None, **fields: Any) -> Instrument:
    return paper(of, "framework", usd, **fields)


def contract(of: Deal, usd: Amount = None, **fields: Any) -> Instrument:
    return paper(of, "contract", usd, **fields)


def option(of: Deal, usd: Amount = None, **fields: Any) -> Instrument:
    return paper(of, "option", usd, **fields)


def financing(of: Deal, usd: Amount = None, **fields: Any) -> Instrument:
    return paper(of, "financing", usd, **fields)


@settled
def amendment(
    of: Instrument, usd: Amount = None, *, on: date = DAY, by: User | None = None, **fields: Any
) -> Instrument:
    return instruments.amend(of, usd=money(usd), on=on, by=by or User.objects.system(), **fields)


@settled
def ended(of: Instrument, *, on: date, why: str = "terminated", by: User | None = None, reason: str = "") -> Instrument:
    return instruments.end(of, on=on, why=why, by=by or User.objects.system(), reason=reason)


def valuation(of: Deal, usd: Amount = None, *, on: date = DAY, by: User | None = None, **fields: Any) -> Valuation:
    return valuations.value(of, usd=money(usd), on=on, by=by or User.objects.system(), **fields)


def delivery(of: Instrument, usd: Amount = None, *, on: date = DAY, by: User | None = None, **fields: Any) -> Delivery:
    """Goods received under a contract."""
    return deliveries.deliver(of, usd=money(usd), on=on, by=by or User.objects.system(), **fields)


def planned(of: Instrument, usd: Amount = None, *, on: date = DAY, by: User | None = None, **fields: Any) -> Delivery:
    return deliveries.plan(of, usd=money(usd), on=on, by=by or User.objects.system(), **fields)


def opening(
    usd: Amount = "50150000000",
    *,
    band: str = "contracted",
    on: date = DAY,
    by: User | None = None,
    **fields: Any,
) -> OpeningBalance:
    by = by or User.objects.system()
    n = next(numbers)
    if "programme" not in fields:
        fields["programme"] = programme(by=by)
    defaults = {"label_vi": f"Số công bố {n}", "label_en": f"Announced sum {n}"}
    return openings.open_balance(band=Band(band), usd=money(usd), on=on, by=by, **{**defaults, **fields})


def itemisation(
    of: OpeningBalance, by_deal: Deal, usd: Amount, *, by: User | None = None, **fields: Any
) -> Itemisation:
    return openings.itemise(of, deal=by_deal, usd=money(usd), by=by or User.objects.system(), **fields)


def announcement(of: Deal | None = None, usd: Amount = None, *, by: User | None = None, **fields: Any) -> Announcement:
    n = next(numbers)
    defaults = {
        "on": DAY,
        "kind": AnnouncementKind.NEW,
        "title_vi": f"Công bố {n}",
        "title_en": f"Announcement {n}",
    }
    return kept(Announcement(deal=of, stated_usd=money(usd), **{**defaults, **fields}), by=by)


def briefing(*of: Deal, by: User | None = None, at: datetime | None = None, **fields: Any) -> KeptBriefing:
    """A briefing of the deals, of which it has no figures."""
    told = {"deals": [deal.pk for deal in of], "obstacles": [], "named": [], "withheld": 0, "coming": None}
    moment = at or timezone.now()
    scope = {"language": "vi", "audience": "internal", "scope_by": "", "scope_key": "", "everything": False}
    when = {"as_of": DAY, "known_at": moment, "reading": "announced", "since": DAY, "since_known_at": None}
    known = {**scope, **when, "told": told, **fields}
    return briefings.keep(by=by or User.objects.system(), at=moment, figures={}, **known)


def returned(of: Deal, *, by: User | None = None, answers: Any = None) -> Return:
    """The return of the deal's enterprise for the last quarter of 2026, that came back with the answers."""
    by = by or User.objects.system()
    held = reports.last_known(Deal.objects.filter(pk=of.pk), Moment(timezone.localdate()))
    known = {"period_start": date(2026, 10, 1), "held": held, "language": "vi", "by": by}
    found = returns.send_out(of.enterprise, **known)
    workbook = BytesIO()
    write_return(found, workbook)
    returns.take_in(found, answers or {}, content=workbook.getvalue(), name="a.xlsx", by=by)
    found.refresh_from_db()
    return found


def document(
    of: Deal,
    *,
    content: bytes | None = None,
    name: str = "hợp đồng.pdf",
    by: User | None = None,
    **fields: Any,
) -> Document:
    n = next(numbers)
    defaults = {
        "kind": DocumentKind.INSTRUMENT,
        "title": f"Văn bản {n}",
        "dated_on": DAY,
        "language": Language.VIETNAMESE,
        "file": ContentFile(PDF + str(n).encode() if content is None else content, name=name),
    }
    return kept(Document(deal=of, **{**defaults, **fields}), by=by)
