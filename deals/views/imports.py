"""The import of a file: sent in, asked about, looked at, entered, taken back."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deals import files, permissions
from deals.actions import audit
from deals.actions import imports as actions
from deals.choices import AuditKind, ImportOutcome, ImportState
from deals.forms import imports as forms
from deals.forms.requests import CommentForm
from deals.importing import commented, effects, runs, workbooks, working
from deals.importing.columns import SHEETS, key
from deals.importing.judging import EXCEL, RefusedError, judge
from deals.models import Deal, ImportBatch, ImportedRow, User

from .pages import numbered, page, screen_of

PAGE_SIZE, PROBLEMS_SHOWN = 50, 100
RECENT = 30
NOTHING_TO_DO = {ImportState.ASKING, ImportState.READY, ImportState.CANCELLED}


def _person(request: HttpRequest) -> User:
    """Who sends the request, if they may import; else PermissionDenied."""
    if not isinstance(request.user, User) or not permissions.may_import(request.user):
        raise PermissionDenied
    return request.user


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    if not permissions.may_see_imports(request.user):
        raise PermissionDenied
    people = ("by", "applied_by", "undone_by", "confirmed_by")
    return get_object_or_404(permissions.visible_imports(request.user).select_related(*people), pk=pk)


def _start(batch: ImportBatch) -> HttpResponse:
    """Do the work that the import waits for: a small file at once, a long one in a process of its own."""
    if batch.size <= working.SMALL:
        working.work(batch)
    else:
        runs.begin(batch)
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_import", str(batch.pk)]
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    return redirect(batch)


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports so far, and for whom imports the form for another one."""
    person: Any = request.user
    may_import = permissions.may_import(person)
    if not permissions.may_list_imports(person) or (request.method == "POST" and not may_import):
        raise PermissionDenied
    form = forms.UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (batch := _taken_in(request, form, person)):
        return _start(batch)
    found = permissions.visible_imports(person).select_related("by", "applied_by")[:RECENT]
    answer = page(
        request,
        "deals/imports/list.html",
        screen=screen_of(request),
        here="import",
        form=form if may_import else None,
        imports=found,
    )
    answer.status_code = 422 if form.errors else 200
    return answer


def _taken_in(request: HttpRequest, form: forms.UploadForm, person: User) -> ImportBatch | None:
    file = form.cleaned_data["file"]
    try:
        if file.size > files.MOST_BYTES:
            raise RefusedError("too_big", file.size)
        content = file.read()
        kind = judge(content)
    except RefusedError as error:
        form.add_error("file", str(error))
        return None
    return actions.begin(content, kind=kind, name=file.name or "", by=person, language=_language())


