"""Where a page is exported: the same question, as a file."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deals import permissions
from deals.choices import Release
from deals.forms import audiences

register = template.Library()

FORMS = {"xlsx": _("Excel"), "csv": "CSV", "json": "JSON"}
NOT_ASKED = {"page", audiences.PARAMETER}  # a file has all pages, and its audience is chosen here


@register.inclusion_tag("components/_export.html", takes_context=True)
def export(context: Context, view: str, *args: object, inside: bool = False) -> dict[str, Any]:
    """The forms of the file of this page and for whom it may be made; `inside`: for the reader's own house alone."""
    request = context["request"]
    asked, names = request.GET, [(each.value, permissions.audience_name(each, request.user)) for each in Release]
    return {
        "doors": [(reverse(f"deals:{view}", args=[*args, form]), label) for form, label in FORMS.items()],
        "kept": [(name, text) for name in asked if name not in NOT_ASKED for text in asked.getlist(name) if text],
        "audiences": [] if inside else names,
        "is_house": not permissions.answers_for_enterprise(request.user),
        "id": f"export-{view}",
    }
