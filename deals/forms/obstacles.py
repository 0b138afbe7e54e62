"""What holds a deal back: reported, chosen among what is known, resolved."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals.models import Body, Obstacle

from .entries import DayField, EntryForm, Group

HINDRANCE = ("obstacle", "hindrance", "body", "ask", "since")


class HinderedForm(EntryForm):
    """A form in which an obstacle is named: one that is known, or a new one in a sentence, with who must act and since
    when."""

    obstacle = forms.ModelChoiceField(
        Obstacle.objects.none(),
        label=gettext_lazy("Obstacle"),
        required=False,
        empty_label=gettext_lazy("Another one, reported here:"),
    )
    hindrance = forms.CharField(
        label=gettext_lazy("New obstacle, in one sentence"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    body = forms.ModelChoiceField(Body.objects.none(), label=gettext_lazy("Who must act"), required=False)
    ask = forms.CharField(
        label=gettext_lazy("What is asked of them"),
        help_text=gettext_lazy("What they should do, in one sentence: briefings put it to them. May be left empty."),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    since = DayField(label=gettext_lazy("Stands in the way since"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("body").queryset = Body.objects.active()

    def offer_obstacles(self) -> None:
        """Offer the open obstacles of the deal, the latest chosen, and the others of its sector. A correction offers
        all that the deal has or had, and takes no new one."""
        field = self._field("obstacle")
        if self.corrects:
            for name in HINDRANCE[1:]:
                del self.fields[name]
            field.queryset = Obstacle.objects.active().of(self.deal)
            field.empty_label = _("none")
            return
        open_ones = Obstacle.objects.open_on(self.today)
        own = list(open_ones.of(self.deal))
        field.queryset = open_ones
        others = open_ones.filter(sector=self.deal.sector_id).exclude(pk__in=[each.pk for each in own])
        field.choices = [
            ("", field.empty_label),
            *_group(_("Holding this deal back already"), own),
            *_group(_("In the same sector"), others),
        ]
        field.initial = own[-1].pk if own else None

    def check_obstacle(self, *, is_needed: bool = True) -> None:
        """An obstacle is chosen, or a new one is told in full; not both."""
        cleaned = self.cleaned_data
        if cleaned.get("obstacle") and (cleaned.get("hindrance") or cleaned.get("ask")):
            self.add_error("obstacle", _("A known obstacle is chosen and a new one is told: leave one of them out."))
        if cleaned.get("obstacle") or not is_needed or "obstacle" in self.errors:
            return
        if "hindrance" not in self.fields:
            self.add_error("obstacle", _("Choose the obstacle; a new one is reported first, on the page of the deal."))
            return
        asked = {
            "hindrance": _("Say in one sentence what holds the deal back, or choose a known obstacle."),
            "body": _("Say who must act."),
            "since": _("Say since when."),
        }
        for name, sentence in asked.items():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, sentence)

    @property
    def new_obstacle(self) -> dict[str, Any] | None:
        """What is reported here, None where a known obstacle was chosen."""
        cleaned = self.cleaned_data
        if cleaned.get("obstacle"):
            return None
        return {
            "body": cleaned["body"],
            "on": cleaned["since"],
            "sector": self.deal.sector,
            f"title_{self.language}": cleaned["hindrance"],
            **self.in_language("ask"),
        }


def _group(title: str, obstacles: Any) -> list[tuple[str, list[tuple[int, str]]]]:
    found = [(each.pk, str(each)) for each in obstacles]
    return [(title, found)] if found else []


class ObstacleForm(HinderedForm):
    """An obstacle that holds the deal back: a new one, or one that is known from another deal."""

    title = gettext_lazy("Report an obstacle")
    groups: ClassVar = (
        Group(("hindrance", "body", "ask", "since")),
        Group(("obstacle",), gettext_lazy("It is known from another deal"), folded=True),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Obstacle.objects.open_on(self.today)
        self._field("obstacle").queryset = known.exclude(pk__in=known.of(self.deal))
        self._field("obstacle").empty_label = _("none")
        self._field("hindrance").label = _("What holds the deal back, in one sentence")

    def clean(self) -> Any:
        super().clean()
        self.check_obstacle()
        return self.cleaned_data


class ResolvedForm(EntryForm):
    """An obstacle of the deal that is out of the way, for all the deals it holds back."""

    title = gettext_lazy("Obstacle resolved")
    groups: ClassVar = (Group(("obstacle", "resolved_on", "resolution")),)

    obstacle = forms.ModelChoiceField(
        Obstacle.objects.none(),
        label=gettext_lazy("Obstacle"),
        help_text=gettext_lazy("It is resolved for all the deals that it holds back."),
    )
    resolved_on = DayField(label=gettext_lazy("Resolved on"))
    resolution = forms.CharField(
        label=gettext_lazy("How it was resolved"), max_length=400, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = Obstacle.objects.open_on(self.today).of(self.deal)
        choice: Any = self.fields["obstacle"]
        choice.queryset = own
        choice.initial = own.first()
        self.fields["resolved_on"].initial = self.today

    def clean(self) -> Any:
        cleaned = self.cleaned_data
        obstacle, on = cleaned.get("obstacle"), cleaned.get("resolved_on")
        if obstacle and on and on < obstacle.since:
            self.add_error("resolved_on", _("It would be resolved before it stood in the way: choose a later day."))
        return cleaned

    @property
    def fields_of_record(self) -> dict[str, Any]:
        return self.in_language("resolution")
