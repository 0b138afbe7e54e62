"""An officer enters by hand in the administration, and the ledger follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OFFICER, REVIEWER

pytestmark = pytest.mark.browser

DEAL = "/deals/VNUS-2017-0007/"


def test_a_hand_edit_in_the_administration_posts(visit, server):
    page = visit(OFFICER)
    page.goto(DEAL)
    before = page.locator("#papers").inner_text()
    page.locator('a[href*="/admin/deals/deal/"]').first.click()
    amount = page.locator("#id_instruments-0-usd")
    was = amount.input_value()
    assert was, before
    amount.fill("1.750.000.000")
    page.locator("#id_reason").fill("Đối chiếu với hợp đồng gốc")
    page.locator('input[name="_continue"]').first.click()
    # A large contract: nothing changes before a second person confirms it.
    page.wait_for_url(re.compile(r"/requests/\d+/$"))
    request = page.url
    table = page.locator("#papers table")
    page.goto(DEAL)
    expect(table).not_to_contain_text(re.compile(r"1,75\s*tỷ"))
    reviewer = visit(REVIEWER)
    reviewer.goto(request)
    reviewer.locator("main .decision button.primary").first.click()
    expect(reviewer.locator("main .decision")).to_have_count(0)

    page.goto(DEAL)
    expect(page.locator("#papers")).to_contain_text(re.compile(r"1,75\s*tỷ\s*USD"))
    expect(page.locator("#timeline")).to_contain_text("Đối chiếu với hợp đồng gốc")
    checked = server.manage("ledger", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_cannot_be_is_refused_with_all_that_was_typed(visit, server):
    page = visit(OFFICER)
    page.goto(DEAL)
    page.locator('a[href*="/admin/deals/deal/"]').first.click()
    page.locator("#id_instruments-0-signed_on").fill("1/1/2999")
    page.locator("#id_reason").fill("thử nghiệm")
    page.locator('input[name="_continue"]').first.click()
    expect(page.locator(".errorlist").first).to_be_visible()
    expect(page.locator("#id_instruments-0-signed_on")).to_have_value("1/1/2999")
    expect(page.locator("#id_reason")).to_have_value("thử nghiệm")
    assert server.manage("ledger", "check").returncode == 0
