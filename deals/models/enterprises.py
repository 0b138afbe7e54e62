"""Vietnamese enterprises and the groups they belong to."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import Ownership

from .records import Noted, Record, RecordQuerySet, Sourced, in_language


class EnterpriseQuerySet(RecordQuerySet["Enterprise"]):
    def under(self, enterprise: "Enterprise") -> "list[Enterprise]":
        """The enterprise and all below it. One query: the members of its group."""
        members = list(self.filter(group_id=enterprise.group_id))
        found, added = [enterprise], [enterprise]
        while added:
            keys = {member.pk for member in added}
            added = [member for member in members if member.parent_id in keys]
            found += added
        return found


class Enterprise(Record, Sourced, Noted):
    """A buyer. `group` is the top of its chain of parents, itself where it has none; the actions keep it."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subsidiaries", verbose_name=_("parent enterprise")
    )
    group = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="members",
        verbose_name=pgettext_lazy("enterprise", "group"),
    )
    ownership = models.CharField(_("ownership"), max_length=10, choices=Ownership.choices)
    industry_vi = models.CharField(_("business in Vietnamese"), max_length=120, blank=True)
    industry_en = models.CharField(_("business in English"), max_length=120, blank=True)
    sort_key = models.CharField(max_length=1000, editable=False, db_index=True)

    history = HistoricalRecords(
        excluded_fields=["sort_key"],
        verbose_name=_("change to an enterprise"),
        verbose_name_plural=_("changes to enterprises"),
    )

    objects = EnterpriseQuerySet.as_manager()  # type: ignore[misc]

    count: int  # of its deals, where a report asks for it

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        constraints = [
            models.CheckConstraint(
                name="enterprise_not_own_parent",
                condition=Q(parent=None) | ~Q(parent=F("id")),
                violation_error_message=_("An enterprise cannot be its own parent."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def short_name(self) -> str:
        """The name in daily use: the first of the other names, in English the first without Vietnamese letters; else
        the name."""
        is_english = (get_language() or "vi").startswith("en")
        short = [alias for alias in self.aliases if not is_english or alias.isascii()]
        return short[0] if short else self.name

    @property
    def industry(self) -> str:
        return in_language(self, "industry")

    def get_absolute_url(self) -> str:
        return reverse("deals:enterprise-detail", args=[self.code])

    def clean(self) -> None:
        above, seen = self.parent, {self.pk}
        while above is not None:
            if above.pk in seen and above.pk is not None:
                raise ValidationError(
                    {
                        "parent": _("%(name)s already stands under this enterprise: choose another parent.")
                        % {"name": self.parent}
                    },
                    code="loop",
                )
            seen.add(above.pk)
            above = above.parent
