"""A manager's minute: how much is signed, against what, and what is behind the number."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SIZES = [1440, 390]


def test_a_manager_follows_a_number_to_its_paper(visit):
    page = visit()
    page.goto("/?as_of=2025-05-07")
    expect(page.locator("h1")).to_contain_text("65,58\xa0tỷ\xa0USD")
    expect(page.locator("h1")).to_contain_text("100,3\xa0%")

    page.locator('.bands a[href*="band=memorandum"]').first.click()
    expect(page.locator("body")).to_contain_text("15,43")
    page.get_by_role("link", name="50 máy bay Boeing 737").first.click()
    expect(page.locator("h1")).to_contain_text("50 máy bay Boeing 737")
    expect(page.locator("#papers")).to_contain_text("10,00\xa0tỷ\xa0USD")

    page.get_by_role("link", name="Boeing", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/partners/boeing/\?as_of=2025-05-07"))


def test_the_day_and_the_reading_are_chosen_without_javascript(visit):
    page = visit(java_script_enabled=False)
    page.goto("/")
    page.locator('input[name="as_of"]').fill("2025-05-07")
    page.locator(".moment button").click()
    page.get_by_role("link", name="Ràng buộc", exact=True).click()
    expect(page).to_have_url(re.compile(r"reading=firm&as_of=2025-05-07"))
    expect(page.locator(".readings [aria-current]")).to_have_text("Ràng buộc")
    expect(page.locator("h1")).to_contain_text("50,15\xa0tỷ\xa0USD")
    # The state goes along to the next page.
    page.locator("nav a", has_text="Thương vụ").first.click()
    expect(page).to_have_url(re.compile(r"as_of=2025-05-07&reading=firm"))


def test_going_back_the_controls_say_what_the_figures_are_of(visit):
    page = visit()
    page.goto("/?reading=firm")
    today = page.locator('input[name="as_of"]').input_value()
    page.locator('input[name="as_of"]').fill("2025-05-07")
    page.locator(".moment button").click()
    expect(page).to_have_url(re.compile(r"as_of=2025-05-07&reading=firm"))
    page.go_back()
    expect(page.locator(".not-today")).to_have_count(0)
    expect(page.locator('input[name="as_of"]')).to_have_value(today)


def test_the_address_holds_what_was_asked_for_and_nothing_empty(visit):
    page = visit()
    page.goto("/deals/?as_of=2025-05-07")
    page.locator('select[name="sector"]').select_option("aviation")
    page.locator(".filters button.primary").click()
    expect(page.locator(".chips")).to_contain_text("Hàng không")
    expect(page).to_have_url(re.compile(r"/deals/\?as_of=2025-05-07&sector=aviation&sort=value$"))


def test_what_is_not_there_has_a_page_of_ours_while_the_product_is_tried(visit):
    page = visit()
    assert page.goto("/no/such/page/").status == 404
    expect(page.locator("h1")).to_have_text("Không có nội dung tại địa chỉ này")


def test_english_is_one_click_away_and_stays(visit):
    page = visit(language="vi")
    page.goto("/deals/?sector=aviation")
    page.get_by_role("button", name="EN").click()
    expect(page).to_have_url(re.compile("sector=aviation"))
    expect(page.locator("h1")).to_have_text("Deals")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_search_without_diacritics_finds_vietnamese_names(visit):
    page = visit()
    page.goto("/")
    page.get_by_role("searchbox").first.fill("may bay")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("máy bay")).first).to_be_visible()


def test_the_keyboard_alone_goes_from_sign_in_to_a_deal(visit, server):
    page = visit(None)
    page.goto("/sign-in/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("#id_username").focus()
    page.keyboard.type("quanly")
    page.keyboard.press("Tab")
    page.keyboard.type("quanly-thu-nghiem")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.goto("/deals/")
    for _ in range(80):
        page.keyboard.press("Tab")
        address = page.evaluate("document.activeElement.getAttribute('href') || ''")
        if re.search(r"/deals/VNUS-", address):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/deals/VNUS-"))


def test_what_is_wrong_in_the_address_is_said_and_shows_no_rows(visit):
    page = visit()
    page.goto("/deals/?stage=nonsense")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator('a[href*="/deals/VNUS-"]').count() == 0


PATHS = [
    "/",
    "/?as_of=2025-05-07",
    "/deals/",
    "/deals/?band=contracted&sector=aviation",
    "/deals/?stage=nonsense",
    "/deals/?q=zzzz",
    "/deals/?show=not_itemised",
    "/deals/VNUS-2018-0002/",
    "/enterprises/",
    "/enterprises/PVN/",
    "/partners/",
    "/partners/boeing/",
    "/obstacles/",
    "/obstacles/?state=resolved",
    "/obstacles/5/",
    "/trade/",
    "/sectors/aviation/",
    "/states/VA/",
    "/?order=-change&since=2026-01-01",
    "/changes/?since=2026-01-01",
    "/what-if/",
    "/definitions/",
]


@pytest.mark.parametrize("width", SIZES)
def test_no_page_is_wider_than_the_screen(visit, width):
    page = visit(width=width)
    wide = [path for path in PATHS if page.goto(path) and _overflow(page) > 0]
    assert wide == []


def _overflow(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(("language", "scheme"), [("vi", "light"), ("vi", "dark"), ("en", "light"), ("en", "dark")])
def test_axe_finds_nothing(visit, language, scheme):
    from axe_playwright_python.sync_playwright import Axe

    # axe writes styles of its own into the page, which the page's policy would forbid.
    page = visit(language=language, color_scheme=scheme, bypass_csp=True)
    found = {}
    for path in [*PATHS, "/nothing-here/"]:
        page.goto(path)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in violations]
    assert found == {}


def test_axe_finds_nothing_on_the_sign_in_page(visit):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(None, bypass_csp=True)
    page.goto("/sign-in/")
    assert Axe().run(page).response["violations"] == []


def test_the_overview_prints_on_paper(visit, tmp_path):
    page = visit()
    page.goto("/?as_of=2025-05-07")
    page.emulate_media(media="print")
    expect(page.locator(".headline")).to_be_visible()
    assert not page.locator(".header nav").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "path", ["/", "/?as_of=2025-05-07", "/?since=2020-01-01&reading=firm", "/enterprises/PVN/", "/sectors/aviation/"]
)
def test_a_page_of_figures_prints_on_two_sheets(visit, language, path):
    page = visit(language=language)
    page.goto(path)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2


def test_a_breakdown_is_sorted_without_javascript(visit):
    page = visit(java_script_enabled=False)
    page.goto("/?since=2026-01-01")
    page.locator("#by-group thead a", has_text="Chênh lệch").click()
    expect(page).to_have_url(re.compile(r"since=2026-01-01.*#by-group"))
    assert "order=change" in page.url
    expect(page.locator("#by-group tbody th").first).to_have_text("Sun Group")
    page.locator("#by-group thead a", has_text="Chênh lệch").click()
    assert "order=-change" in page.url


def test_a_picture_tells_its_figures_by_keys_and_by_touch(visit):
    page = visit()
    page.goto("/?since=2020-01-01")
    tip, section = page.locator(".tip"), page.locator("section:has(svg.over-time)")
    page.keyboard.press("Tab")
    for _stop in range(120):  # from the head of the page on: no more stops than that stand before the picture
        if page.evaluate("document.activeElement.matches('.over-time + .picture-keys')"):
            break
        page.keyboard.press("Tab")
    keys = section.locator(".picture-keys")
    expect(keys).to_be_focused()
    titles = section.locator(".over-time .place title").all_text_contents()
    here = int(section.locator(".over-time").get_attribute("data-here"))
    for key, place in (("", here), ("ArrowLeft", here - 1), ("Home", 0), ("ArrowRight", 1)):
        if key:
            page.keyboard.press(key)
        assert tip.text_content() == titles[place] == keys.get_attribute("aria-valuetext")
        assert section.locator(".place.is-told title").all_text_contents() == [titles[place]]
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    page.keyboard.press("End")
    expect(tip).to_have_text(titles[-1])
    page.emulate_media(media="print")
    expect(tip).to_be_hidden()
    page.emulate_media(media="screen")
    page.keyboard.press("Tab")
    expect(tip).to_have_count(0)

    state = page.locator(".tile-map a").first
    state.focus()
    expect(tip).to_have_text(state.locator("title").text_content())
    stretch = page.locator("svg.value-bar[role=img] rect").first
    stretch.click()
    expect(tip).to_have_text(stretch.locator("title").text_content())
    page.locator("h1").click()
    expect(tip).to_have_count(0)
    # What is told of a mark at the head of the screen is not above it.
    small = page.locator("#sureness td.picture rect").first
    small.evaluate("mark => mark.scrollIntoView({block: 'start'})")
    small.click()
    expect(tip).to_be_in_viewport(ratio=1)


def test_the_marks_of_every_picture_are_reached_by_keys(visit):
    page = visit()
    found = []
    for path in ("/?since=2020-01-01", "/enterprises/SOVICO/", "/trade/", "/deals/VNUS-2018-0002/"):
        page.goto(path)
        marks = "svg[role=img]:has(title)"
        assert page.locator(marks).count() == page.locator(f"{marks} + .picture-keys").count() > 0
        found += page.locator(".picture-keys").evaluate_all("all => all.map(each => each.ariaValueText.trim())")
    assert all(re.search(r"\d", text) for text in found)
