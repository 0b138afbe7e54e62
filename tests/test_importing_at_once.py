"""Imports killed in the middle, and entered by several at once, on both databases: all or nothing, and once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from deals import checking
from tests import imports_at_once
from tests.imports_at_once import MOMENTS, ROWS

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def play(db: None, tmp_path: Path) -> Any:
    """Plays a scene on the database of the tests, or on a SQLite file where that one lies in memory."""

    def on_file(name: str) -> dict[str, Any]:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dealtracker.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'imports.sqlite3'}",
            "MEDIA_ROOT": str(tmp_path / "media"),
            "TRIAL": "1",
        }
        command = [sys.executable, "-m", "tests.imports_at_once", name]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    def here(name: str) -> dict[str, Any]:
        found = imports_at_once.SCENES[name]() | {"differences": len(list(checking.check()))}
        return json.loads(json.dumps(found))

    return on_file if connection.vendor == "sqlite" else here


def test_an_import_killed_in_the_middle_entered_nothing_and_says_so(play):
    found = play("killed")
    (said,) = found.pop("said")
    assert said[0] == "ready"
    assert said[1]
    assert found == {"moments": MOMENTS, "halves": 0, "state": "applied", "deals": ROWS, "differences": 0}


def test_one_import_entered_by_several_is_entered_once(play):
    found = play("two_at_one_import")
    assert found == {"won": 1, "state": "applied", "deals": ROWS, "differences": 0}


def test_one_file_entered_by_two_is_entered_once(play):
    found = play("two_with_one_file")
    assert found == {"states": ["applied", "ready"], "left_to_enter": [0], "deals": ROWS, "differences": 0}
