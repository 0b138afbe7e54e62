"""What is worked out for a page is shown again as long as nothing is recorded, and never longer."""

import re
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deals.actions import deals as actions
from deals.actions import records, updates, valuations
from deals.choices import Condition
from deals.models import revisions
from deals.periods import Moment
from deals.views import remembering
from tests import factories

PATHS = ["/", "/?as_of=2025-05-07&reading=firm", "/enterprises/{enterprise}/", "/partners/{partner}/", "/states/WA/"]
is_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL")


@pytest.fixture
def deal(system):
    deal = factories.deal(by=system, partner=factories.partner(state="WA"))
    factories.contract(deal, "1e9")
    return deal


def path_of(path, deal):
    return path.format(enterprise=deal.enterprise.code, partner=deal.partner.slug)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_worked_out_once_and_a_reader_who_has_it_is_told(browse, deal, path):
    address, asked = path_of(path, deal), []
    browse.get("/definitions/")  # from the first page on a browser has the token of its forms
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = browse.get(address)
        asked.append((len(queries), page.content, page["ETag"]))
    assert asked[0][0] > asked[1][0] + 10
    assert asked[0][2] == asked[1][2]
    again = browse.get(address, headers={"If-None-Match": asked[0][2]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", asked[0][2])
    assert "private" in again["Cache-Control"]
    assert "no-store" in again["Cache-Control"]


def renamed(record, by, **fields):
    for name, value in fields.items():
        setattr(record, name, value)
    records.keep(record, by=by)


WRITES = {
    "a value": lambda deal, by: valuations.value(deal, usd=Decimal("5e9"), on=factories.DAY, by=by),
    "an update": lambda deal, by: updates.update(
        deal, condition=Condition.AT_RISK, on=timezone.localdate(), by=by, sentence_vi="Chậm"
    ),
    "a name": lambda deal, by: renamed(deal.partner, by, name="Another name"),
    "a list": lambda deal, by: renamed(deal.sector, by, name_vi="Khác", name_en="Other"),
    "a deal put away": lambda deal, by: factories.archive(deal, by=by, reason="entered twice"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_whatever_is_recorded_makes_another_page(browse, deal, system, write):
    browse.get("/definitions/")
    before = browse.get("/")
    write(deal, system)
    after = browse.get("/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]


@pytest.mark.django_db
def test_language_address_person_and_day_have_pages_of_their_own(client, browse, deal, officer, manager, monkeypatch):
    vi = browse.get("/")
    assert browse.get("/?reading=firm")["ETag"] != vi["ETag"]
    browse.cookies["django_language"] = "en"
    en = browse.get("/")
    assert (b"Needs attention" in en.content, b"Needs attention" in vi.content) == (True, False)
    client.force_login(officer)
    other = client.get("/")
    assert other["ETag"] != en["ETag"]
    assert str(officer) in other.content.decode()
    assert str(manager) not in other.content.decode()
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: tomorrow)
    assert client.get("/")["ETag"] != other["ETag"]


@pytest.mark.django_db
def test_what_makes_no_sense_is_not_remembered(browse, deal):
    page = browse.get("/?as_of=nonsense")
    assert "ETag" not in page


# Lists, which are drawn again only where something on them differs

LISTS = [
    "/deals/",
    "/deals/?sort=enterprise",
    "/deals/?stage=contract_signed",
    "/deals/?q=thuong",
    "/deals/?show=undisclosed",
    "/deals/?sector={sector}&reading=firm",
    "/deals/?as_of=2025-06-01",
]
LISTED = {
    **WRITES,
    "a title": lambda deal, by: actions.change(deal, by=by, on=factories.DAY, title_vi="Tên khác"),
    "another sector": lambda deal, by: actions.change(deal, by=by, on=factories.DAY, sector=factories.sector(by=by)),
    "a stage": lambda deal, by: actions.change(deal, by=by, on=timezone.localdate(), officer=by, stage="talks"),
    "a paper": lambda deal, by: factories.mou(deal, by=by),
    "a delivery": lambda deal, by: factories.delivery(deal.instruments.get(), "1e8", by=by),
    "an enterprise": lambda deal, by: renamed(deal.enterprise, by, aliases=["Viết tắt"]),
    "a new deal": lambda deal, by: factories.mou(factories.deal(by=by), "2e8", by=by),
    "a new partner": lambda deal, by: factories.partner(by=by),
    "a body": lambda deal, by: factories.body(by=by),
    "an obstacle": lambda deal, by: factories.obstacle(deal, by=by),
    "what is not itemised": lambda deal, by: factories.opening("3e9", by=by),
    "a target": lambda deal, by: factories.target(by=by, default_reading="firm"),
}


def content_of(browse, path):
    return re.sub(rb"csrfmiddlewaretoken[^>]*|X-CSRFToken[^}]*", b"", browse.get(path).content)


@pytest.mark.django_db
@pytest.mark.parametrize("write", LISTED.values(), ids=LISTED)
def test_a_list_is_what_it_would_be_if_it_were_drawn_anew(browse, deal, system, write):
    paths = [path.format(sector=deal.sector.code) for path in LISTS]
    for path in paths:
        browse.get(path)
    write(deal, system)
    shown = [content_of(browse, path) for path in paths]
    for name in ("figures", "pieces"):
        caches[name].clear()
    for path, content in zip(paths, shown, strict=True):
        assert content == content_of(browse, path), path


@pytest.mark.django_db
def test_a_list_is_drawn_again_only_where_something_on_it_differs(browse, deal, system, monkeypatch):
    drawn = []

    def draw(*asked):
        drawn.append(asked)
        return render_to_string(*asked)

    monkeypatch.setattr(remembering, "render_to_string", draw)
    path, other = f"/deals/?enterprise={deal.enterprise.code}", factories.deal(by=system)
    tags = {browse.get("/definitions/").get("ETag"), browse.get(path)["ETag"]}
    factories.mou(other, "1e8", by=system)
    tags.add(browse.get(path)["ETag"])
    assert (len(drawn), len(tags)) == (1, 3), "the record differs, and what is on the page does not"
    factories.mou(deal, "1e8", by=system)
    assert "100.000.000" in browse.get(path).content.decode()
    assert len(drawn) == 2


@pytest.mark.django_db
def test_what_a_respondent_may_choose_is_never_of_an_earlier_record(client, deal, system):
    """It depends on all their deals, and so on more than on what is on the list."""
    client.force_login(factories.person("them", role="respondents", enterprises=[deal.enterprise]))
    path = "/deals/?stage=contract_signed"
    client.get(path)
    factories.deal(by=system, enterprise=deal.enterprise, partner=factories.partner(name="Lately Met"))
    assert "Lately Met" in client.get(path).content.decode()


# Several at once


def in_another(work):
    """Do the work on another connection, to its end."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive()


def revision():
    with revisions.one_state() as found:
        return found


@is_postgresql
@pytest.mark.django_db(transaction=True)
def test_nothing_is_remembered_while_somebody_writes():
    found = []
    before = revision()
    with transaction.atomic():
        factories.partner()
        in_another(lambda: found.append(revision()))
    assert not found[0].is_settled, "a line with a lower number may still come"
    assert (before.is_settled, before.is_same(found[0]), found[0].is_same(before)) == (True, True, False)
    assert revision().is_settled
    assert revision().revision != before.revision


@is_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_are_not_taken_for_somebody_who_writes(monkeypatch):
    found, begun = [], threading.Event()
    other = threading.Thread(target=lambda: in_another(lambda: found.append(revision())))
    last_lines = revisions.last_lines

    def slowly():
        """The other begins to read while this one fixes its state."""
        if not begun.is_set():
            begun.set()
            other.start()
            other.join(timeout=0.5)
            assert other.is_alive(), "it waits"
        return last_lines()

    monkeypatch.setattr(revisions, "last_lines", slowly)
    found.append(revision())
    other.join(timeout=60)
    assert [state.is_settled for state in found] == [True, True]


@is_postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_remembered_is_shown_while_somebody_writes(browse, deal, system):
    """A long import holds nobody up; and what is worked out meanwhile, which may lack what others are just recording,
    is shown once."""
    browse.get("/definitions/")
    before, found = browse.get("/"), []

    def look(path):
        with CaptureQueriesContext(connection) as queries:
            page = browse.get(path, headers={"If-None-Match": before["ETag"]})
        found.append((page.status_code, len(queries), "ETag" in page))

    with transaction.atomic():
        factories.partner()
        for path in ("/", "/deals/", "/deals/"):
            in_another(lambda path=path: look(path))
    [same, once, twice] = found
    assert (same[0], same[1] < 20) == (304, True)
    assert once == twice
    assert (once[0], once[1] > same[1], once[2]) == (200, True, False)
    look("/")
    assert found[-1][0] == 200


@pytest.mark.django_db
def test_every_table_that_is_written_is_looked_at(deal):
    tables = [model._meta.db_table for model in apps.get_app_config("deals").get_models() if is_line(model)]
    assert len(tables) > 15
    for table in tables:
        assert f" FROM {table} ORDER BY " in revisions._statement()
    assert {model._meta.db_table for model in revisions._models()} == set(revisions.last_lines())


def is_line(model):
    is_history = (
        model.__name__.startswith("Historical") and "_other_" not in model.__name__
    )  # those come with the deal's
    return is_history or model.__name__ in ("Posting", "StageChange")


def test_a_moment_since_which_nothing_was_recorded_is_read_as_it_is_now(db, system):
    deal = factories.deal()
    moment = Moment(factories.DAY, timezone.now())
    assert revisions.as_live(Moment(factories.DAY)) == Moment(factories.DAY)
    assert revisions.as_live(moment) == Moment(factories.DAY)
    before = Moment(factories.DAY, deal.history.get().history_date - timedelta(seconds=1))
    assert revisions.as_live(before) == before
    for enter in (lambda: factories.mou(deal, "1e6"), factories.event, lambda: factories.document(deal)):
        moment = Moment(factories.DAY, timezone.now())
        enter()
        assert revisions.as_live(moment) == moment
