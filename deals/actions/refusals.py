"""What actions and database refuse, as sentences for the page."""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

REFUSALS = (ValidationError, IntegrityError)

# What the database's own rules say (migration 0002).
RULES = (
    gettext_noop("a ledger entry is never changed"),
    gettext_noop("a ledger entry is never deleted"),
    gettext_noop("a paper is entered once it is signed, not before"),
    gettext_noop("the paper above belongs to another deal"),
    gettext_noop("an amendment stands under a paper that is no amendment"),
    gettext_noop("a paper takes over more than the paper above it has"),
    gettext_noop("a delivery stands under a contract of its own deal"),
    gettext_noop("a paper stands under a paper below it"),
    gettext_noop("goods are delivered under this paper, so it stays a contract of its deal"),
)


def sentences(error: ValidationError | IntegrityError) -> list[str]:
    """Why it was refused: which field, where it is one field's matter, and what is wrong."""
    if isinstance(error, IntegrityError):
        return [_("Nothing was saved. The database refuses it: %(why)s.") % {"why": _of_database(str(error))}]
    if not hasattr(error, "error_dict"):
        return error.messages
    return [
        message if field == NON_FIELD_ERRORS else f"{_field_name(field)}: {message}"
        for field, messages in error.message_dict.items()
        for message in messages
    ]


def _of_database(text: str) -> str:
    for rule in RULES:
        if rule in text:
            return _(rule)
    for name, message in _constraints():
        if name in text:
            return message.rstrip(".")
    return _("two records would be the same, or one would contradict another (%(text)s)") % {
        "text": text.splitlines()[0]
    }


def _constraints() -> Iterator[tuple[str, str]]:
    for model in apps.get_app_config("deals").get_models():
        for constraint in model._meta.constraints:
            if constraint.violation_error_message != constraint.default_violation_error_message:
                yield constraint.name, str(constraint.violation_error_message)


def _field_name(name: str) -> str:
    for model in apps.get_app_config("deals").get_models():
        for field in model._meta.fields:
            if field.name == name:
                return str(capfirst(field.verbose_name))
    return name
