"""Inviting people: each step in one transaction, the letter with it, so that none is noted that was not sent."""

import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from deals.choices import AuditKind
from deals.models import Enterprise, Invitation, User

from . import audit

Link = Callable[[str], str]  # what was drawn for the invitation → the address of the page where it is accepted


@transaction.atomic
def invite(
    invitation: Invitation,
    *,
    groups: Iterable[Group],
    by: User,
    link: Link,
    enterprises: Iterable[Enterprise] = (),
) -> Invitation:
    """Keep the invitation and send it. Raises ValidationError where the address has an account, or an invitation that
    is still open."""
    invitation.email = invitation.email.strip().lower()
    if _has_account(invitation.email):
        raise ValidationError(_("There is an account with this e-mail address already."), code="taken")
    if Invitation.objects.open().filter(email__iexact=invitation.email).exists():
        raise ValidationError(_("This person is invited already. Send that invitation again."), code="invited")
    invitation.by = by
    _send(invitation, link)
    invitation.groups.set(groups)
    invitation.enterprises.set(enterprises)
    _note(AuditKind.INVITATION_SENT, invitation, by=by, rights=audit.changed({}, audit.rights_of(invitation)))
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: User, link: Link) -> None:
    """Send it again, with a new link; the old one stops working."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    _refuse_accepted(invitation)
    if _has_account(invitation.email):
        raise ValidationError(_("There is an account with this e-mail address already."), code="taken")
    invitation.by, invitation.withdrawn_at = by, None
    _send(invitation, link)
    _note(AuditKind.INVITATION_SENT, invitation, by=by, again=True)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """Take it back: its link stops working."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    _refuse_accepted(invitation)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    _note(AuditKind.INVITATION_WITHDRAWN, invitation, by=by)


def found(token: str) -> Invitation | None:
    """The invitation with this link, open or not; None where there is none, or no longer."""
    return Invitation.objects.filter(token_hash=_hash(token)).first()


@transaction.atomic
def accept(invitation: Invitation, *, username: str, password: str) -> User:
    """Make the account that was promised. Raises ValidationError where the invitation is no longer open: of two who
    send the form at once the second is refused."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open or _has_account(invitation.email):
        raise ValidationError(_("This invitation no longer works."), code="closed")
    person = User(
        username=username,
        email=invitation.email,
        last_name=invitation.last_name,
        first_name=invitation.first_name,
        is_staff=invitation.is_staff,
    )
    person.set_password(password)
    person.save()
    person.groups.set(invitation.groups.all())
    person.enterprises.set(invitation.enterprises.all())
    # Whoever holds the link reads the letters sent there.
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    invitation.accepted_at, invitation.account = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "account"])
    _note(AuditKind.INVITATION_ACCEPTED, invitation, by=person)
    audit.rights_changed(person, None, by=person)
    return person


def _note(kind: AuditKind, invitation: Invitation, *, by: User, **details: Any) -> None:
    audit.write(kind=kind, by=by, thing=invitation.email, thing_key=invitation.pk, **details)


def _send(invitation: Invitation, link: Link) -> None:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(token)
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + timedelta(days=settings.INVITATION_DAYS)
    invitation.save()
    with translation.override(invitation.language):
        letter = render_to_string("account/email/invitation.txt", {"invitation": invitation, "link": link(token)})
        send_mail(_("Your account for US purchases"), letter, None, [invitation.email])


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _has_account(email: str) -> bool:
    return User.objects.filter(Q(email__iexact=email) | Q(emailaddress__email__iexact=email)).exists()


def _refuse_accepted(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise ValidationError(_("The invitation of %(email)s was accepted.") % {"email": invitation.email})
