"""A file of rows sent in, and the answers to what is asked about it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

ANSWER, ALIAS, HEAD = "answer:", "alias:", "head:"
LONGEST = 200


class UploadForm(forms.Form):
    """The file: what it is, its content says."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
        help_text=_("A workbook (.xlsx) or a table as text (.csv), at most 20 MB and 50,000 rows."),
    )


class UndoForm(forms.Form):
    """Why a whole import is taken back."""

    reason = forms.CharField(label=_("Why is it taken back?"), max_length=400, widget=forms.TextInput())


def answers(data: QueryDict, findings: Mapping[str, Any]) -> dict[str, str]:
    """The answers that were sent, by the question: only those to questions that are asked, among what is offered."""
    found: dict[str, str] = {}
    for question in findings.get("questions", ()):
        key, offered = question["key"], [value for value, _label in question["options"]]
        answer = data.get(ANSWER + key, "")
        if not answer and "all_new" in data and question["group"] == "same" and "new" in offered:
            answer = "new"
        if answer in offered or ANSWER + key in data:
            found[key] = answer if answer in offered else ""
        if question["may_be_remembered"]:
            found[ALIAS + key] = "1" if data.get(ALIAS + key) else ""
    for place, heading in _headings(findings):
        answer = data.get(f"{HEAD}{place}:{heading['index']}", "")[:LONGEST]
        known = heading["column"] or ("" if heading["asked"] else "-")
        if answer and answer != known:
            found[f"{HEAD}{place}:{heading['index']}"] = answer
    return found


def learnt(chosen: Mapping[str, str], findings: Mapping[str, Any], key: Any) -> dict[tuple[str, str], str]:
    """What the answers say of headings, by kind of sheet and heading, to be remembered; `key` compares headings."""
    found: dict[tuple[str, str], str] = {}
    for table in findings.get("tables", ()):
        for heading in table["headings"]:
            answer = chosen.get(f"{HEAD}{table['place']}:{heading['index']}")
            if answer and key(heading["text"]):
                found[table["kind"], key(heading["text"])] = answer
    return found


def _headings(findings: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(table["place"], heading) for table in findings.get("tables", ()) for heading in table["headings"]]
