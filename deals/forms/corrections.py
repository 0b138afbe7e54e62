"""Taking an entry back."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .entries import EntryForm


class WithdrawalForm(EntryForm):
    """Why an entry is taken back."""

    title = gettext_lazy("Take back")
    button = gettext_lazy("Take it back")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_reason(_("Why it is taken back"))
