"""Several people at the served product at once, who go from page to page."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import fmean, median
from time import monotonic, perf_counter

from deals.management.budgets import MEMORY, Measured
from deals.management.serving import WORKERS, Site

CLIENTS, MOST, ROUNDS = 4, 10_000, 5
Pages = Sequence[tuple[str, str]]


def measure(site: Site, found: Measured, pages: Pages, *, seconds: float) -> None:
    """How many requests the clients get answered, against what the medians of one client promise of as many workers;
    and the memory of the workers, in the middle and at the end. At most MOST requests, within the seconds."""
    for path, expected in pages:
        site.visit(path, expected)  # so that both workers have it ready, as they will have for most
    alone = [median(site.visit(*page) for _round in range(ROUNDS)) for page in pages]
    promised = WORKERS / fmean(alone)
    answered, taken, sizes = 0, 0.0, []
    for _half in range(2):
        begun = perf_counter()
        answered += _asked_at_once(site, pages, most=MOST // 2, until=monotonic() + seconds / 2)
        taken += perf_counter() - begun
        sizes.append(site.memory())
    found.add("crowd", 100 * answered / taken / promised)
    found.add("requests", answered)
    for size in sizes[-1]:
        found.add(MEMORY, size)
    found.add("growth", max(after - before for before, after in zip(*sizes, strict=True)))


def _asked_at_once(site: Site, pages: Pages, *, most: int, until: float) -> int:
    """How many requests were answered."""
    numbers = count()

    def walk(client: Site) -> int:
        answered = 0
        while (number := next(numbers)) < most and (monotonic() < until or number < len(pages)):
            client.visit(*pages[number % len(pages)])
            answered += 1
        return answered

    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(walk, [site.another() for _client in range(CLIENTS)]))
