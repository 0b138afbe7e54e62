"""What many people do at once, through the pages, each on a connection of their own. On PostgreSQL the tests call it
directly; on SQLite, whose test database lies in memory, as a process of its own on a file: `python -m
tests.many_at_once NAME` prints what came of it."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

PAIRS, CLICKS, DEALS, PEOPLE = 200, 20, 200, 20


def at_once(work: Callable[[int], Any], people: int) -> list[Any]:
    """What each person's work gave; all begin at the same moment, each with a connection of their own."""
    from django.db import connections

    barrier = Barrier(people)

    def run(number: int) -> Any:
        try:
            barrier.wait(timeout=60)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(run, range(people)))


def desks(count: int) -> list[Any]:
    """Officers, each signed in at a browser of their own."""
    from django.test import Client

    from tests import factories

    found = []
    for number in range(count):
        client = Client()
        client.force_login(factories.person(f"desk{number}-{uuid4().hex[:6]}", is_staff=True, is_superuser=True))
        found.append(client)
    return found


def stale_edits() -> dict[str, Any]:
    """Two people open one deal and change its title at once, many times over."""
    from deals.models import Deal
    from tests import factories

    deal = factories.deal()
    path, pair = f"/deals/{deal.code}/edit/", desks(2)
    outcomes: Counter[str] = Counter()
    lost = 0
    for number in range(PAIRS):
        deal.refresh_from_db()
        before = deal.history.count()
        known = {"enterprise": deal.enterprise.code, "partner": deal.partner.name, "sector": deal.sector_id,
                 "release": deal.release}  # fmt: skip

        def edit(who: int, known: dict[str, Any] = known, number: int = number) -> tuple[int, str]:
            title = f"Title {number} of {who}"
            typed = {**known, "title_vi": title, "version": deal.version, "token": str(uuid4())}
            answer = pair[who].post(path, typed)
            return answer.status_code, title

        found = at_once(edit, 2)
        stored = Deal.objects.get(pk=deal.pk)
        kept = [title for status, title in found if status == 302]
        outcomes[" ".join(str(status) for status in sorted(status for status, _title in found))] += 1
        if kept != [stored.title_vi] or stored.history.count() != before + 1:
            lost += 1
    return {"outcomes": dict(outcomes), "lost": lost}


def conversions(*, people: int = 1, unit: str = "million") -> dict[str, Any]:
    """One memorandum turned into a contract by many clicks at once: of one person, or of as many people. In billions,
    a second person is asked."""
    from deals.models import ChangeRequest, Instrument
    from tests import factories

    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    offices = desks(people)
    base = f"/deals/{deal.code}/sign/contract/"
    first = {"kind": "contract", "signed_on": "2025-04-01", "amount_0": "3", "amount_1": unit,
             "evidence": "press_report", "version": deal.version}  # fmt: skip
    checks = []
    for office in offices:
        office.post(base, {"token": str(uuid4()), **first})
        second = {"under": mou.pk, "discharges_0": "4", "discharges_1": unit, "token": str(uuid4())}
        office.post(base + "discharge/", second)
        page = office.get(base + "check/").content.decode()
        fields = dict(re.findall(r'name="(token|digest|version)" value="([^"]+)"', page))
        checks.append(fields)
    clicks = at_once(lambda n: offices[n % people].post(base + "check/", checks[n % people]).status_code, CLICKS)
    contracts = Instrument.objects.filter(deal=deal, kind="contract", archived_at=None)
    asked = ChangeRequest.objects.filter(deal=deal).count()
    statuses = {str(k): v for k, v in Counter(clicks).items()}
    return {"contracts": contracts.count(), "asked": asked, "statuses": statuses}


def conversions_by_many() -> dict[str, Any]:
    return conversions(people=CLICKS)


def large_conversions_by_many() -> dict[str, Any]:
    return conversions(people=CLICKS, unit="billion")


def confirmations_by_many() -> dict[str, Any]:
    """One request, decided by many reviewers at once: half of them confirm it, half return it."""
    from django.test import Client

    from deals.models import Instrument
    from tests import factories
    from tests.confirming import request_of, reviewer

    request = request_of(factories.deal(), factories.person())
    offices = [Client() for _one in range(CLICKS)]
    for office in offices:
        office.force_login(reviewer())

    def decide(who: int) -> int:
        path = f"{request.get_absolute_url()}{'return' if who % 2 else 'confirm'}/"
        return offices[who].post(path, {"comment": "mend it"}).status_code

    statuses = Counter(at_once(decide, CLICKS))
    request.refresh_from_db()
    made = Instrument.objects.filter(deal=request.deal).count()
    return {
        "statuses": {str(k): v for k, v in statuses.items()},
        "fits": made == (request.state == "confirmed") and request.state in ("confirmed", "returned"),
    }


def new_deals() -> dict[str, Any]:
    """Many new deals entered at once."""
    from deals.models import Deal
    from tests import factories

    enterprise, sector = factories.enterprise(), factories.sector()
    offices = desks(PEOPLE)

    def enter(who: int) -> list[int]:
        return [
            offices[who]
            .post("/deals/new/", {"name": f"Goods {who} {n} {uuid4().hex}", "enterprise": enterprise.code,
                                  "sector": sector.pk, "amount_0": "1", "amount_1": "million",
                                  "token": str(uuid4()), "confirmed": "duplicate"})
            .status_code
            for n in range(DEALS // PEOPLE)
        ]  # fmt: skip

    statuses = Counter(status for one in at_once(enter, PEOPLE) for status in one)
    codes = sorted(Deal.objects.filter(enterprise=enterprise).values_list("code", flat=True))
    numbers = [int(code.rsplit("-", 1)[1]) for code in codes]
    whole = numbers == list(range(1, DEALS + 1))
    return {"statuses": {str(k): v for k, v in statuses.items()}, "codes": len(set(codes)), "whole": whole}


def a_reader_and_a_writer() -> dict[str, Any]:
    """Somebody reads a page of figures while somebody else records something, to its end."""
    from deals.models import Partner, revisions
    from tests import factories

    def write() -> None:
        from django.db import connections

        try:
            factories.partner()
        finally:
            connections.close_all()

    factories.partner()
    with revisions.one_state() as revision:
        before = Partner.objects.count()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result(timeout=60)
        meanwhile = Partner.objects.count()
    with revisions.one_state() as another:
        after = Partner.objects.count()
    return {
        "one_state": meanwhile == before,
        "another": another.revision != revision.revision,
        "partners": after - before,
    }


SCENES: dict[str, Callable[[], dict[str, Any]]] = {
    "stale_edits": stale_edits,
    "conversions": conversions,
    "conversions_by_many": conversions_by_many,
    "large_conversions_by_many": large_conversions_by_many,
    "confirmations_by_many": confirmations_by_many,
    "new_deals": new_deals,
    "a_reader_and_a_writer": a_reader_and_a_writer,
}


def main(name: str) -> None:
    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    call_command("migrate", verbosity=0)
    found = SCENES[name]()
    from deals import checking

    print(json.dumps(found | {"differences": len(list(checking.check()))}))


if __name__ == "__main__":
    main(sys.argv[1])
