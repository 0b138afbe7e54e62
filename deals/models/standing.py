"""Which deals there were on a day."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from deals.periods import Moment

from .deals import Deal, StageChange
from .instruments import Instrument
from .recorded import among, in_use
from .valuations import Valuation


def standing(visible: QuerySet[Deal], at: Moment) -> QuerySet[Deal]:
    """Of the deals given (what a person may see, with what was archived since the moment), those that were in use at
    the moment and had begun by its day. No query of its own."""
    return begun(among(visible, at.known_at), at)


def begun(deals: QuerySet[Deal], at: Moment) -> QuerySet[Deal]:
    """Those of the deals that had begun by the day, as known at the moment: they had a stage, a paper or an estimate.
    By today all have."""
    if at.as_of >= timezone.localdate():
        return deals
    stages = StageChange.objects.filter(deal=OuterRef("pk"), on__lte=at.as_of)
    if at.known_at is not None:
        stages = stages.filter(recorded_at__lte=at.known_at)
    papers = in_use(Instrument, at.known_at).filter(deal=OuterRef("pk"), signed_on__lte=at.as_of)
    estimates = in_use(Valuation, at.known_at).filter(deal=OuterRef("pk"), on__lte=at.as_of)
    return deals.filter(Exists(stages) | Exists(papers) | Exists(estimates))
