"""Many people at once, through the pages, on both databases: nothing is lost, nothing is made twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from deals import checking
from tests import many_at_once
from tests.many_at_once import CLICKS, DEALS, PAIRS

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def play(db: None, tmp_path: Path) -> Any:
    """Plays a scene on the database of the tests, or on a SQLite file where that one lies in memory."""

    def on_file(name: str) -> dict[str, Any]:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dealtracker.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'many.sqlite3'}",
            "TRIAL": "1",
        }
        command = [sys.executable, "-m", "tests.many_at_once", name]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    def here(name: str) -> dict[str, Any]:
        return many_at_once.SCENES[name]() | {"differences": len(list(checking.check()))}

    return on_file if connection.vendor == "sqlite" else here


def test_no_stale_edit_is_lost(play):
    found = play("stale_edits")
    assert found == {"outcomes": {"302 422": PAIRS}, "lost": 0, "differences": 0}


def test_one_memorandum_converted_by_many_clicks_is_one_contract(play):
    found = play("conversions")
    assert found == {"contracts": 1, "asked": 0, "statuses": {"302": CLICKS}, "differences": 0}


def test_one_memorandum_converted_by_many_people_is_one_contract(play):
    found = play("conversions_by_many")
    assert found == {"contracts": 1, "asked": 0, "statuses": {"302": 1, "422": CLICKS - 1}, "differences": 0}


def test_one_large_memorandum_converted_by_many_people_is_asked_for_once(play):
    found = play("large_conversions_by_many")
    assert found == {"contracts": 0, "asked": 1, "statuses": {"302": 1, "422": CLICKS - 1}, "differences": 0}


def test_one_request_decided_by_many_reviewers_is_decided_once(play):
    found = play("confirmations_by_many")
    assert found == {"statuses": {"302": 1, "422": CLICKS - 1}, "fits": True, "differences": 0}


def test_deals_entered_by_many_at_once_have_codes_of_their_own(play):
    found = play("new_deals")
    assert found == {"statuses": {"302": DEALS}, "codes": DEALS, "whole": True, "differences": 0}


def test_all_of_a_page_tells_of_one_state_of_the_record(play):
    found = play("a_reader_and_a_writer")
    assert found == {"one_state": True, "another": True, "partners": 1, "differences": 0}
