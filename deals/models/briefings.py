"""Briefings that were made: kept with their figures, so that a printed copy can be checked."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deals.choices import Reading, Release
from deals.periods import Moment

from .records import UntrackedWriteError

# Without I, L, O and U: nobody reads a printed one for a zero, or finds a word in it.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
MISREAD = str.maketrans("ILO", "110", "- ")


class KeptBriefingQuerySet(models.QuerySet["KeptBriefing"]):
    def whole(self) -> "KeptBriefingQuerySet":
        """Those of all deals, with nothing left out."""
        return self.filter(scope_by="", everything=True, audience=Release.INTERNAL)

    def last_by(self, at: Moment) -> "KeptBriefing | None":
        """The last that had been made by the moment, of its day or an earlier one."""
        made = self if at.known_at is None else self.filter(made_at__lte=at.known_at)
        return made.filter(as_of__lte=at.as_of).order_by("made_at", "pk").last()


class KeptBriefing(models.Model):
    """A briefing as it was made: by whom, when, of which moment and scope, in which reading, for whom; its figures, by
    name, exactly. Written by `deals.actions.briefings` alone, never changed, never deleted: the database refuses it.

    `known_at` is up to when the record was read, no later than `made_at`. `since_known_at` is empty where what happened
    in the world was shown: both days as known at one time. `told` says of which deals it tells (None: of all there
    were), which were named with a range, how many were left out, and what was to come.
    """

    code = models.CharField(_("check code"), max_length=LENGTH, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    language = models.CharField(_("language"), max_length=4)
    audience = models.CharField(_("made for"), max_length=10, choices=Release.choices)
    scope_by = models.CharField(_("kind of scope"), max_length=10, blank=True)
    scope_key = models.CharField(_("scope"), max_length=80, blank=True)
    everything = models.BooleanField(_("of all deals"))
    as_of = models.DateField(_("as of"))
    known_at = models.DateTimeField(_("as known at"))
    reading = models.CharField(_("reading"), max_length=10, choices=Reading.choices)
    since = models.DateField(_("compared with"))
    since_known_at = models.DateTimeField(_("compared with, as known at"), null=True)
    told = models.JSONField(_("told of"))
    figures = models.JSONField(_("figures"))

    objects = KeptBriefingQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("briefing kept")
        verbose_name_plural = _("briefings kept")
        default_permissions = ["view"]

    def __str__(self) -> str:
        return self.code_in_print

    def get_absolute_url(self) -> str:
        return reverse("deals:briefing-kept", args=[self.code])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UntrackedWriteError("A briefing that was made is never deleted")

    @property
    def at(self) -> Moment:
        return Moment(self.as_of, self.known_at)

    @property
    def code_in_print(self) -> str:
        return f"{self.code[:5]}-{self.code[5:]}"

    @property
    def languages(self) -> tuple[str, ...]:
        """Its languages, Vietnamese first."""
        return ("vi", "en") if self.language == "both" else (self.language,)

    def code_of(self, figures: dict[str, str]) -> str:
        """The check code of a briefing as this one was asked for, with these figures."""
        asked = {
            "made_at": _text(self.made_at),
            "made_by": self.made_by_id,
            "language": self.language,
            "audience": self.audience,
            "scope": [self.scope_by, self.scope_key, self.everything],
            "as_of": self.as_of.isoformat(),
            "known_at": _text(self.known_at),
            "reading": self.reading,
            "since": self.since.isoformat(),
            "since_known_at": _text(self.since_known_at) if self.since_known_at else None,
            "told": self.told,
            "figures": figures,
        }
        canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        number = int.from_bytes(hashlib.sha256(canonical.encode()).digest())
        return "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))


def typed_code(text: str) -> str:
    """The check code as somebody typed it off a page, as it is kept."""
    return text.strip().upper().translate(MISREAD)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