@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is: what is asked, what is wrong, what would change or was changed."""
    batch = _batch(request, pk)
    working.notice_dead(batch)
    shown = request.GET.get("rows", "")
    rows = batch.rows.filter(outcome__in=[shown] if shown in ImportOutcome.values else _of_interest(batch))
    found = numbered(request, rows.order_by("pk"), PAGE_SIZE)
    may_step = permissions.may_import(request.user)
    if request.headers.get("HX-Request") and not batch.is_busy:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return page(
        request,
        "deals/imports/_state.html" if request.headers.get("HX-Request") else "deals/imports/page.html",
        screen=screen_of(request),
        here="import",
        batch=batch,
        **_progress(batch),
        tables=_tables(batch.findings),
        questions=_questions(batch),
        problems=batch.findings.get("problems", ())[:PROBLEMS_SHOWN],
        found=found,
        rows=_linked(batch, found),
        shown=shown,
        outcomes=_outcomes(batch),
        can_apply=may_step and batch.state == ImportState.READY and bool(_proposed(batch)),
        **_same_file(request, batch),
        undo=forms.UndoForm(),
        may_step=may_step,
        may_list=permissions.may_list_imports(request.user),
        other_language="" if batch.language == _language() else batch.get_language_display(),
        **_waiting(request, batch),
    )


def _waiting(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """What a page shows of an import that waits for a second person."""
    if not batch.waits:
        return {}
    return {
        "can_confirm": permissions.may_confirm_import(request.user, batch),
        "may_withdraw": batch.asked_by_id == request.user.pk,
        "effect": effects.shown(batch) if permissions.sees_everything(request.user) else None,
        "comment": CommentForm(),
    }


def _progress(batch: ImportBatch) -> dict[str, Any]:
    """How far the work is that a process is at, and what it is doing."""
    if not batch.is_busy:
        return {}
    percent, part = runs.progress(batch)
    parts = {
        "reading": _("The file is being read."),
        "judging": _("Its rows are compared with what is recorded."),
        "keeping": _("What was found is being kept."),
        "writing": _("It is being entered."),
        "returning": _("It is being taken back."),
    }
    return {"progress": percent, "part": parts.get(part, _("The work is about to begin."))}


def _outcomes(batch: ImportBatch) -> list[tuple[ImportOutcome, int]]:
    """How many rows came to what; of an import to be taken back only what bears on that."""
    shown = _of_interest(batch) if batch.state == ImportState.RETURN_WAITS else ImportOutcome
    return [(each, batch.counts.get(each.value, 0)) for each in shown]


def _of_interest(batch: ImportBatch) -> list[ImportOutcome]:
    """What of the rows is shown where no outcome is chosen."""
    nothing = {ImportOutcome.SAME, *([ImportOutcome.LEFT_OUT] if batch.state == ImportState.RETURN_WAITS else [])}
    return [each for each in ImportOutcome if each not in nothing]


def _proposed(batch: ImportBatch) -> int:
    """How many records are new or change."""
    return int(batch.counts.get("new", 0) + batch.counts.get("changed", 0))


def _tables(findings: dict[str, Any]) -> list[dict[str, Any]]:
    language = _language()
    return [
        {
            **table,
            "title": SHEETS[table["kind"]].name(language),
            "asked": any(heading["asked"] for heading in table["headings"]),
            "options": [(each.name, each.heading(language)) for each in SHEETS[table["kind"]].columns],
        }
        for table in findings.get("tables", ())
    ]


def _questions(batch: ImportBatch) -> list[tuple[str, list[Any]]]:
    """What is asked, by what it is about; what is answered too, so that it can be answered otherwise."""
    titles = {
        "numbers": _("Numbers and days"),
        "words": _("What words stand for"),
        "lacking": _("What the file does not say"),
        "names": _("Names"),
        "same": _("What may be there already"),
    }
    asked = [
        {**each, "alias": bool(batch.choices.get(forms.ALIAS + each["key"]))}
        for each in batch.findings.get("questions", ())
    ]
    found = [(title, [each for each in asked if each["group"] == group]) for group, title in titles.items()]
    return [(title, several) for title, several in found if several]


def _same_file(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """An import of the very same file that was entered before, if there is one; `may_see_it`: the reader finds it."""
    same = ImportBatch.objects.filter(sha256=batch.sha256, state=ImportState.APPLIED).exclude(pk=batch.pk)
    found = same.select_related("applied_by").first()
    may_see = found is not None and permissions.visible_imports(request.user).filter(pk=found.pk).exists()
    return {"same_file": found, "may_see_it": may_see}


def _linked(batch: ImportBatch, rows: Iterable[ImportedRow]) -> list[tuple[ImportedRow, str]]:
    """The rows, each with the page of its deal once it is entered."""
    rows = list(rows)
    keys = [row.record_key for row in rows if row.record_kind == "Deal" and row.record_key]
    deals = Deal.objects.active().in_bulk(keys) if batch.state == ImportState.APPLIED else {}
    return [(row, deals[row.record_key].get_absolute_url() if row.record_key in deals else "") for row in rows]


Step = Callable[[HttpRequest, ImportBatch, User], bool]


def _answered(request: HttpRequest, batch: ImportBatch, person: User) -> bool:
    chosen = forms.answers(request.POST, batch.findings)
    return actions.answer(batch, choices=chosen, headings=forms.learnt(chosen, batch.findings, key), by=person)


def _applied(request: HttpRequest, batch: ImportBatch, person: User) -> bool:
    return actions.move(
        batch, [ImportState.READY], ImportState.APPLYING, applied_by=person, confirmed_by=None, said="", run=""
    )


def _looked(request: HttpRequest, batch: ImportBatch, person: User) -> bool:
    """What a look says is in the language of who asked for it last."""
    return actions.move(batch, [*NOTHING_TO_DO], ImportState.LOOKING, said="", run="", language=_language())


def _undone(request: HttpRequest, batch: ImportBatch, person: User) -> bool:
    form = forms.UndoForm(request.POST)
    if not form.is_valid():
        return False
    given = {"undone_by": person, "confirmed_by": None, "undo_reason": form.cleaned_data["reason"]}
    return actions.move(batch, [ImportState.APPLIED], ImportState.UNDOING, said="", run="", **given)


STEPS: dict[str, Step] = {"answer": _answered, "apply": _applied, "look": _looked, "undo": _undone}


@require_POST
def import_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One step further: answers, another look, entering, taking back, stopping, putting aside. Of several who send the
    same at once one is heard; the others see what came of it."""
    person = _person(request)
    batch = _batch(request, pk)
    step = request.POST.get("step", "")
    if step == "stop" and batch.is_busy:
        runs.cancel(batch)
    elif step == "aside":
        actions.move(batch, [ImportState.ASKING, ImportState.READY], ImportState.CANCELLED, said="", run="")
    elif step == "withdraw" and batch.asked_by_id == person.pk:
        actions.withdraw(batch)
    elif step in STEPS and STEPS[step](request, batch, person):
        return _start(batch)
    return redirect(batch)


