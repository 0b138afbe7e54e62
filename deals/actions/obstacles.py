"""Obstacles: reported, changed, resolved, and which deals they hold back."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deals.models import Body, Deal, HeldDeal, Obstacle, User

from .records import archive, keep


@transaction.atomic
def report(
    *, deals: Iterable[Deal], body: Body | None, on: date, by: User, reason: str = "", **fields: Any
) -> Obstacle:
    """Enter an obstacle that has stood in the way of the deals since the day, and the body that must act. Raises
    ValidationError where it cannot stand."""
    obstacle = Obstacle(body=body, since=on, **fields)
    keep(obstacle, by=by, on=on, reason=reason)
    hold(obstacle, deals=deals, by=by, reason=reason)
    return obstacle


@transaction.atomic
def change(obstacle: Obstacle, *, by: User, on: date, reason: str = "", **fields: Any) -> Obstacle:
    """Put what is known of the obstacle right; the version is the one it was read as."""
    for name, value in fields.items():
        setattr(obstacle, name, value)
    keep(obstacle, by=by, on=on, reason=reason)
    return obstacle


@transaction.atomic
def resolve(obstacle: Obstacle, *, on: date, by: User, reason: str = "", **how: Any) -> Obstacle:
    """The obstacle is out of the way from the day on, for all the deals it holds back; `how` are the fields that say
    how that was done. Raises ValidationError where they are missing, or it was resolved before."""
    if obstacle.resolved_on is not None:
        raise ValidationError(_("This obstacle is resolved already."), code="resolved")
    return change(obstacle, by=by, on=on, reason=reason, resolved_on=on, **how)


@transaction.atomic
def reopen(obstacle: Obstacle, *, on: date, by: User, reason: str) -> Obstacle:
    """Take back that the obstacle was resolved, as if it had never been; the reason is asked for."""
    if not reason.strip():
        raise ValidationError(_("Say why the obstacle stands in the way again."), code="reason")
    if obstacle.resolved_on is None:
        raise ValidationError(_("This obstacle is not resolved."), code="open")
    return change(obstacle, by=by, on=on, reason=reason, resolved_on=None, resolution_vi="", resolution_en="")


@transaction.atomic
def hold(obstacle: Obstacle, *, deals: Iterable[Deal], by: User, reason: str = "") -> list[HeldDeal]:
    """The obstacle holds the deals back too; those it already holds stay as they are."""
    known = set(obstacle.held.active().values_list("deal", flat=True))
    held = [HeldDeal(obstacle=obstacle, deal=deal) for deal in deals if deal.pk not in known]
    if held:
        keep(*held, by=by, reason=reason)
    return held


@transaction.atomic
def release(obstacle: Obstacle, *, deals: Iterable[Deal], by: User, reason: str) -> None:
    """The obstacle does not hold the deals back; the reason is asked for."""
    archive(*obstacle.held.active().filter(deal__in=list(deals)), by=by, reason=reason)


def blocking(deal: Deal, *, on: date) -> Obstacle:
    """The latest obstacle that holds the deal back on the day. Raises ValidationError where none does: then it is not
    blocked. One query."""
    latest: Obstacle | None = Obstacle.objects.open_on(on).of(deal).last()
    if latest is None:
        raise ValidationError({"obstacle": _("Name the obstacle: a deal is blocked by something.")}, code="obstacle")
    return latest
