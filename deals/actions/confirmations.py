"""Asking a second person to confirm a change, and what they answer: each step in one transaction, decided once."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import date
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from deals import ledger
from deals.choices import AuditKind, Cause, Language, RequestState
from deals.models import ChangeRequest, Deal, Document, Draft, Record, RequestedFile, User

from . import audit, documents, drafts, proposals, records, second_person
from .proposals import ConfirmationNeededError

Link = Callable[[ChangeRequest], str]  # the request → the address of its page, as a letter names it


@transaction.atomic
def ask(
    needed: ConfirmationNeededError, *, by: User, form: str = "", typed: Mapping[str, Any] | None = None
) -> ChangeRequest:
    """Keep the change that was refused until a second person confirms it; `form` is where it was typed, `typed` what.
    Raises ValidationError where it bears on several deals, on one that is not entered yet, or where the very same waits
    already."""
    if len(needed.deals) != 1:
        raise ValidationError(_("A second person must confirm this, one deal at a time: choose those of one deal."))
    deal = Deal.objects.filter(pk=needed.deals[0].pk).first()
    if deal is None:
        raise ValidationError(
            _("A second person must confirm this paper. Enter the deal without it first, then the paper.")
        )
    ledger.lock(deal)  # of two who ask for the same at once the second is told of the first
    _refuse_what_waits(deal, needed.proposal)
    request = ChangeRequest.objects.create(
        deal=deal,
        grounds=needed.grounds,
        proposal=needed.proposal,
        reason=needed.proposal["reason"],
        form=form,
        typed=dict(typed or {}),
        asked_by=by,
    )
    for place, file in needed.files.items():
        kept = RequestedFile(request=request, place=place, name=file.name or "")
        kept.file.save("file", ContentFile(file.read()), save=False)
        kept.save(force_insert=True)
    return request


def _refuse_what_waits(deal: Deal, proposal: Mapping[str, Any]) -> None:
    for waiting in deal.requests.filter(state=RequestState.WAITING).select_related("asked_by"):
        if proposals.is_same(waiting.proposal, proposal):
            said = _("The same was asked for already, by %(person)s on %(day)s, and waits for a second person.")
            day = date_format(timezone.localdate(waiting.asked_at))
            raise ValidationError(said % {"person": waiting.asked_by, "day": day}, code="asked")


@transaction.atomic
def confirm(request: ChangeRequest, *, by: User, link: Link) -> ChangeRequest:
    """Let the change count: it is kept as it was asked for, in the name of who asked. Raises ValidationError, with
    nothing written, where it is one's own, was decided already, or no longer fits what is recorded."""
    request = _held(request)
    if request.asked_by_id == by.pk:
        raise ValidationError(_("Nobody confirms their own request."), code="own")
    _carry_out(request)
    _forget_files(request)
    return _decide(request, RequestState.CONFIRMED, by=by, link=link)


@transaction.atomic
def send_back(request: ChangeRequest, *, by: User, comment: str, link: Link) -> ChangeRequest:
    """Return the request to who asked, with what is to be mended. Raises ValidationError where nothing is said, it is
    one's own or was decided already."""
    request = _held(request)
    if request.asked_by_id == by.pk:
        raise ValidationError(_("Nobody returns their own request: withdraw it."), code="own")
    if not comment.strip():
        raise ValidationError({"comment": _("Say what is to be mended.")}, code="comment")
    return _decide(request, RequestState.RETURNED, by=by, comment=comment, link=link)


@transaction.atomic
def override(request: ChangeRequest, *, by: User, reason: str, link: Link) -> ChangeRequest:
    """Let the change count without a second person, in an emergency: with a reason, and in the audit. Raises
    ValidationError where none is given, it was decided already or no longer fits what is recorded."""
    request = _held(request)
    if not reason.strip():
        raise ValidationError({"comment": _("Say what the emergency is.")}, code="comment")
    _carry_out(request)
    _forget_files(request)
    audit.write(
        kind=AuditKind.OVERRIDE,
        by=by,
        thing=str(request),
        thing_key=request.pk,
        deal=request.deal.code,
        reason=reason,
        asked_by=str(request.asked_by),
    )
    return _decide(request, RequestState.OVERRIDDEN, by=by, comment=reason, link=link)


@transaction.atomic
def take_back(request: ChangeRequest, *, by: User) -> ChangeRequest:
    """Withdraw one's own request, waiting or returned. Raises ValidationError where it is somebody else's, or done."""
    request = _withdrawn(request, by=by)
    _forget_files(request)
    return request


