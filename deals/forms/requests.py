"""What a reviewer says about a change that waits."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CommentForm(forms.Form):
    """Why a request is returned, or why it cannot wait."""

    comment = forms.CharField(
        label=_("Comment"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: it is told to who asked.")},
    )
