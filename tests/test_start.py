"""Bringing the product up: what it says of the database it finds."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def run(tmp_path):
    """Run a command of the product on a database of its own; gives its exit code and what it said."""
    environment = {
        **os.environ,
        "TRIAL": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'product.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "media"),
    }

    def manage(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return manage


def test_a_database_of_an_older_version_is_copied_before_it_is_updated(run, tmp_path):
    assert run("migrate", "deals", "0003", "-v0")[0] == 0
    code, said = run("start", "--prepare-only")
    assert code == 0, said
    copies = list(tmp_path.glob("product-*.sqlite3"))
    assert len(copies) == 1
    assert copies[0].name in said
    # The second time there is nothing to do.
    code, said = run("start", "--prepare-only")
    assert code == 0, said
    assert len(list(tmp_path.glob("product-*.sqlite3"))) == 1
    assert run("ledger", "check")[0] == 0


def test_the_words_by_which_deals_are_found_move_to_their_roll_ups_and_back(run, tmp_path):
    def found_by(table: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(tmp_path / "product.sqlite3") as database:
            return database.execute(f"SELECT {table}.search_text FROM {table} ORDER BY 1").fetchall()

    assert run("start", "--prepare-only")[0] == 0
    words = found_by("deals_balance")
    assert run("migrate", "deals", "0017", "-v0")[0] == 0
    assert found_by("deals_deal") == words
    with sqlite3.connect(tmp_path / "product.sqlite3") as database:
        database.execute("UPDATE deals_deal SET search_text = search_text || ' ' || search_text")
    assert run("migrate", "deals", "-v0")[0] == 0
    assert found_by("deals_balance") == words
    code, said = run("ledger", "check")
    assert code == 0, said


def test_a_database_of_a_newer_version_is_left_alone(run, tmp_path):
    assert run("migrate", "-v0")[0] == 0
    with sqlite3.connect(tmp_path / "product.sqlite3") as database:
        row = ("deals", "0099_from_the_future", "2027-01-01")
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", row)
    code, said = run("start", "--prepare-only")
    assert code != 0
    assert "0099_from_the_future" in said


def test_it_serves_nothing_but_on_trial(run):
    command = [sys.executable, "manage.py", "start", "--prepare-only"]
    environment = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "TRIAL")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "TRIAL=1" in done.stderr
