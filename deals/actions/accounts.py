"""What an administrator changes in the account of somebody else: noted, and told to its owner by a letter."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.utils import translation

from deals.choices import AuditKind
from deals.models import Invitation, User

from . import audit


def address_changed(person: User, old: str, *, by: User) -> None:
    """Note that the account has another e-mail address than `old`, and tell so where letters went until now. Raises
    OSError where the letter could not be sent; it is noted all the same."""
    audit.write(
        kind=AuditKind.EMAIL_CHANGED, by=by, person=person, changes={"email": [old or None, person.email or None]}
    )
    if old:
        _tell(old, "account/email/address_changed_for", person, by=by, old=old)


def password_set(person: User, *, by: User) -> None:
    """Note that a password was set for the account, and tell its owner. Raises OSError as above."""
    audit.write(kind=AuditKind.PASSWORD_CHANGED, by=by, person=person)
    if person.email:
        _tell(person.email, "account/email/password_set_for", person, by=by)


def _tell(address: str, letter: str, person: User, **said: object) -> None:
    # In the language in which the person was invited: nothing else is known of it.
    invited = Invitation.objects.filter(account=person).values_list("language", flat=True).first()
    with translation.override(invited or settings.LANGUAGE_CODE):
        get_adapter().send_mail(letter, address, {"person": person, **said})
