"""Writing behind the back of actions and ledger: what only a test does, to see it noticed or refused."""

from datetime import date
from typing import Any

from django.db import connection, models

from deals.choices import DeliveryKind, Outcome, Stage
from deals.models import Deal, Delivery, Instrument, StageChange, User, Valuation
from deals.positions import Facts


def rows(model: type[models.Model]) -> models.QuerySet:
    """All rows of the model, with every write Django has, past what the product allows."""
    return models.QuerySet(model)


def write(model: type[models.Model], pk: int, **fields: Any) -> None:
    rows(model).filter(pk=pk).update(**fields)


def sql(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def put(deal: Deal, facts: Facts) -> None:
    """Make the facts those of the deal, whatever it had before. Nothing is posted."""
    for model in (Delivery, Valuation):
        rows(model).filter(deal=deal).delete()
    rows(Instrument).filter(deal=deal).update(under=None, discharges_usd=None, kind="mou", usd=None)
    rows(Instrument).filter(deal=deal).delete()
    found: dict[Any, Instrument] = {}
    for paper in facts.papers:
        (found[paper.id],) = rows(Instrument).bulk_create(
            [
                Instrument(
                    deal=deal,
                    kind=paper.kind,
                    signed_on=paper.on,
                    usd=paper.usd,
                    under=found.get(paper.under),
                    ended_on=paper.ended_on,
                    end_reason=paper.end_reason or "",
                    counts=paper.counts,
                )
            ]
        )
    for paper in facts.papers:
        # Last: the database looks at what the paper above has, its amendments included.
        if paper.discharges_usd is not None:
            write(Instrument, found[paper.id].pk, discharges_usd=paper.discharges_usd)
    rows(Valuation).bulk_create(Valuation(deal=deal, on=row.on, usd=row.usd) for row in facts.estimates)
    rows(Delivery).bulk_create(
        Delivery(deal=deal, contract=found[row.contract], kind=DeliveryKind.ACTUAL, on=row.on, usd=row.usd)
        for row in facts.receipts
    )
    closed = facts.closed_on is not None
    stage = Stage.CLOSED if closed else Stage.TALKS
    write(Deal, deal.pk, closed_on=facts.closed_on, outcome=Outcome.EXPIRED if closed else "", stage=stage)
    deal.refresh_from_db()


def stages(deal: Deal, found: list[tuple[str, date]], *, by: User) -> None:
    """Note that the deal reached the stages on the days; a closed deal ends closed, any other does not."""
    for stage, on in found:
        StageChange.objects.create(deal=deal, stage=stage, on=on, by=by)
    last = deal.stage_changes.order_by("on", "id").last()
    if deal.closed_on and last.stage != Stage.CLOSED:
        last = StageChange.objects.create(deal=deal, stage=Stage.CLOSED, on=max(deal.closed_on, last.on), by=by)
    elif not deal.closed_on and last.stage == Stage.CLOSED:
        last = StageChange.objects.create(deal=deal, stage=Stage.TALKS, on=last.on, by=by)
    write(Deal, deal.pk, stage=last.stage)
