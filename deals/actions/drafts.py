"""What was typed into a form and is not sent yet: kept for the person who typed it, and for nobody else."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction

from deals.models import Draft, User

MOST_LETTERS = 100_000
Typed = Mapping[str, list[str]]


def draft_of(by: User, form: str) -> Draft | None:
    """What the person has typed into the form. One query."""
    return Draft.objects.filter(by=by, form=form).first()


@transaction.atomic
def keep(by: User, form: str, *, typed: Typed, step: str = "", starts_anew: bool = False) -> Draft | None:
    """Keep what was typed into a step of the form, in the place of what was kept of that step; None, and nothing kept,
    where it is more than any form holds. With `starts_anew` what was typed into other steps is forgotten where this one
    is no longer what it was: it answered another question."""
    if len(json.dumps(dict(typed))) > MOST_LETTERS:
        return None
    draft, _created = Draft.objects.select_for_update().get_or_create(by=by, form=form)
    others = draft.typed
    if starts_anew and _without_token(others.get(step, {})) != _without_token(typed):
        others = {}
    draft.typed = {**others, step: dict(typed)}
    draft.save(update_fields=["typed", "saved_at"])
    return draft


def _without_token(typed: Typed) -> dict[str, list[str]]:
    return {name: values for name, values in typed.items() if name not in ("token", "version", "by")}


def attach(draft: Draft, file: File, name: str) -> None:
    """Keep the file that came with the form, in the place of one that came before."""
    if draft.attachment:
        draft.attachment.delete(save=False)
    draft.attachment_name = name
    draft.attachment.save("file", file, save=False)
    draft.save(update_fields=["attachment", "attachment_name", "saved_at"])


def copy_of_attachment(draft: Draft) -> File:
    """The file that waits beside the draft, as a new one under the name it came with."""
    with draft.attachment.open() as file:
        return ContentFile(file.read(), name=draft.attachment_name)


def discard(by: User, form: str) -> None:
    """Forget what was typed into the form, and the file that came with it."""
    for draft in Draft.objects.filter(by=by, form=form):
        file: Any = draft.attachment
        draft.delete()
        if file:
            transaction.on_commit(lambda file=file: file.delete(save=False))  # type: ignore[misc]