@transaction.atomic
def ask_again(request: ChangeRequest, *, by: User) -> str:
    """Withdraw one's own request to edit it and ask again: what was typed waits in its form, with the file. The address
    of that form; empty where none is known. Raises ValidationError where it is somebody else's, or done."""
    request = _withdrawn(request, by=by)
    if request.typed:
        drafts.discard(by, request.form)
    for step, typed in request.typed.items():
        # The form is sent anew, and looks at what there is now.
        said = {name: values for name, values in typed.items() if name not in ("token", "version")}
        drafts.keep(by, request.form, typed=said, step=step)
    draft = drafts.draft_of(by, request.form) if request.typed else None
    if draft:
        for file in files_of(request).values():
            drafts.attach(draft, file, file.name or "")
    _forget_files(request)
    return request.form


def _withdrawn(request: ChangeRequest, *, by: User) -> ChangeRequest:
    request = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    if request.asked_by_id != by.pk or request.state not in (RequestState.WAITING, RequestState.RETURNED):
        raise _done(request)
    request.state, request.decided_by, request.decided_at = RequestState.WITHDRAWN, by, timezone.now()
    request.save(update_fields=["state", "decided_by", "decided_at"])
    return request


def _forget_files(request: ChangeRequest) -> None:
    """Remove the files that waited, once nobody waits for them any more: a document that was kept has its own."""
    for each in request.files.all():
        file: Any = each.file
        each.delete()
        transaction.on_commit(lambda file=file: file.delete(save=False))  # type: ignore[misc]


def _held(request: ChangeRequest) -> ChangeRequest:
    """The request, held until the transaction ends: of two who decide at once the second is told that it is done."""
    found = ChangeRequest.objects.select_for_update().get(pk=request.pk)
    if not found.is_waiting:
        raise _done(found)
    return found


def _done(request: ChangeRequest) -> ValidationError:
    return ValidationError(
        _("This request was decided already: %(state)s.") % {"state": str(request.get_state_display()).lower()},
        code="decided",
    )


def _carry_out(request: ChangeRequest) -> None:
    """Keep exactly what was asked for, in the name of who asked, in one transaction with the postings."""
    data = request.proposal
    asked = proposals.rebuild(data, files_of(request))
    how: dict[str, Any] = {"by": request.asked_by, "reason": data["reason"]}
    coming = [each for each in asked.given if isinstance(each, Document) and each.is_new_file]
    with second_person.settled(), ExitStack() as files:
        for document in coming:
            files.enter_context(documents.taking_back_file(document))
        if data["restores"]:
            records.restore(*asked.given, **how)
        else:
            records.keep(
                *asked.given,
                archived=asked.gone,
                on=date.fromisoformat(data["on"]) if data["on"] else None,
                cause=Cause(data["cause"]),
                as_reported=data["as_reported"],
                beside=proposals.beside_of(data),
                **how,
            )
    request.kept = _names([*asked.given, *asked.gone])


def _names(kept: Iterable[Record]) -> list[list[Any]]:
    return [[each._meta.model_name, each.pk, each.version] for each in kept]


def files_of(request: ChangeRequest) -> dict[int, File]:
    """The files that came with the request, as new ones under the names they came with. One query."""
    found: dict[int, File] = {}
    for each in request.files.all():
        with each.file.open() as content:
            found[each.place] = ContentFile(content.read(), name=each.name)
    return found


def _decide(request: ChangeRequest, state: RequestState, *, by: User, link: Link, comment: str = "") -> ChangeRequest:
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    request.comment = comment.strip()
    request.full_clean()
    request.save()
    if request.asked_by.email and request.asked_by_id != by.pk:
        transaction.on_commit(partial(_tell, request, link(request)), robust=True)
    return request


def _tell(request: ChangeRequest, address: str) -> None:
    """Write to who asked, in both languages: nobody's language is known."""
    letters, subjects = [], []
    for language in Language.values:
        with translation.override(language):
            subjects.append(f"{request.get_state_display()}: {request.deal.code}")
            letters.append(render_to_string("deals/requests/letter.txt", {"asked": request, "link": address}))
    send_mail(" / ".join(subjects), "\n\n".join(letters), None, [request.asked_by.email])


def typed_of(draft: Draft | None) -> dict[str, Any]:
    """What was typed into all steps of a form, to be kept with a request."""
    return dict(draft.typed) if draft else {}