@require_POST
def import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What a second person says to an import that waits: confirmed as a whole, or returned with a comment."""
    batch = _batch(request, pk)
    person: Any = request.user
    if not permissions.may_confirm_import(person, batch):
        raise PermissionDenied
    if "confirm" in request.POST:
        return _start(batch) if actions.confirm(batch, by=person) else redirect(batch)
    try:
        actions.send_back(batch, by=person, comment=request.POST.get("comment", "")[:400])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(batch)
    return redirect("deals:requests")


# Files out


def _given(request: HttpRequest, file: Any, name: str, content_type: str = EXCEL) -> FileResponse:
    """A file given out: as a download, kept by nobody on the way."""
    audit.write(kind=AuditKind.EXPORTED, by=request.user, thing=name)
    file.seek(0)
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_safe
def import_template(request: HttpRequest) -> FileResponse:
    """The empty register, to be filled in."""
    _person(request)
    into = TemporaryFile()  # noqa: SIM115 – the answer closes it
    workbooks.write_template(into, language=_language())
    return _given(request, into, _("register-template.xlsx"))


@require_safe
def import_register(request: HttpRequest) -> FileResponse:
    """All that is recorded of the deals that the person may see, in the form in which it can come back."""
    person = _person(request)
    into = TemporaryFile()  # noqa: SIM115 – the answer closes it
    lists: dict[str, Any] = {
        "sectors": permissions.visible_sectors(person),
        "enterprises": permissions.visible_enterprises(person),
        "partners": permissions.visible_partners(person),
    }
    workbooks.write_register(into, permissions.visible_deals(person), language=_language(), lists=lists)
    return _given(request, into, _("register-%(day)s.xlsx") % {"day": timezone.localdate().isoformat()})


@require_safe
def import_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it came; with `?comments` the same with a comment on each cell that is wrong or asked about."""
    batch = _batch(request, pk)
    if "comments" not in request.GET:
        content_type = EXCEL if batch.kind == "xlsx" else "text/csv"
        return _given(request, batch.file.open("rb"), batch.file_name, content_type)
    into = TemporaryFile()  # noqa: SIM115 – the answer closes it
    commented.write(batch, into)
    stem = batch.file_name.rpartition(".")[0]
    return _given(request, into, _("%(name)s-to-mend.xlsx") % {"name": stem})
