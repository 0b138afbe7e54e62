"""Which part of a timeline a page is asked for: ?show=papers&show=money or ?show=papers,money. The address holds it."""

from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

PARAMETERS = ("show", "all")


class Topic(TextChoices):
    """What an entry of a timeline is about."""

    MONEY = "money", gettext_lazy("Money")
    STAGES = "stages", gettext_lazy("Stages")
    PAPERS = "papers", gettext_lazy("Papers")
    DELIVERIES = "deliveries", gettext_lazy("Deliveries")
    UPDATES = "updates", gettext_lazy("Updates")
    OBSTACLES = "obstacles", gettext_lazy("Obstacles")
    ANNOUNCEMENTS = "announcements", gettext_lazy("Announcements")
    DOCUMENTS = "documents", gettext_lazy("Documents")
    EDITS = "edits", pgettext_lazy("timeline", "Changes to the record")


@dataclass(frozen=True)
class Shown:
    """The topics asked for, all where none is named, and whether the entries past the first many are too.

    `problems` are sentences for the reader; while there are any, no entries are shown.
    """

    topics: tuple[str, ...] = ()
    everything: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, str]:
        """What the address of the page holds of it."""
        return ({"show": ",".join(self.topics)} if self.topics else {}) | ({"all": "1"} if self.everything else {})


def read(asked: QueryDict) -> Shown:
    """The part of the timeline that the address asks for."""
    named = ",".join(asked.getlist("show")).split(",")
    topics = tuple(dict.fromkeys(topic.strip() for topic in named if topic.strip()))
    problems = [
        _("A timeline has no topic “%(topic)s”: choose one of those above it. No entries are shown.")
        % {"topic": topic[:40]}
        for topic in topics
        if topic not in Topic.values
    ]
    return Shown(topics, everything=asked.get("all") == "1", problems=problems[:1])
