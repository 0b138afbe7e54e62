"""The house keeps its order (DESIGN section 5): who imports whom, what stays pure, how large things grow."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from deals.models import Record

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "deals"

# A module imports only from rows below its own; a package from itself.
ROWS = (
    {"positions", "money", "periods", "choices", "names", "files"},
    {"stages"},
    {"models"},
    {"offered"},
    {"ledger", "filters", "forms", "tables", "permissions"},
    {"series", "checking"},
    {"reports", "actions"},
    {"charts"},
    {"importing", "exporting", "templatetags"},
    {"admin", "views", "api", "management"},
    {"urls"},
)
RANK = {name: rank for rank, names in enumerate(ROWS) for name in names}
OUTSIDE_THE_ORDER = {"apps", "migrations"}  # Django's own: configuration, and history that stands still

PURE = {"positions", "money", "periods", "names"}
PURE_MAY_IMPORT = {
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",  # the name nearest to what was typed: arithmetic over two texts
    "functools",
    "num2words",  # number in, words out
    "re",
    "unicodedata",
    "typing",
    "math",
}

MODULE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 40, 120
# What is one thing and is read as one thing, with the reason.
LONG_FUNCTIONS: dict[str, str] = {}

GETTEXT = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
UNTRACKED_WRITES = {"update", "bulk_create", "bulk_update", "delete"}
CLOCK = {("timezone", "now"), ("timezone", "localdate"), ("timezone", "localtime"), ("date", "today"),
         ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("time", "time")}  # fmt: skip


def modules(*, migrations: bool = False) -> list[Path]:
    return [path for path in sorted(APP.rglob("*.py")) if migrations or "migrations" not in path.parts]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), named(path))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def part_of(path: Path) -> str:
    """The package or module of the app that the file belongs to."""
    first = path.relative_to(APP).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each import of the file, wherever it stands, with its line and full name."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def imported_parts(path: Path) -> Iterator[tuple[int, str]]:
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] == "deals" and len(parts) > 1:
            yield line, parts[1]


def test_every_part_of_the_app_has_its_row():
    parts = {part_of(path) for path in modules() if path.name != "__init__.py" or path.parent != APP}
    assert parts - OUTSIDE_THE_ORDER - set(RANK) == set()


@pytest.mark.parametrize("path", [path for path in modules() if part_of(path) in RANK], ids=named)
def test_a_module_imports_only_from_rows_below_its_own(path):
    own = part_of(path)
    wrong = [
        f"line {line} imports {other}"
        for line, other in imported_parts(path)
        if other in RANK and other != own and RANK[other] >= RANK[own]
    ]
    assert wrong == []


def test_configuration_holds_no_rules():
    for path in sorted((ROOT / "dealtracker").rglob("*.py")):
        found = {name for _line, name in imports(path) if name.startswith("deals")}
        assert found <= {"deals.admin"}, named(path)


@pytest.mark.parametrize("name", sorted(PURE))
def test_a_pure_module_has_no_database_no_clock_and_no_input_or_output(name):
    path = APP / f"{name}.py"
    foreign = {found.split(".")[0] for _line, found in imports(path)} - PURE_MAY_IMPORT
    own = {found.split(".")[1] for _line, found in imports(path) if found.startswith("deals.")}
    assert foreign <= {"deals"}
    assert own <= PURE
    assert clock(path) == []
    assert [node.lineno for node in calls(path) if called(node)[-1] in {"open", "print", "input", "eval", "exec"}] == []


def test_choices_take_nothing_from_django_but_their_base_and_their_words():
    found = {name for _line, name in imports(APP / "choices.py")}
    assert {name for name in found if not name.startswith("django.utils.translation.")} == {
        "django.db.models.TextChoices"
    }


@pytest.mark.parametrize("package", ["reports", "charts"])
def test_reports_and_charts_know_no_clock_and_no_request(package):
    for path in sorted((APP / package).rglob("*.py")):
        assert clock(path) == [], named(path)
        assert [line for line, name in imports(path) if name.startswith(("django.http", "django.shortcuts"))] == []


def test_no_module_is_named_for_what_does_not_belong_anywhere():
    files = [path for folder in (APP, ROOT / "tests", ROOT / "dealtracker") for path in folder.rglob("*.py")]
    nowhere = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [named(path) for path in files if path.stem in nowhere] == []


def test_rules_do_not_live_in_signals_or_in_save():
    for path in modules():
        assert [name for _line, name in imports(path) if "signals" in name.split(".")] == [], named(path)
    for path in (APP / "models").glob("*.py"):
        saves = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef) and node.name == "save"]
        assert saves == [], named(path)


def test_money_is_added_up_in_the_ledger_alone():
    found = {named(path) for path in modules() for node in calls(path) if called(node)[-1] == "Sum"}
    assert found <= {"deals/ledger.py", "deals/series.py"}


def test_tracked_records_are_written_by_the_actions_alone():
    tracked = {model.__name__ for model in apps.get_app_config("deals").get_models() if issubclass(model, Record)}
    found = [
        f"{named(path)}:{node.lineno}"
        for path in modules()
        if named(path) not in {"deals/ledger.py", "deals/actions/records.py"}
        for node in calls(path)
        if called(node)[-1] in UNTRACKED_WRITES and called(node)[0] in tracked
    ]
    assert found == []


def test_a_text_to_translate_is_whole():
    """No f-string, no % and no .format inside gettext: the catalogue would never find it."""
    found = [
        f"{named(path)}:{node.lineno}"
        for path in modules()
        for node in calls(path)
        if called(node)[-1] in GETTEXT
        for argument in node.args
        if not isinstance(argument, ast.Constant | ast.Name | ast.Attribute | ast.Subscript)
        and not (isinstance(argument, ast.Call) and called(argument)[-1] in {"len", "str"})
    ]
    assert found == []


# Sizes that make you look again


def test_no_module_is_too_long():
    assert [
        named(path) for path in modules() if len(path.read_text(encoding="utf-8").splitlines()) > MODULE_LINES
    ] == []


def test_no_function_is_too_long():
    found = {
        f"{named(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    too_long = {name for name, lines in found.items() if lines > FUNCTION_LINES}
    assert too_long - set(LONG_FUNCTIONS) == set()
    assert set(LONG_FUNCTIONS) - too_long == set(), "no longer long: take it off the list"


# Templates


def templates() -> list[Path]:
    return sorted([*(ROOT / "templates").rglob("*.html"), *APP.rglob("templates/**/*.html")])


def test_no_template_is_too_long():
    assert [
        named(path) for path in templates() if len(path.read_text(encoding="utf-8").splitlines()) > TEMPLATE_LINES
    ] == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a style attribute", r"<[^>]*\sstyle\s*="),
        ("a style sheet inside", r"<style\b"),
        ("a script inside", r"<script(?![^>]*\bsrc\s*=)"),
        ("an event attribute", r"<[^>]*\s(on[a-z]+|hx-on[:a-z-]*)\s*="),
        ("an address that runs", r"javascript:"),
    ],
)
def test_no_template_needs_what_the_content_security_policy_forbids(what, pattern):
    found = [named(path) for path in templates() if re.search(pattern, html(path), re.IGNORECASE)]
    assert found == [], what


def test_no_template_asks_the_network_for_anything():
    fetched = r"<(?:script|img|link|source|iframe)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
    assert [named(path) for path in templates() if re.search(fetched, html(path), re.IGNORECASE)] == []


# The tree


def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    left_out = {".git", ".venv", "var", "staticfiles", "node_modules", "__pycache__", ".hypothesis"}
    pattern = re.compile("|".join([re.escape(f"{ROOT}/"), r"/home/\w+/", r"/Users/\w+/"]))
    found = []
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if not path.is_file() or path.is_symlink() or left_out & set(parts) or parts[0].endswith("_cache"):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__).resolve() and pattern.search(text):
            found.append(named(path))
    assert found == []


# Reading the tree


def called(node: ast.Call) -> list[str]:
    """What is called, from the left: Deal.objects.filter(…).update(…) → Deal, objects, filter, update."""
    names: list[str] = []
    found: ast.AST = node.func
    while True:
        if isinstance(found, ast.Attribute):
            names.append(found.attr)
            found = found.value
        elif isinstance(found, ast.Call):
            found = found.func
        elif isinstance(found, ast.Subscript):
            found = found.value
        else:
            names.append(found.id if isinstance(found, ast.Name) else "")
            return names[::-1]


def clock(path: Path) -> list[int]:
    # With an argument, localdate and localtime only turn a moment that is given.
    return [node.lineno for node in calls(path) if tuple(called(node)[-2:]) in CLOCK and not node.args]


def html(path: Path) -> str:
    """The template without what Django takes out of it."""
    return re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
