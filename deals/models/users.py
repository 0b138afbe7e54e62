"""The people who sign in."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SYSTEM = "system"
# The roles that change records: deals.permissions says what each means.
EDITING = ("administrators", "stewards", "officers")


class People(UserManager["User"]):
    def system(self) -> "User":
        """The account in whose name the product's own commands write; nobody can sign in with it."""
        user, created = self.get_or_create(username=SYSTEM, defaults={"is_active": False, "first_name": "Hệ thống"})
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user

    def in_charge(self, also: int | None = None) -> "models.QuerySet[User]":
        """Those who can be in charge of a deal: open accounts that change records, and the one with the key `also`, who
        is in charge already."""
        editing = models.Q(is_superuser=True) | models.Q(pk__in=self.filter(groups__name__in=EDITING).values("pk"))
        return self.filter(models.Q(is_active=True) & editing | models.Q(pk=also)).order_by("last_name", "first_name")

    def called(self, login: str) -> "User | None":
        """Whose name or e-mail address this is, however it is written. One query; none for nothing."""
        typed = login.strip()
        if not typed:
            return None
        return self.filter(models.Q(username__iexact=typed) | models.Q(email__iexact=typed)).order_by("pk").first()


class User(AbstractUser):
    """A person with an account. A sample account opens only on TRIAL."""

    is_sample = models.BooleanField(_("sample account"), default=False)

    enterprises = models.ManyToManyField(
        "deals.Enterprise",
        related_name="+",
        blank=True,
        verbose_name=_("enterprises"),
        help_text=_(
            "With all below them. An officer changes only deals of these; none means all. "
            "A respondent sees only these; none means nothing."
        ),
    )

    objects = People()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def __str__(self) -> str:
        if self.username == SYSTEM:
            return gettext("The system")
        # Vietnamese names put the family name first.
        return f"{self.last_name} {self.first_name}".strip() or self.username

    @cached_property
    def group_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))

    @cached_property
    def own_enterprises(self) -> frozenset[int]:
        """The keys of the enterprises named in the account, with all below them. One query, and one for each named."""
        named = self.enterprises.all()
        return frozenset(each.pk for one in named for each in type(one).objects.under(one))
