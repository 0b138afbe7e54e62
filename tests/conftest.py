"""What every test has in common: settings for tests, people, and a ledger that is clean after each test."""

import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

USES_DATABASE = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "live_server",
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "dirty_ledger: leaves a ledger that differs from the facts, on purpose")
    from django.conf import settings

    media = tempfile.TemporaryDirectory(prefix="dealtracker-media-")
    static = tempfile.TemporaryDirectory(prefix="dealtracker-static-")
    config.add_cleanup(media.cleanup)
    config.add_cleanup(static.cleanup)
    settings.SECRET_KEY = "for-tests-only-for-tests-only-for-tests-only-0123456789"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = media.name
    # Tests look at the files as they stand in the tree: none is collected, none renamed.
    settings.STATIC_ROOT = static.name
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_USE_FINDERS = True
    # The settings of a server; the tests' own client and live server speak plain HTTP.
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = False
    settings.CSRF_COOKIE_SECURE = False
    settings.LANGUAGE_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    settings.LANGUAGE_COOKIE_NAME = "django_language"
    # Tests of other things sign in at once, without it.
    settings.MFA_REQUIRED = False
    _let_sqlite_flush()
    _keep_roles()
    _settle_hypothesis()


def _keep_roles() -> None:
    """A flush takes the roles with it, which a migration made: they are made again."""
    from django.test import TransactionTestCase

    tear_down = TransactionTestCase._fixture_teardown

    def with_roles(self: TransactionTestCase) -> None:
        from deals.management import roles

        tear_down(self)
        roles.make()

    TransactionTestCase._fixture_teardown = with_roles


def _settle_hypothesis() -> None:
    """The same examples each time; `--hypothesis-profile=search` looks for new ones, and longer."""
    from hypothesis import HealthCheck, settings

    # A database fixture is shared by the examples of a test: each such test rolls its examples back itself.
    common = {
        "deadline": None,
        "database": None,
        "suppress_health_check": [HealthCheck.function_scoped_fixture],
    }
    settings.register_profile("same", derandomize=True, **common)
    settings.register_profile("search", max_examples=2000, **common)
    settings.load_profile("same")


def _let_sqlite_flush() -> None:
    """On SQLite a flush is a DELETE, which triggers refuse for what is never deleted: set them aside for its time."""
    from django.db.backends.sqlite3.base import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def without_triggers(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                " AND tbl_name IN ('deals_posting', 'deals_auditentry', 'deals_keptbriefing')"
            )
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
        try:
            flush(self, sql_list)
        finally:
            with self.connection.cursor() as cursor:
                for _name, sql in triggers:
                    cursor.execute(sql)

    DatabaseOperations.execute_sql_flush = without_triggers


@pytest.fixture(autouse=True)
def ledger_is_clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that uses the database, the ledger says what the facts say."""
    marked = request.node.get_closest_marker("django_db") is not None
    if not marked and not USES_DATABASE & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("db")  # so that this looks before the database is rolled back
    yield
    if request.node.get_closest_marker("dirty_ledger") is None:
        from deals import checking

        assert list(checking.check()) == []


@pytest.fixture(autouse=True)
def not_on_trial(settings: Any) -> None:
    """As served for real, where a test does not say otherwise."""
    settings.TRIAL = False


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """What is remembered of a page goes by what is recorded, which a test that is rolled back turns back."""
    from django.core.cache import caches

    for name in ("figures", "pieces"):
        caches[name].clear()


@pytest.fixture
def settled() -> Iterator[None]:
    """What is entered needs no second person: for tests of what is recorded, not of who confirms it
    (tests/test_confirmations.py)."""
    from deals.actions import second_person

    with second_person.settled():
        yield


@pytest.fixture
def system(db: None) -> Any:
    from deals.models import User

    return User.objects.system()


@pytest.fixture
def officer(db: None) -> Any:
    """An officer of the ministry, who may change every record through the admin."""
    from tests import factories

    return factories.person("officer", last_name="Nguyễn", first_name="Thị Lan", is_staff=True, is_superuser=True)


@pytest.fixture
def manager(db: None) -> Any:
    """A manager, who reads."""
    from tests import factories

    return factories.person("manager", role="viewers", last_name="Trần", first_name="Văn Minh")


@pytest.fixture
def steward(db: None) -> Any:
    """Who keeps the data, and imports files."""
    from tests import factories

    return factories.person("steward", role="stewards", last_name="Phạm", first_name="Minh", is_staff=True)


@pytest.fixture
def lists(db: None) -> Any:
    """The enterprises, partners and sectors that the registers of tests name."""
    from tests import registers

    return registers.world()


@pytest.fixture
def browse(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def in_english(browse):
    browse.cookies["django_language"] = "en"
    return browse


@pytest.fixture(scope="module")
def sample_loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The sample data, loaded once for the tests of a module and rolled back after them."""
    from django.db import transaction

    from deals.importing import sample
    from deals.models import User

    with django_db_blocker.unblock(), transaction.atomic():
        yield sample.load(by=User.objects.system())
        transaction.set_rollback(True)
