"""Files of what a page shows: the same question, another rendering. What cannot be answered is a page that says why."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import pgettext_lazy

from deals import permissions
from deals.actions import audit
from deals.choices import AuditKind, Release
from deals.exporting import notation, separated, xlsx
from deals.exporting.preamble import Making
from deals.exporting.tables import Export
from deals.forms import audiences
from deals.forms.screens import Screen
from deals.models import revisions
from deals.models.revisions import State

from .pages import page, screen_of

TYPES = {"xlsx": xlsx.TYPE, "csv": separated.TYPE, "json": notation.TYPE}
WRITERS = {"csv": separated.written, "json": notation.written}

# What the names of files are made of, in the language of the page: plain letters, so that every system keeps them.
WORDS = {
    "deals": pgettext_lazy("file name", "deals"),
    "enterprises": pgettext_lazy("file name", "enterprises"),
    "partners": pgettext_lazy("file name", "partners"),
    "figures": pgettext_lazy("file name", "figures"),
    "group": pgettext_lazy("file name", "enterprise"),
    "sector": pgettext_lazy("file name", "sector"),
    "partner": pgettext_lazy("file name", "partner"),
    "state": pgettext_lazy("file name", "state"),
    "obstacles": pgettext_lazy("file name", "obstacles"),
    "changes": pgettext_lazy("file name", "changes"),
    "trade": pgettext_lazy("file name", "trade"),
    "ledger": pgettext_lazy("file name", "ledger"),
    "audit": pgettext_lazy("file name", "audit"),
    "government": pgettext_lazy("file name", "government"),
    "public": pgettext_lazy("file name", "public"),
}


@dataclass
class Asked:
    """What a file is asked for: by which question (without the audience), for whom, by whom. `problems` are sentences,
    and while there are any nothing is made."""

    request: HttpRequest
    question: QueryDict
    screen: Screen
    audience: Release
    making: Making
    problems: list[str] = field(default_factory=list)


Make = Callable[[Asked], Export | None]


def exported(
    request: HttpRequest, form: str, *, of: str, here: str, make: Make, own: Collection[str] | None = ()
) -> HttpResponseBase:
    """The file of the page at the address `of`, in one of the forms, as `make` builds it; it builds none where there
    are problems, and may add some. 404 for a form that there is not; that a file was made is noted, and is not undone
    if its reader goes away. `own`: as in `screen_of`."""
    if form not in TYPES:
        raise Http404
    asked = _asked(request, of, own)
    with revisions.one_state() as state:
        export = make(asked)
    if export is None or asked.problems:
        answer = page(
            request,
            "deals/exports/refused.html",
            screen=asked.screen,
            here=here,
            problems=asked.problems,
            of=asked.making.address,
        )
        answer.status_code = 422
        return answer
    _note(asked, export, form)

    def again() -> Export:
        return make(asked) or export

    return _sent(export, form, asked, _of_one_state(export, again, state))


def _asked(request: HttpRequest, of: str, own: Collection[str] | None) -> Asked:
    screen = screen_of(request, None if own is None else (*own, audiences.PARAMETER))
    problems = list(screen.problems)
    audience = audiences.read(request.GET, problems)
    question = request.GET.copy()
    question.pop(audiences.PARAMETER, None)
    address = request.build_absolute_uri(of) + (f"?{question.urlencode()}" if question else "")
    making = Making(request.user, timezone.now(), address)  # type: ignore[arg-type]
    return Asked(request, question, screen, audience, making, problems)


def _note(asked: Asked, export: Export, form: str) -> None:
    audit.write(
        kind=AuditKind.EXPORTED,
        by=asked.request.user,
        thing=export.title,
        thing_key=export.name,  # the same in each language
        filters={name: text for name, text in asked.question.items() if text},
        rows=export.count,
        audience=_audience(asked),
        how=[form.upper()],
    )


def _audience(asked: Asked) -> str:
    """The key of whom it was made for: what a respondent makes for no wider circle is for their own enterprise."""
    own = asked.audience == Release.INTERNAL and permissions.answers_for_enterprise(asked.request.user)
    return "enterprise" if own else str(asked.audience.value)


Write = Callable[[Callable[[Export], Iterator[bytes]]], Iterator[bytes]]


def _of_one_state(export: Export, again: Callable[[], Export], built: State) -> Write:
    """Totals and rows of one state of the record: what was built is written if nothing was recorded since it was built
    (noting it ended that state), else it is built again, in the language of the page."""
    language = translation.get_language() or "vi"

    def write(writer: Callable[[Export], Iterator[bytes]]) -> Iterator[bytes]:
        with revisions.one_state() as now:
            with translation.override(language):
                pieces = writer(export if built.is_same(now) else again())
            yield from in_language(language, pieces)

    return write


def in_language(language: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, each made in the language; between them the thread has its own."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _sent(export: Export, form: str, asked: Asked, write: Write) -> HttpResponseBase:
    answer: HttpResponseBase
    if form == "xlsx":
        answer = FileResponse(_book(write, str(asked.making.by)), content_type=TYPES[form])
    else:
        answer = StreamingHttpResponse(write(WRITERS[form]), content_type=TYPES[form])
    of = "" if asked.audience == Release.INTERNAL else f"-{_in_words(asked.audience.value)}"
    name = f"{_in_words(export.name)}-{asked.screen.at.as_of.isoformat()}{of}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _in_words(name: str) -> str:
    """The name in the language of the page, in plain letters."""
    return "-".join(str(WORDS.get(part, part)) for part in name.split("-"))


def _book(write: Write, by: str) -> IO[bytes]:
    """The workbook, in a file without a name that is gone when it was sent."""
    file = TemporaryFile(prefix="dealtracker-export-")  # noqa: SIM115 – the answer closes it

    def into_file(export: Export) -> Iterator[bytes]:
        xlsx.write(export, file, by=by)
        yield b""

    try:
        list(write(into_file))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file
