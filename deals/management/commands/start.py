"""`manage.py start`: bring the product up on this machine, ready to be tried. What `make run` calls."""

import os
import shutil
import socket
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from deals import permissions
from deals.management.accounts import ACCOUNTS


class Command(BaseCommand):
    help = _("Prepare the database, load the sample data the first time, and serve the pages on this machine.")
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--prepare-only", action="store_true", help=_("prepare everything, serve nothing"))

    def handle(self, host: str, port: int, prepare_only: bool, **options: Any) -> None:
        if not settings.TRIAL:
            raise CommandError(_("This is for trying the product: set TRIAL=1. For real use see docs/deployment.md."))
        if not prepare_only:
            self._refuse_taken_port(host, port)
        self._prepare_database()
        # On trial no files are collected into it; the server warns where it is missing.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        call_command("load_sample", stdout=self.stdout)
        self._tell(host, port)
        if not prepare_only:
            sys.stdout.flush()
            os.execv(sys.executable, _server(host, port))

    def _refuse_taken_port(self, host: str, port: int) -> None:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CommandError(
                    _(
                        "Port %(port)d on %(host)s cannot be used (%(error)s). If the product already runs there, open "
                        "http://%(host)s:%(port)d/. Otherwise choose another port: make run PORT=%(next)d"
                    )
                    % {"port": port, "host": host, "error": error.strerror, "next": port + 1}
                ) from error

    def _prepare_database(self) -> None:
        """Create or update the tables; what is there is copied first, and a newer database is left alone."""
        if connection.vendor == "sqlite":
            Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(_("The database cannot be opened: %(error)s") % {"error": error}) from error
        applied, known = set(executor.loader.applied_migrations), set(executor.loader.disk_migrations)
        unknown = sorted(name for app, name in applied - known if app == "deals")
        if unknown:
            raise CommandError(
                _(
                    "This database was made by a newer version of the product (%(names)s). Nothing was changed: update "
                    "the product, or name another database in DATABASE_URL."
                )
                % {"names": ", ".join(unknown)}
            )
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if applied and plan:
            self._copy_aside()
        if plan:
            call_command("migrate", verbosity=0, interactive=False)

    def _copy_aside(self) -> None:
        if connection.vendor != "sqlite":
            self.stdout.write(_("The database is of an older version; it is being updated."))
            return
        source = Path(connection.settings_dict["NAME"])
        copy = source.with_name(f"{source.stem}-{datetime.now():%Y%m%d-%H%M%S}{source.suffix}")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy2(source, copy)
        self.stdout.write(
            _("The database is of an older version; it was copied to %(copy)s and is being updated.")
            % {"copy": copy.name}
        )

    def _tell(self, host: str, port: int) -> None:
        self.stdout.write("")
        self.stdout.write(_("The product is at  http://%(host)s:%(port)d/") % {"host": host, "port": port})
        for account in ACCOUNTS:
            self.stdout.write(f"  {permissions.ROLES[account.role]}: {account.username} / {account.password}")
        self.stdout.write(_("Stop with Ctrl-C. Start afresh, without anything entered so far: make reset"))


def _server(host: str, port: int) -> list[str]:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "dealtracker.wsgi",
        "--no-control-socket",
        "--preload",
        "--log-level",
        "warning",
    ]
    # Threads: a browser keeps idle connections open, and each would hold a whole worker.
    return [*gunicorn, "--bind", address, "--workers", "2", "--threads", "4"]
