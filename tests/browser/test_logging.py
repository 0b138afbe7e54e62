"""An officer takes a deal from talks to its end, in Vietnamese: with the keyboard alone, and again without JavaScript.
At each step the figures of the deal, of the list and of the overview are those that the rules work out."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from deals import positions
from deals.positions import BAND_NAMES, Bands, Estimate, Facts, Paper, Receipt
from tests.browser.conftest import OFFICER, REVIEWER

pytestmark = pytest.mark.browser

TODAY = date.today()
SHOWN = BAND_NAMES[:4]


def usd(amount: str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


class Keyboard:
    """Reaches everything with Tab, types, and presses Enter; the pointer is never used."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        target.wait_for(state="attached")
        for _step in range(200):
            if target.evaluate("element => element === document.activeElement"):
                outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
                assert outline != "none", f"nothing shows where the keyboard is: {target}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def fill(self, name: str, value: str) -> None:
        field = self.page.locator(f'main [name="{name}"]')
        kind = field.evaluate("element => element.type")
        self.reach(field)
        if kind == "date":
            self._day(field, value)
        elif kind == "select-one":
            self.page.keyboard.press("Home")
            for _option in range(100):
                if field.input_value() == value:
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(f"the keyboard does not choose {value} of {name}")
        else:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(value)

    def _day(self, field: Locator, value: str) -> None:
        year, month, day = value.split("-")
        for parts in ((month, day, year), (day, month, year), (year, month, day)):
            self.page.keyboard.type("".join(parts))
            if field.input_value() == value:
                return
            # Back to the first part of the field, for a browser that writes days in another order.
            for _part in range(3):
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"the day {value} cannot be typed: {field.input_value()}")

    def choose(self, name: str, value: str) -> None:
        wanted = self.page.locator(f'main [name="{name}"][value="{value}"]')
        group = self.page.locator(f'main [name="{name}"]')
        for _step in range(200):
            if group.evaluate_all("all => all.includes(document.activeElement)"):
                break
            self.page.keyboard.press("Tab")
        for _step in range(10):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the keyboard does not choose {value} of {name}")

    def tick(self, name: str, value: str = "") -> None:
        box = self.page.locator(f'main [name="{name}"]' + (f'[value="{value}"]' if value else ""))
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")


class Pointer:
    """Fills and clicks, as on a phone or in a browser that runs no scripts."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, name: str, value: str) -> None:
        field = self.page.locator(f'main [name="{name}"]')
        if field.evaluate("element => element.type") == "select-one":
            field.select_option(value)
        else:
            field.fill(value)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f'main [name="{name}"][value="{value}"]').check()

    def tick(self, name: str, value: str = "") -> None:
        self.page.locator(f'main [name="{name}"]' + (f'[value="{value}"]' if value else "")).check()

    def press(self, target: Locator) -> None:
        target.click()


class Desk:
    """The officer at work on one deal, with the figures that are to be seen."""

    def __init__(self, page: Page, hands: Any, reviewer: Page) -> None:
        self.page, self.hands, self.reviewer = page, hands, reviewer
        self.code = ""
        self.overview = self.figures("/")

    def open(self, path: str) -> None:
        self.page.goto(path)

    def send(self, *, expecting: str | re.Pattern[str] | None = None) -> None:
        self.hands.press(self.page.locator("main .entry-fields button.primary").last)
        try:
            self.page.wait_for_url(expecting or re.compile(r"/deals/VNUS-\d{4}-\d{4}/$"), timeout=15_000)
        except TimeoutError as error:
            said = self.page.locator("main .problems, main .questions, main .errorlist").all_inner_texts()
            raise AssertionError(f"{self.page.url} does not lead on: {said}") from error

    def ask(self, facts: Facts) -> None:
        """Send what a second person must confirm: nothing changes before the reviewer does."""
        self.send(expecting=re.compile(r"/requests/\d+/$"))
        request = self.page.url
        self.check(facts)
        self.reviewer.goto(request)
        self.reviewer.locator("main .decision button.primary").first.click()
        expect(self.reviewer.locator("main .decision")).to_have_count(0)

    def figures(self, path: str) -> Bands:
        """The four bands as the page says them, to the cent."""
        self.page.goto(path)
        found = {}
        for place, name in enumerate(SHOWN):
            cell = self.page.locator("dl.bands > div").nth(place).locator("dd [title]")
            found[name] = _amount(cell.first.get_attribute("title")) if cell.count() else usd("0")
        return Bands(**found)

    def check(self, facts: Facts) -> None:
        """The deal, its row in the list, the list's total and the overview say what the rules say."""
        expected = positions.bands(facts, TODAY)
        four = Bands(**{name: getattr(expected, name) for name in SHOWN})
        assert self.figures(f"/deals/{self.code}/") == four
        self.page.goto(f"/deals/?q={self.code}")
        totals = self.page.locator(".rows .total [title]")
        if four:
            assert {_amount(each.get_attribute("title")) for each in totals.all()} == {four.four}
        assert self.figures("/") - self.overview == four


