"""The pictures: well formed, exact under the pointer, nothing over anything else on a phone, in both languages."""

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from deals import money
from deals.charts import axes, deliveries, over_time, paths, tile_map, value_bar
from deals.choices import USState
from deals.ledger import Line
from deals.models import Target
from deals.periods import Moment
from deals.positions import Bands
from deals.reports import what_if
from deals.reports.breakdowns import Breakdown, Row, Whole
from deals.reports.over_time import OverTime, Point, Year

PHONE = 318  # pixels that are left for a picture on a screen of 390, beside its scale
THIRD_OF_A_PAGE = 205  # of paper, beside the picture of value over time
MARGIN = 44  # pixels for the scale beside a picture, with some of the page's own margin
BILLION = 10**9


def bands(*billions):
    return Bands(*(Decimal(each).scaleb(9).quantize(money.CENT) for each in billions))


def month_end(number):
    """The last day of the month that many months after the first of 2016."""
    month = 2016 * 12 + number + 1
    return date.fromordinal(date(month // 12, month % 12 + 1, 1).toordinal() - 1)


def series(points, path=0, *, target="90", since=date(2016, 1, 1), is_straight=False, top=1, reading="announced"):
    """A report of so many months, growing to `top` billion in each band, and a path of so many more."""
    size = [Decimal(top) * (number + 1) / points for number in range(points)]
    found = [Point(month_end(number), bands(each / 4, each, each / 2, each)) for number, each in enumerate(size)]
    at = Moment(found[-1].on if found else date(2026, 1, 1))
    now = found[-1].bands if found else Bands()
    moved = Bands(now.contracted / 10, now.negotiating - now.contracted / 10, negotiating=-now.negotiating)
    ahead = [Point(month_end(points + number), now + moved if number else now) for number in range(path)]
    return OverTime(
        at=at,
        reading=reading,
        target=Target(amount_usd=Decimal(target).scaleb(9), in_force_from=since) if target else None,
        period="month",
        points=found,
        path=ahead,
        is_straight=is_straight,
        expected={} if is_straight else {date(2030, 1, 1): Line(1, bands(0, 0, 0, top))},
        overdue_deliveries=Decimal(0),
        years=[],
    )


CASES = {
    "one month": series(1),
    "a few": series(5, target="2", top=1),
    "ten years": series(120, top=40),
    "with a path": series(70, 50, top=30),
    "all path": series(1, 100, top=30),
    "over 100 %": series(30, 20, target="10", top=80),
    "far below": series(30, 3, target="900", top=0.01),
    "a target from the middle on": series(60, 60, top=30, since=date(2020, 6, 1)),
    "a target of the last days": series(100, 2, top=30, since=month_end(99)),
    "straight": series(20, 20, target="90", top=10, is_straight=True),
    "no target": series(12, 12, target=None, top=0.02),
    "a million": series(12, 12, target=None, top=0.001),
    "firm": series(12, 12, top=20, reading="firm"),
}
YEARS = {
    "one": [Year(2026, Decimal(5), Decimal(0))],
    "into the thirties": [Year(2019 + n, Decimal(n) * BILLION, Decimal(2 * n) * BILLION, n, n) for n in range(20)],
    "few": [Year(2024 + n, Decimal(0), Decimal("0.4") * BILLION) for n in range(3)],
}


def drawn(svg):
    return ElementTree.fromstring(svg)


def pixels(text, width):
    return float(text[:-1]) * width / 100 if text.endswith("%") else float(text)


def boxes(root, width=PHONE):
    """Where each text stands at that width, its letters taken for wide ones."""
    anchors = {child: parent for parent in root.iter() for child in parent}
    for text in root.iter("text"):
        size = float(text.get("font-size"))
        wide = len("".join(text.itertext())) * size * 0.6
        x = pixels(text.get("x"), width) + float(text.get("dx", 0))
        y = float(text.get("y")) + float(text.get("dy", 0))
        anchor = text.get("text-anchor") or anchors[text].get("text-anchor") or "start"
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        yield "".join(text.itertext()), left, left + wide, y - 0.75 * size, y + 0.15 * size


def collisions(root, width=PHONE):
    return [
        (first[0], second[0])
        for first, second in combinations(boxes(root, width), 2)
        if first[1] < second[2] and second[1] < first[2] and first[3] < second[4] and second[3] < first[4]
    ]


def places(root):
    return [rect for rect in root.iter("rect") if rect.get("class") == "place"]


@pytest.fixture(params=["vi", "en"])
def language(request):
    with override(request.param):
        yield request.param


# Over time


@pytest.mark.parametrize("name", CASES)
def test_value_over_time_is_well_formed_and_fits_a_phone(name, language):
    report = CASES[name]
    root = drawn(over_time.over_time(report, language=language))
    assert root.get("role") == "img" and root.get("aria-label")
    assert len(places(root)) == len(report.all_bands)
    assert all(rect.find("title").text for rect in places(root))
    assert collisions(root) == []
    assert collisions(root, 1200) == []
    for text, left, right, top, bottom in boxes(root):
        assert left >= -MARGIN and right <= PHONE + 1, text
        assert top >= -1 and bottom <= over_time.HEIGHT, text


@pytest.mark.parametrize("name", CASES)
def test_bars_and_lines_stay_between_foot_and_head(name, language):
    root = drawn(over_time.over_time(CASES[name], language=language))
    for rect in root.iter("rect"):
        assert float(rect.get("y")) >= over_time.HEAD - 0.01
        assert float(rect.get("y")) + float(rect.get("height")) <= over_time.FOOT + 0.01
        assert 0 <= float(rect.get("x")[:-1]) <= float(rect.get("x")[:-1]) + float(rect.get("width")[:-1]) <= 100.01
    for line in root.iter("polyline"):
        corners = [tuple(map(float, corner.split(","))) for corner in line.get("points").split()]
        assert corners[-1][0] == axes.WIDE
        assert all(over_time.HEAD <= y <= over_time.FOOT for _x, y in corners)


def test_the_bands_stand_on_each_other_in_the_order_of_the_value_bar():
    root = drawn(over_time.over_time(series(1, target=None, top=20), language="en"))
    bars = [rect for rect in root.iter("rect") if rect.get("class") != "place"]
    assert [bar.get("fill") for bar in bars] == [
        "var(--delivered)",
        "var(--contracted)",
        "url(#memorandum)",
        "url(#negotiating)",
    ]
    foot = over_time.FOOT
    for bar in bars:
        assert float(bar.get("y")) + float(bar.get("height")) == pytest.approx(foot, abs=0.02)
        foot = float(bar.get("y"))


def test_neighbours_of_one_value_are_one_bar_and_still_have_a_title_each():
    quiet = series(60)
    same = OverTime(**{**vars(quiet), "points": [Point(p.on, bands(0, 1, 0, 0)) for p in quiet.points]})
    root = drawn(over_time.over_time(same, language="en"))
    assert len([rect for rect in root.iter("rect") if rect.get("class") != "place"]) == 1
    assert len(places(root)) == 60


@pytest.mark.parametrize(("tongue", "exact"), [("vi", "20.000.000.000,00\xa0USD"), ("en", "US$20,000,000,000.00")])
def test_a_bar_gives_its_exact_figures_in_the_numbers_of_the_language(tongue, exact):
    with override(tongue):
        report = series(3, 3, top=20)
        titles = [rect.find("title").text for rect in places(drawn(over_time.over_time(report, language=tongue)))]
    assert exact in titles[2]
    assert money.full(report.now.four, language=tongue) in titles[2]
    assert money.full(report.path[-1].bands.signed("announced"), language=tongue) in titles[-1]


def test_a_straight_line_is_called_one_and_ends_on_the_target():
    with override("en"):
        root = drawn(over_time.over_time(CASES["straight"], language="en"))
    assert "straight line" in places(root)[-1].find("title").text
    assert "US$90,000,000,000.00" in places(root)[-1].find("title").text
    target = next(line for line in root.iter("line") if line.get("stroke-width") == "1.5")
    path = next(root.iter("polyline")).get("points").split()
    assert float(path[-1].split(",")[1]) == pytest.approx(float(target.get("y1")))


@pytest.mark.parametrize(("name", "first"), [("ten years", 0), ("a target from the middle on", 53 / 120)])
def test_the_target_is_drawn_from_when_it_came_into_force(name, first, language):
    root = drawn(over_time.over_time(CASES[name], language=language))
    target = next(line for line in root.iter("line") if line.get("stroke-width") == "1.5")
    assert float(target.get("x1")[:-1]) == pytest.approx(first * 100, abs=0.01)
    assert target.get("x2") == "100%"


# What if


def supposed(*signed, target="90", first=date(2026, 6, 30)):
    """A supposition with what is signed on days a quarter apart, before and after, in billions."""
    path = [
        what_if.Point(first + timedelta(days=91 * number), *(Decimal(each).scaleb(9) for each in both))
        for number, both in enumerate(signed)
    ]
    found = Target(amount_usd=Decimal(target).scaleb(9), in_force_from=first) if target else None
    return what_if.WhatIf("announced", found, [], [], Bands(), Bands(), path, [])


PATHS = {
    "two days": supposed((10, 9), (12, 9)),
    "past the target": supposed(*((30 * n, 28 * n) for n in range(1, 9))),
    "far below": supposed((1, 1), ("1.2", 1), ("1.4", "1.3")),
}


@pytest.mark.parametrize("name", PATHS)
def test_a_supposed_path_is_well_formed_and_fits_a_phone(name, language):
    report = PATHS[name]
    root = drawn(paths.paths(report, language=language))
    assert root.get("role") == "img"
    assert money.short(report.path[-1].after, language=language) in root.get("aria-label")
    assert len(places(root)) == len(report.path)
    assert money.full(report.path[-1].before, language=language) in places(root)[-1].find("title").text
    for width in (PHONE, 1200):
        assert collisions(root, width) == []
        assert all(left >= -MARGIN and right <= width + 1 for _text, left, right, _top, _bottom in boxes(root, width))
    lines = [[tuple(map(float, at.split(","))) for at in line.get("points").split()] for line in root.iter("polyline")]
    assert len(lines) == 2
    for corners in lines:
        assert (corners[0][0], corners[-1][0]) == (0, axes.WIDE)
        assert all(paths.HEAD <= y <= paths.FOOT for _x, y in corners)
    before, after = (corners[-1][1] for corners in lines)
    assert (before < after) == (report.path[-1].before > report.path[-1].after)


def test_nothing_is_drawn_of_nothing(language):
    assert paths.paths(supposed(), language=language) == ""
    assert paths.paths(supposed((0, 0), (0, 0), target=None), language=language) == ""
    assert over_time.over_time(series(0), language=language) == ""
    assert deliveries.deliveries([], language=language) == ""
    assert deliveries.deliveries([Year(2026, planned_undisclosed=3)], language=language) == ""


@pytest.mark.parametrize("most", [1, 999, 10**6, 17_340_000_000, 90 * BILLION, 999_999_999_999])
def test_a_scale_has_few_round_steps_and_reaches_past_the_most(most):
    scale = axes.axis(Decimal(most), foot=200, head=20)
    assert most <= scale.top <= Decimal(most) * 2
    assert 2 <= len(scale.marks) <= 6
    assert scale.marks[-1] == scale.top
    assert scale.step.normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}
    assert (scale.y(Decimal(0)), scale.y(scale.top)) == (200, 20)


# Deliveries


@pytest.mark.parametrize("name", YEARS)
def test_deliveries_by_year_are_well_formed_and_fit_a_phone(name, language):
    years = YEARS[name]
    root = drawn(deliveries.deliveries(years, language=language))
    assert root.get("role") == "img" and str(years[-1].year) in root.get("aria-label")
    assert len(places(root)) == len(years)
    for year, place in zip(years, places(root), strict=True):
        assert str(year.year) in place.find("title").text
        assert money.full(year.planned, language=language) in place.find("title").text
    for width in (PHONE, THIRD_OF_A_PAGE):
        assert collisions(root, width) == []
        assert all(right <= width + 1 for _text, _left, right, _top, _bottom in boxes(root, width))


# States


def states(*rows):
    found = [Row(key, USState(key).label, bands(0, each, 0, 0), undisclosed) for key, each, undisclosed in rows]
    whole = Whole(Bands(), bands(0, sum(Decimal(each) for _key, each, _n in rows), 0, 0))
    return Breakdown("state", found, whole)


MAP = states(
    ("VA", "66.6", 0), ("CT", "11.54", 2), ("OH", "5.9", 0), ("SD", "0.06", 0), ("TX", "0.001", 1), ("IL", "0", 2)
)


def tiles(found, language):
    return drawn(tile_map.tile_map(found, href=lambda key: f"/deals/?a=1&state={key}", language=language))


def test_every_state_has_its_own_tile():
    assert set(tile_map.PLACES) == set(USState.values)
    assert len(set(tile_map.PLACES.values())) == len(USState.values) == 52


def test_a_tile_with_money_opens_its_deals_and_names_its_amount(language):
    root = tiles(MAP, language)
    links = {link.get("href")[-2:]: link for link in root.iter("a")}
    assert set(links) == {"VA", "CT", "OH", "SD", "TX", "IL"}
    assert links["VA"].get("href") == "/deals/?a=1&state=VA"
    assert money.full(Decimal("66.6") * BILLION, language=language) in links["VA"].find("title").text
    figures = {key: [text.text for text in link.iter("text")] for key, link in links.items()}
    assert figures["VA"] == ["VA", "66,6" if language == "vi" else "66.6"]
    assert figures["TX"][1].startswith("<")
    assert figures["IL"] == ["IL", "?"]
    assert len(list(root.iter("title"))) == 52


def test_states_are_told_apart_by_a_few_shades_and_by_their_number(language):
    shades = {link.get("href")[-2:]: link.find("rect").get("fill-opacity") for link in tiles(MAP, language).iter("a")}
    assert shades["VA"] == shades["CT"] != shades["OH"] != shades["SD"]
    assert shades["IL"] is None
    words = [words for _square, words in tile_map.legend(MAP, language=language)]
    assert len(words) == len(set(words)) == 4


def test_the_map_fits_a_phone_and_has_no_steps_without_money(language):
    root = tiles(MAP, language)
    assert collisions(root, 358) == []
    assert all(left >= 0 and right <= 358 for _text, left, right, _top, _bottom in boxes(root, 358))
    nothing = states(("IL", "0", 2))
    assert len(list(tiles(nothing, language).iter("a"))) == 1
    assert tile_map.legend(nothing, language=language) == []


@pytest.mark.parametrize(("usd", "unit", "last"), [("153.2e6", "US$ million", "150"), ("90e9", "US$ billion", "80")])
def test_the_axis_of_the_value_bar_has_one_unit_and_names_it(usd, unit, last):
    with override("en"):
        drawn = value_bar.large(Bands(contracted=Decimal(usd)), target=None, language="en")
    marks = re.findall(r'y="70"[^>]*>([^<]+)<', drawn)
    assert (
        f">{unit}</text>" in drawn and marks[0] == "0" and last in marks[1:] and not any("0." in mark for mark in marks)
    )


def test_nothing_over_the_value_bar_keeps_the_pointer_from_it():
    with override("en"):
        root = drawn(value_bar.large(bands(1, 2, 3, 4), target=Decimal(5).scaleb(9), language="en"))
    over = [each for each in root.findall("g") if each.find("line") is not None]
    assert [each.get("pointer-events") for each in over] == ["none"], "the line of the target, with its name"
    assert not [line for line in root.findall("line") if line.get("stroke") == "var(--ink)"]
