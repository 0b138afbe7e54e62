"""What a deal is expected to be worth in all."""

from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy

from deals.models import Deal

from .amounts import PricedForm
from .entries import DayField, Group
from .sources import SOURCE, SourcedForm


class EstimateForm(SourcedForm, PricedForm):
    """A new estimate of the whole deal."""

    title = gettext_lazy("New estimate")
    groups: ClassVar = (
        Group(("amount", "unknown", "awaited_from", "awaited_by")),
        Group(("on", "basis", "evidence")),
        Group(("currency", "rate", "rate_on", "rate_source"), gettext_lazy("In another currency"), folded=True),
        SOURCE,
    )

    on = DayField(label=gettext_lazy("Known since"))

    def __init__(self, *args: Any, last_usd: Decimal | None = None, **kwargs: Any) -> None:
        self.last_known_usd = last_usd
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = self.today

    @property
    def last_usd(self) -> Decimal | None:
        return self.last_known_usd

    def values_of(self, record: Any) -> dict[str, Any]:
        return {} if isinstance(record, Deal) else {"on": record.on, **super().values_of(record)}

    @property
    def fields_of_record(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"], **self.priced, **self.source}