def _amount(text: str | None) -> Decimal:
    digits = re.sub(r"[^\d,]", "", text or "").replace(",", ".")
    return Decimal(digits)


@pytest.fixture(params=["keyboard", "without scripts"])
def desk(request: pytest.FixtureRequest, visit: Callable[..., Page]) -> Desk:
    if request.param == "keyboard":
        page = visit(OFFICER)
        return Desk(page, Keyboard(page), visit(REVIEWER))
    page = visit(OFFICER, java_script_enabled=False)
    return Desk(page, Pointer(page), visit(REVIEWER))


def test_a_deal_from_talks_to_its_end(desk, server, request):
    hands, page = desk.hands, desk.page
    goods = "Tua-bin khí Trung Sơn 5" if "keyboard" in request.node.name else "Máy biến áp Nghi Lộc 7"

    # A new deal, from five fields.
    desk.open("/deals/new/")
    hands.fill("name", goods)
    hands.fill("enterprise", "Vietjet")
    hands.fill("partner", "boeing")
    sector = page.locator("main [name=sector] option").nth(2).get_attribute("value")
    hands.fill("sector", sector)
    hands.fill("amount_0", "12,5")
    hands.fill("amount_1", "billion")
    desk.hands.press(page.locator("main .entry-fields button.primary").last)
    # More than ten billion: asked about, with all that was typed.
    box = page.locator('main [name="confirmed"][value="large"]')
    expect(box).to_be_visible()
    expect(page.locator("main [name=amount_0]")).to_have_value("12,5")
    hands.tick("confirmed", "large")
    if page.locator('main [name="confirmed"][value="duplicate"]').count():
        hands.tick("confirmed", "duplicate")
    desk.send()
    desk.code = page.url.rstrip("/").rsplit("/", 1)[1]
    estimate = Estimate(on=TODAY, usd=usd("12.5e9"))
    desk.check(Facts(estimates=(estimate,)))

    # The memorandum: ten billion for fifty units.
    _sign(desk, "mou", day="2025-03-01", amount="10", quantity="50")
    memorandum = Paper(id="mou", kind="mou", on=date(2025, 3, 1), usd=usd("10e9"))
    desk.check(Facts(papers=(memorandum,), estimates=(estimate,)))

    # Twenty of them by contract: what is taken over is worked out by the quantity.
    standing = Facts(papers=(memorandum,), estimates=(estimate,))
    _sign(desk, "contract", day="2025-04-01", amount="3,3", quantity="20", has_discharge=True, standing=standing)
    contract = Paper(
        id="contract", kind="contract", on=date(2025, 4, 1), usd=usd("3.3e9"), under="mou", discharges_usd=usd("4e9")
    )
    papers = (memorandum, contract)
    desk.check(Facts(papers=papers, estimates=(estimate,)))

    # An amendment raises the contract.
    desk.open(f"/deals/{desk.code}/log/amendment/")
    value = page.locator("main [name=paper] option", has_text=re.compile("[Hh]ợp đồng")).get_attribute("value")
    hands.fill("paper", value)
    hands.fill("on", "2025-05-01")
    hands.choose("effect", "raises")
    hands.fill("amount_0", "200")
    hands.fill("amount_1", "million")
    desk.ask(Facts(papers=papers, estimates=(estimate,)))
    amendment = Paper(id="amendment", kind="amendment", on=date(2025, 5, 1), usd=usd("200e6"), under="contract")
    papers = (*papers, amendment)
    desk.check(Facts(papers=papers, estimates=(estimate,)))

    # A first delivery.
    desk.open(f"/deals/{desk.code}/log/delivery/")
    hands.choose("kind", "actual")
    hands.fill("on", "2025-06-01")
    hands.fill("amount_0", "1,1")
    hands.fill("amount_1", "billion")
    desk.send()
    receipts = (Receipt(contract="contract", on=date(2025, 6, 1), usd=usd("1.1e9")),)
    desk.check(Facts(papers=papers, estimates=(estimate,), receipts=receipts))

    # The end: given up, and the papers end with it.
    desk.open(f"/deals/{desk.code}/log/close/")
    hands.choose("outcome", "cancelled")
    hands.fill("reason", "Hai bên thống nhất chấm dứt")
    desk.ask(Facts(papers=papers, estimates=(estimate,), receipts=receipts))
    closed = tuple(
        paper
        if paper.kind == "amendment"
        else Paper(**{name: getattr(paper, name) for name in ("id", "kind", "on", "usd", "under", "discharges_usd")}
                   | {"ended_on": TODAY, "end_reason": "cancelled"})
        for paper in papers
    )  # fmt: skip
    facts = Facts(closed_on=TODAY, papers=closed, estimates=(estimate,), receipts=receipts)
    desk.check(facts)
    assert positions.bands(facts, TODAY) == Bands(delivered=usd("1.1e9"))

    page.goto(f"/deals/{desk.code}/")
    expect(page.locator("#timeline")).to_contain_text("Hai bên thống nhất chấm dứt")
    checked = server.manage("ledger", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _sign(
    desk: Desk,
    door: str,
    *,
    day: str,
    amount: str,
    quantity: str,
    has_discharge: bool = False,
    standing: Facts | None = None,
) -> None:
    """The three steps of a signing; `standing` is how the deal stands until a second person confirms it."""
    hands, page = desk.hands, desk.page
    base = f"/deals/{desk.code}/sign/{door}/"
    desk.open(base)
    hands.fill("signed_on", day)
    hands.fill("quantity", quantity)
    hands.fill("unit", "bộ")
    hands.fill("amount_0", amount)
    hands.fill("amount_1", "billion")
    hands.fill("evidence", "enterprise_statement")
    if page.locator('main [name="other_title"]').count():
        hands.fill("other_title", "Trung Son gas turbines")
    desk.send(expecting=re.compile(f"{base}(discharge/|check/)$"))
    if has_discharge:
        expect(page.locator("main [name=discharges_0]")).to_have_value("4")
        desk.send(expecting=re.compile(f"{base}check/$"))
    expect(page.locator(".effect").first).to_be_visible()
    if standing:
        desk.ask(standing)
    else:
        desk.send()


# What htmx adds


def test_the_amount_is_echoed_in_words_while_it_is_typed(visit):
    page = visit(OFFICER)
    page.goto("/deals/new/")
    page.locator("[name=amount_0]").press_sequentially("3,3")
    page.locator("[name=amount_1]").select_option("billion")
    expect(page.locator(".amount-echo").first).to_contain_text("ba tỷ ba trăm triệu")
    page.locator("[name=amount_0]").fill("3.300")
    expect(page.locator(".amount-echo button[value]")).to_have_count(2)


def test_a_likely_duplicate_is_shown_while_the_title_is_typed(visit):
    page = visit(OFFICER)
    page.goto("/deals/new/")
    page.locator("[name=enterprise]").fill("Vietjet")
    page.locator("[name=partner]").fill("Boeing")
    page.locator("[name=name]").press_sequentially("100 may bay Boeing 737 MAX", delay=5)
    expect(page.locator("#likely a").first).to_be_visible()


def test_what_was_typed_survives_a_closed_browser(visit):
    path = "/deals/VNUS-2017-0007/log/update/"
    page = visit(OFFICER)
    page.goto(path)
    with page.expect_response(lambda answer: "/drafts/save/" in answer.url) as saved:
        page.locator("[name=sentence]").press_sequentially("Đang chờ ngân hàng")
    assert saved.value.status == 204
    page.context.close()
    again = visit(OFFICER)
    again.goto(path)
    expect(again.locator("[name=sentence]")).to_have_value("Đang chờ ngân hàng")
    again.locator(".draft button").click()
    again.wait_for_url(re.compile(path))
    expect(again.locator("[name=sentence]")).to_have_value("")


def test_what_is_wrong_is_said_in_place_and_the_keyboard_is_led_there(visit):
    page = visit(OFFICER)
    page.goto("/deals/VNUS-2017-0007/log/update/")
    page.locator("main .entry-fields button.primary").last.click()
    summary = page.locator("#errors")
    expect(summary).to_be_focused()
    summary.locator("a").first.click()
    expect(page.locator("[name=sentence]")).to_be_focused()


def test_nothing_has_changed_is_one_click(visit):
    page = visit(OFFICER)
    page.goto("/deals/VNUS-2017-0007/")
    page.locator('form[action$="/unchanged/"] button').click()
    expect(page.locator(".messages")).to_be_visible()
    expect(page.locator("#progress .latest")).to_be_visible()


def test_the_keys_search_help_and_open(visit):
    page = visit(OFFICER)
    page.goto("/deals/")
    page.keyboard.press("/")
    expect(page.locator("#header-search")).to_be_focused()
    page.keyboard.type("?n")
    expect(page.locator("#header-search")).to_have_value("?n")
    page.locator("h1").click()
    page.keyboard.press("Shift+?")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/deals/new/$"))


def test_many_deals_are_changed_together_after_a_look(visit, server):
    page = visit(OFFICER)
    page.goto("/deals/?q=vietjet")
    boxes = page.locator('.rows input[name="deal"]')
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator("#bulk button").first.click()
    page.wait_for_url(re.compile("/deals/bulk/"))
    page.locator("[name=condition]").select_option("on_hold")
    page.locator("[name=words]").fill("Chờ kế hoạch đội bay mới")
    page.locator("[name=reason]").fill("Họp giao ban tháng 11")
    page.locator("main .entry-fields button.primary").last.click()
    expect(page.locator("#preview tbody tr")).to_have_count(2)
    page.locator('button[name="save"]').click()
    page.wait_for_url(re.compile("/deals/$"))
    expect(page.locator(".messages")).to_contain_text("2")
    assert server.manage("ledger", "check").returncode == 0


# How it looks to everybody

DEAL = "/deals/VNUS-2018-0002/"
FORMS = [
    "/deals/new/",
    f"{DEAL}edit/",
    f"{DEAL}log/",
    *(
        f"{DEAL}log/{kind}/"
        for kind in ("update", "amendment", "delivery", "estimate", "stage", "ending", "document", "announcement",
                     "note", "close")
    ),
    *(f"{DEAL}sign/{door}/" for door in ("mou", "contract", "other")),
    "/deals/bulk/?deal=VNUS-2018-0002",
    "/keys/",
]  # fmt: skip


@pytest.mark.parametrize("width", [1440, 390])
def test_no_form_is_wider_than_the_screen(visit, width):
    page = visit(OFFICER, width=width)
    wide = []
    for path in FORMS:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            wide.append(path)
    assert wide == []


def test_what_is_touched_on_a_phone_is_large_enough(visit):
    page = visit(OFFICER, width=390)
    small = []
    for path in FORMS:
        page.goto(path)
        boxes = page.locator(
            "main .buttons .button, main .entry-fields :is(select, input[type=text], input[type=date])"
        )
        for target in boxes.all():
            box = target.bounding_box()
            if box and box["height"] < 40:
                small.append((path, target.get_attribute("name") or target.inner_text(), box["height"]))
    assert small == []


@pytest.mark.parametrize(("language", "scheme"), [("vi", "light"), ("en", "dark")])
def test_axe_finds_nothing_on_the_forms_empty_and_wrong(visit, language, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(OFFICER, language=language, color_scheme=scheme, bypass_csp=True)
    found = {}

    def look(name: str) -> None:
        violations = Axe().run(page).response["violations"]
        if violations:
            found[name] = [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in violations]

    for path in [*FORMS, DEAL, "/deals/"]:
        page.goto(path)
        look(path)
        send = page.locator("main .entry-fields button.primary")
        if send.count():
            with page.expect_response(lambda answer: answer.request.method == "POST" and "drafts" not in answer.url):
                send.last.click()
            page.wait_for_load_state("networkidle")
            look(f"{path} refused")
    assert found == {}
