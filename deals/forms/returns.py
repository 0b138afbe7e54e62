"""The workbook of a return, sent in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReturnForm(forms.Form):
    """The file: what it is, its content says."""

    file = forms.FileField(
        label=_("The workbook, filled in"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".xlsx"}),
        help_text=_("The workbook that was fetched here (.xlsx), at most 20 MB."),
    )
