"""The databases of a bench: built once, of both kinds and any size; copied; asked past Django."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from psycopg import sql

from deals.management import bulk, portfolio, surroundings, yardsticks
from deals.management.serving import Serving
from deals.models import Deal, Programme, User

ACCOUNT = "bench"
Ask = Callable[[list[str]], list[list[tuple[Any, ...]]]]


def build(deals: int, *, seed: int) -> None:
    """Fill the database that DATABASE_URL names, unless it is filled already, and let the account in."""
    call_command("migrate", verbosity=0, interactive=False)
    if not Programme.objects.filter(code=mark(deals, seed)).exists():
        if Deal.objects.exists():
            raise CommandError("This database has deals that are not of a bench; nothing was changed.")
        portfolio.build(deals, seed=seed, mark=mark(deals, seed))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as autovacuum does within minutes
    user, _created = User.objects.get_or_create(username=ACCOUNT, defaults={"is_staff": True, "is_superuser": True})
    user.set_password(os.environ["BENCH_PASSWORD"])
    user.save()


def mark(deals: int, seed: int) -> str:
    """A name for a portfolio: another size, seed or generator is another one."""
    modules = (bulk, portfolio, surroundings)
    source = b"".join(Path(str(module.__file__)).read_bytes() for module in modules)
    return f"bench-{deals}-{seed}-{hashlib.sha256(source).hexdigest()[:8]}"


@dataclass(frozen=True)
class Ground:
    """A database of one kind and size."""

    database: str
    deals: int
    seed: int
    folder: Path
    is_kept: bool
    of: str = ""  # what a copy is for

    @property
    def name(self) -> str:
        return mark(self.deals, self.seed).replace("-", "_") + self.of

    @property
    def file(self) -> Path:
        return self.folder.resolve() / f"{self.name}.sqlite3"

    @property
    def url(self) -> str:
        if self.database == "sqlite":
            return f"sqlite:///{self.file}"
        return urlsplit(os.environ["BENCH_POSTGRES_URL"])._replace(path=f"/{self.name}").geturl()

    @contextmanager
    def built(self, server: Serving) -> Iterator[None]:
        try:
            if self.database == "postgres":
                self._create()
            else:
                self.folder.mkdir(parents=True, exist_ok=True)
            server.manage(self.url, "bench", "--build", str(self.deals), "--seed", str(self.seed))
            yield
        finally:
            if not self.is_kept:
                self._remove()

    @contextmanager
    def copied(self, of: str) -> Iterator["Ground"]:
        """A copy for what is to leave the deals as they are; nobody may be at work on this one."""
        copy = replace(self, of=f"_{of}", is_kept=False)
        copy._remove()
        try:
            if self.database == "sqlite":
                with closing(sqlite3.connect(self.file)) as here, closing(sqlite3.connect(copy.file)) as there:
                    here.backup(there)
            else:
                with psycopg.connect(os.environ["BENCH_POSTGRES_URL"], autocommit=True) as server:
                    names = sql.Identifier(copy.name), sql.Identifier(self.name)
                    server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
            yield copy
        finally:
            copy._remove()

    def _create(self) -> None:
        with (
            psycopg.connect(os.environ["BENCH_POSTGRES_URL"], autocommit=True) as server,
            suppress(psycopg.errors.DuplicateDatabase),
        ):
            server.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
                    " LOCALE_PROVIDER icu ICU_LOCALE 'vi'"
                ).format(sql.Identifier(self.name))
            )

    def _remove(self) -> None:
        if self.database == "sqlite":
            for file in self.folder.glob(f"{self.file.name}*"):
                file.unlink()
        else:
            with psycopg.connect(os.environ["BENCH_POSTGRES_URL"], autocommit=True) as server:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                server.execute(drop.format(sql.Identifier(self.name)))

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """The database past Django; what is not committed is taken back."""
        if self.database == "sqlite":
            bare: Any = sqlite3.connect(self.file, isolation_level=None)
            bare.execute("PRAGMA foreign_keys=ON")  # as the product has it
        else:
            # Compiling a query for a second is no yardstick.
            bare = psycopg.connect(self.url, autocommit=True, options="-c jit=off")
        try:
            yield bare.cursor()
        finally:
            bare.close()

    @contextmanager
    def asked(self) -> Iterator[Ask]:
        """Ask the database in bare SQL."""
        with self.cursor() as cursor:
            yield lambda statements: yardsticks.ask(cursor, statements)

    @property
    def vendor(self) -> str:
        return "sqlite" if self.database == "sqlite" else "postgresql"
