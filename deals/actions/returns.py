"""Returns: the workbook that goes out to an enterprise, what comes back in it, and what is decided on each
difference."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from deals import files
from deals.choices import Condition, InstrumentKind, ReturnedPart, ReturnedState, ReturnState
from deals.models import ChangeRequest, Deal, Enterprise, Instrument, Return, ReturnedChange, User
from deals.models.returns import new_token

from . import confirmations, deliveries, updates, valuations
from . import deals as deal_actions
from .proposals import ConfirmationNeededError
from .records import StaleError

Says = Mapping[str, str]
Answers = Mapping[str, Mapping[str, Says]]  # what was said, by the code of the deal and the part
OPEN = (ReturnedState.WAITING, ReturnedState.SENT_BACK)
LIVE = (*OPEN, ReturnedState.ACCEPTED)


@transaction.atomic
def send_out(enterprise: Enterprise, *, period_start: date, held: Mapping[str, Any], language: str, by: User) -> Return:
    """The return of the enterprise for the quarter, begun with what its workbook holds; the one there is, where it was
    begun before. Raises ValidationError where there is no deal to report on."""
    if not held:
        raise ValidationError(_("This enterprise has no open deal to report on."), code="empty")
    known = {"held": dict(held), "language": language, "sent_out_by": by, "sent_out_at": timezone.now()}
    found, _made = Return.objects.get_or_create(enterprise=enterprise, period_start=period_start, defaults=known)
    return found


@transaction.atomic
def renew(of: Return, *, held: Mapping[str, Any], language: str, by: User) -> Return:
    """Make the workbook anew, of what is known now: one that was fetched before is taken in no more. Raises
    ValidationError where one came back already."""
    of = _held(of)
    if of.state != ReturnState.SENT_OUT:
        raise ValidationError(_("This return came back already: its workbook stays as it is."), code="state")
    of.held, of.language, of.token = dict(held), language, new_token()
    of.sent_out_by, of.sent_out_at = by, timezone.now()
    of.save()
    return of


@transaction.atomic
def take_in(of: Return, answers: Answers, *, content: bytes, name: str, by: User) -> int:
    """Keep the file, and each difference that it says and that was not said before; how many these are. What an earlier
    file said and this one does not is no longer to be decided. Raises ValidationError where the return is settled, or
    another delivery of a deal was accepted from it."""
    token, of = of.token, _held(of)
    if of.token != token:
        raise ValidationError(_("The workbook was made anew meanwhile: fill in that one."), code="renewed")
    if of.is_settled:
        raise ValidationError(_("This return is settled. Enter what is new on the page of the deal."), code="settled")
    before = {(each.deal.code, each.part): each for each in of.changes.filter(state__in=LIVE).select_related("deal")}
    deals = Deal.objects.in_bulk(list(of.held), field_name="code")
    new = []
    for code, parts in answers.items():
        for part, says in parts.items():
            earlier = before.get((code, part))
            if earlier is None or earlier.says != says:
                _refuse_second_delivery(earlier)
                new.append(ReturnedChange(of=of, deal=deals[code], part=part, says=says, was=_was(of, code, says)))
    gone = [each for (code, part), each in before.items() if answers.get(code, {}).get(part) != each.says]
    of.changes.filter(pk__in=[each.pk for each in gone if each.state in OPEN]).update(state=ReturnedState.REPLACED)
    for each in new:
        each.save(force_insert=True)
    of.state, of.came_back_by, of.came_back_at = ReturnState.CAME_BACK, by, timezone.now()
    of.file_name = f"{files.bare_name(name)[:190] or 'return'}.xlsx"
    of.sha256 = hashlib.sha256(content).hexdigest()
    of.file.save("", ContentFile(content), save=False)
    of.save()
    return len(new)


def _was(of: Return, code: str, says: Says) -> dict[str, str]:
    return {name: of.held[code][name] for name in says if of.held[code].get(name)}


def _refuse_second_delivery(earlier: ReturnedChange | None) -> None:
    if earlier and earlier.part == ReturnedPart.DELIVERY and earlier.state == ReturnedState.ACCEPTED:
        raise ValidationError(
            _("%(deal)s: a delivery was accepted from this return already. Correct it on the page of the deal.")
            % {"deal": earlier.deal.code},
            code="delivered",
        )


# Deciding


@transaction.atomic
def accept(
    changes: Sequence[ReturnedChange], *, by: User, version: int | None = None, contract: Instrument | None = None
) -> list[ChangeRequest]:
    """Enter what the differences of one deal say, in the person's name, all of them or none; the requests for what a
    second person must confirm. `version` is the deal's as it was looked at, `contract` the one that a delivery belongs
    to, where there are several. Raises ValidationError where one was decided before, or cannot stand, and StaleError
    where somebody changed the deal after it was looked at."""
    held = _waiting(changes)
    deal = Deal.objects.active().filter(pk=held[0].deal_id).first() if held else None
    if deal is None:
        raise ValidationError(_("This deal is not followed any more: send its differences back."), code="archived")
    if version is not None and deal.version != version:
        raise StaleError(deal)
    requests = []
    for change in held:
        try:
            with transaction.atomic():
                _enter(change, by=by, contract=contract)
        except ConfirmationNeededError as needed:
            change.request = confirmations.ask(needed, by=by)
            requests.append(change.request)
        _decide(change, ReturnedState.ACCEPTED, by=by)
    return requests


@transaction.atomic
def send_back(change: ReturnedChange, *, by: User, comment: str) -> ReturnedChange:
    """Send a difference back to who answers for it, with what is to be mended. Raises ValidationError where nothing is
    said, or it was decided before."""
    (held,) = _waiting([change])
    if not comment.strip():
        raise ValidationError(_("Say what is to be mended."), code="comment")
    held.comment = comment.strip()[:1000]
    return _decide(held, ReturnedState.SENT_BACK, by=by)


@transaction.atomic
def settle(of: Return, *, by: User) -> Return:
    """Note that all of the return is decided. Raises ValidationError where it did not come back, or something is still
    open."""
    of = _held(of)
    if of.state != ReturnState.CAME_BACK:
        raise ValidationError(_("Only a return that came back is settled."), code="state")
    if of.changes.filter(state__in=OPEN, deal__archived_at=None).exists():
        raise ValidationError(_("Something in this return is still open: decide on it first."), code="open")
    of.state, of.settled_by, of.settled_at = ReturnState.SETTLED, by, timezone.now()
    of.save()
    return of


def _held(of: Return) -> Return:
    return Return.objects.select_for_update().get(pk=of.pk)


def _waiting(changes: Sequence[ReturnedChange]) -> list[ReturnedChange]:
    """The differences, held until the transaction ends: of two who decide at once the second is told that it is
    done."""
    list(Return.objects.select_for_update().filter(changes__in=changes).order_by("pk").values_list("pk"))
    held = list(ReturnedChange.objects.filter(pk__in=[each.pk for each in changes]).select_related("of__enterprise"))
    if not held or not all(each.is_waiting for each in held):
        raise ValidationError(_("This was decided already: look at it again."), code="decided")
    return held


def _decide(change: ReturnedChange, state: ReturnedState, *, by: User) -> ReturnedChange:
    change.state, change.decided_by, change.decided_at = state, by, timezone.now()
    change.save()
    return change


def _enter(change: ReturnedChange, *, by: User, contract: Instrument | None) -> None:
    """Enter one difference through the action that anybody enters it with, as of the day it came back."""
    deal = Deal.objects.get(pk=change.deal_id)
    says, of = change.says, change.of
    on = timezone.localdate(of.came_back_at)
    how: dict[str, Any] = {"by": by, "reason": reason_of(of)}
    if change.part == ReturnedPart.UNCHANGED:
        updates.unchanged(deal, on=on, **how)
    elif change.part == ReturnedPart.NEWS:
        updates.update(deal, on=on, **_news(deal, change), **how)
    elif change.part == ReturnedPart.EXPECTED_DAY:
        deal_actions.change(deal, on=on, expected_on=date.fromisoformat(says["expected_on"]), **how)
    elif change.part == ReturnedPart.VALUE:
        valuations.value(deal, usd=Decimal(says["expected_usd"]), on=on, **how)
    else:
        delivered: dict[str, Any] = {
            "usd": Decimal(says["delivered_usd"]),
            "on": date.fromisoformat(says["delivered_on"]),
        }
        deliveries.deliver(contract or _contract_of(deal), **delivered, **how)


def _news(deal: Deal, change: ReturnedChange) -> dict[str, Any]:
    """The fields of the update; a next step that is not spoken of stays open."""
    says, language = change.says, change.of.language
    found: dict[str, Any] = {"condition": Condition(says.get("condition") or deal.condition)}
    found[f"sentence_{language}"] = says["sentence"]
    if says.get("next_step"):
        by = says.get("next_step_by")
        found[f"next_step_{language}"] = says["next_step"]
        found["next_step_owner"] = says.get("next_step_owner", "")
        found["next_step_by"] = date.fromisoformat(by) if by else None
    elif latest := updates.latest_of(deal):
        found |= {name: getattr(latest, name) for name in updates.CARRIED_ON if name != "obstacle"}
    return found


def contracts_of(deal: Deal) -> list[Instrument]:
    """The contracts under which goods of the deal may be received."""
    return list(deal.instruments.filter(archived_at=None, kind=InstrumentKind.CONTRACT, ended_on=None))


def _contract_of(deal: Deal) -> Instrument:
    found = contracts_of(deal)
    if len(found) != 1:
        text = _("Choose the contract under which it was delivered.") if found else _(
            "No contract of this deal is recorded: enter the contract first, then accept the delivery."
        )  # fmt: skip
        raise ValidationError(text, code="contract")
    return found[0]


def reason_of(of: Return) -> str:
    """What the history and the ledger say of all that is entered from the return."""
    return _("Return of %(enterprise)s for %(period)s") % {"enterprise": of.enterprise.code, "period": of.period}
