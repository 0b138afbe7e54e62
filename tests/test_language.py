"""Both languages are complete: the Vietnamese catalogue, the names of things, and the pages as they come out."""

import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import models
from django.db.models import Choices
from django.test import Client
from django.urls import reverse
from django.utils import formats, translation
from django.utils.functional import Promise

from deals import choices
from deals.actions import confirmations, instruments, updates
from deals.models import ChangeRequest, Deal, Event, Instrument, Obstacle, Record, User, Valuation
from tests import factories
from tests.confirming import asked, link

ROOT = Path(settings.BASE_DIR)
CATALOGUES = ROOT / "deals" / "locale" / "vi"
PO = CATALOGUES / "LC_MESSAGES" / "django.po"
SCRIPTS_PO = CATALOGUES / "LC_MESSAGES" / "djangojs.po"
EXTRA_PO = CATALOGUES / "extra.po"
# The same in both languages, on purpose.
SAME = {"District of Columbia", "Excel", "SHA-256", "ID", "…"}
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
# English words that are no Vietnamese syllables.
ENGLISH = frozenset(
    """
    the of and not with for from this that these those is are was were been by as at or has have had any all none
    add added adding another change changed changes changing delete deleted deletion save saved saving search select
    selected home view site log logged action actions history date time today yesterday now yes enter valid value please
    required field fields form forms password username user users name names first last status staff superuser
    active permission permissions group groups designates joined login close filter filters show hide clear sort sorting
    next previous page pages result results total totals empty unknown deal deals paper papers enterprise enterprises
    partner partners sector sectors stage stages contract contracts memorandum memoranda signed pending target delivery
    deliveries delivered announcement announcements document documents ledger entry entries opening balance balances
    itemised itemisation programme programmes billion million reading announced firm archive archived record records
    reason note source evidence basis event events language english vietnamese recorded run toggle theme skip content
    main navigation sidebar breadcrumbs model can created cannot must should will your you
    """.split()  # noqa: SIM905
)
TAGS_AND_PLACES = re.compile(r"%\(\w+\)[sdr]|%[sd]|\{\w*\}|</?[a-z]+[^>]*>")


def entries(path: Path) -> list[Any]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def said(entry: Any) -> list[str]:
    """The translations of an entry; Vietnamese has one form for any number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


# The catalogue


@pytest.mark.parametrize("path", [PO, SCRIPTS_PO, EXTRA_PO], ids=lambda path: path.name)
def test_every_text_is_translated(path):
    found = entries(path)
    assert found
    for entry in found:
        assert not entry.fuzzy, entry.msgid
        assert all(text.strip() for text in said(entry)), entry.msgid
    assert not [entry.msgid for entry in polib.pofile(str(path)) if entry.obsolete]


@pytest.mark.parametrize("path", [PO, SCRIPTS_PO, EXTRA_PO], ids=lambda path: path.name)
def test_a_translation_keeps_places_tags_and_composed_letters(path):
    for entry in entries(path):
        for text in said(entry):
            assert unicodedata.is_normalized("NFC", text), entry.msgid
            # Vietnamese has one form for one and for many: that of many, which names the number.
            english = entry.msgid_plural or entry.msgid
            assert sorted(TAGS_AND_PLACES.findall(text)) == sorted(TAGS_AND_PLACES.findall(english)), entry.msgid
            assert text.startswith(" ") == entry.msgid.startswith(" "), entry.msgid
            assert text.endswith(" ") == entry.msgid.endswith(" "), entry.msgid
            assert text.endswith(".") or not entry.msgid.endswith("."), entry.msgid


def test_no_text_was_left_in_english():
    for entry in entries(PO):
        if entry.msgid in SAME or all("management" in source for source, _line in entry.occurrences or [("", "")]):
            continue
        for text in said(entry):
            has_words = any(letter.isalpha() for letter in TAGS_AND_PLACES.sub(" ", entry.msgid))
            assert text != entry.msgid or not has_words, entry.msgid
            assert not english_words(TAGS_AND_PLACES.sub(" ", text)), f"{entry.msgid} → {text}"


@pytest.mark.parametrize("path", [PO, SCRIPTS_PO], ids=lambda path: path.name)
def test_the_compiled_catalogue_says_what_the_readable_one_says(path):
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert {(entry.msgctxt, entry.msgid): said(entry) for entry in compiled} == {
        (entry.msgctxt, entry.msgid): said(entry) for entry in entries(path)
    }, 'run "make messages"'


def test_what_other_packages_show_is_merged_in():
    merged = {(entry.msgctxt, entry.msgid): entry for entry in entries(PO)}
    for entry in entries(EXTRA_PO):
        found = merged[entry.msgctxt, entry.msgid]
        assert said(found) == said(entry) or found.occurrences, entry.msgid


def test_the_catalogue_has_every_text_of_the_sources(tmp_path):
    if missing := [tool for tool in ("xgettext", "msguniq", "msgattrib", "msgmerge") if not shutil.which(tool)]:
        pytest.skip(f"gettext is not installed ({missing[0]} is missing): sudo apt-get install gettext")
    for part in ("deals", "dealtracker", "templates"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "sample", "locale"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "deals" / "locale").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "--locale", "vi", "--no-wrap", "--add-location", "file"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    there = {(entry.msgctxt, entry.msgid) for entry in entries(PO) if entry.occurrences}
    found = entries(tmp_path / "deals" / "locale" / "vi" / "LC_MESSAGES" / "django.po")
    needed = {(entry.msgctxt, entry.msgid) for entry in found}
    assert needed - there == set(), 'run "make messages" and translate what is new'
    assert there - needed == set(), 'run "make messages": these texts are gone from the sources'


# A text in an f-string is found by Python and by nobody else.
HIDDEN = re.compile(r"""\bf(["']).*?\{[^{}]*\b_\(|\b_\(f["']""")


def test_no_text_hides_from_the_catalogue():
    for path in [*ROOT.glob("deals/**/*.py"), *ROOT.glob("dealtracker/**/*.py")]:
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            assert not HIDDEN.search(line), f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


# The names of things


def both(text: Any) -> tuple[str, str]:
    with translation.override("vi"):
        vietnamese = str(text)
    with translation.override("en"):
        return vietnamese, str(text)


def differs(text: Any) -> bool:
    vietnamese, english = both(text)
    return vietnamese != english or english in SAME


def test_every_choice_has_a_name_in_each_language():
    kinds = [kind for kind in vars(choices).values() if isinstance(kind, type) and issubclass(kind, Choices)]
    assert choices.Band in kinds
    for kind in kinds:
        # The states of the United States are named as on the map.
        for value, name in kind.choices:
            assert kind is choices.USState or differs(name), f"{kind.__name__}.{value}"
        names = [both(name)[0] for _value, name in kind.choices]
        assert len(set(names)) == len(names), kind


def test_every_record_and_field_has_a_name_in_each_language():
    for model in apps.get_app_config("deals").get_models():
        if model._meta.model_name.startswith("historical"):
            continue
        assert differs(model._meta.verbose_name), model
        assert differs(model._meta.verbose_name_plural), model
        for field in model._meta.get_fields():
            if not isinstance(field, models.Field) or field.name in {"sort_key", "search_text"}:
                continue
            assert differs(field.verbose_name), f"{model.__name__}.{field.name}: {field.verbose_name}"
            if isinstance(field.help_text, Promise):
                assert differs(field.help_text), f"{model.__name__}.{field.name}: {field.help_text}"


def test_dates_and_numbers_are_written_as_each_language_does():
    day = date(2025, 5, 7)
    with translation.override("vi"):
        assert formats.date_format(day, "DATE_FORMAT") == "7/5/2025"
        assert formats.date_format(day, "SHORT_DATE_FORMAT") == "7/5/2025"
        assert formats.date_format(day, "YEAR_MONTH_FORMAT") == "tháng 5/2025"
        assert formats.number_format("1234.5", 1, force_grouping=True) == "1.234,5"
        assert formats.sanitize_separators("1.234,5") == "1234.5"
        assert typed_as_day("07/05/2025") == typed_as_day("7/5/2025") == typed_as_day("2025-05-07") == day
    with translation.override("en"):
        assert formats.date_format(day, "DATE_FORMAT") == "7 May 2025"
        assert formats.number_format("1234.5", 1, force_grouping=True) == "1,234.5"
        assert typed_as_day("07/05/2025") == day


def typed_as_day(text: str) -> date:
    from django.forms import DateField

    return DateField().clean(text)


# The pages


class Texts(HTMLParser):
    """The texts of a page that a person reads, in the language of the page: without what is marked as another one."""

    SPOKEN = ("title", "placeholder", "aria-label", "alt", "data-label", "label")
    VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
    SILENT = frozenset({"script", "style", "textarea", "code"})

    def __init__(self, language: str, page: str) -> None:
        super().__init__()
        self.language, self.found, self.silent = language, [], []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        other = given.get("lang", self.language) != self.language
        if tag not in self.VOID and (self.silent or other or tag in self.SILENT):
            self.silent.append(tag)
        if self.silent or other:
            return
        self.found += [text for name in self.SPOKEN if (text := given.get(name))]
        if tag == "input" and given.get("type") in {"submit", "button"}:
            self.found.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag in self.silent:
            while self.silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.found.append(data.strip())


# Names as on the map; the pictures of yes and no, whose names Django's admin leaves in English.
# States and their postal codes, what JSON says, and what is printed on a key.
NAMES = {str(part) for state in choices.USState.choices for part in state} | {"True", "False", "Enter"}


def english_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", text.lower()) if word in ENGLISH}


def spoken(language: str, page: str) -> list[str]:
    return [text for text in Texts(language, page).found if text not in NAMES]


@pytest.fixture
def portfolio(db: None) -> Deal:
    """A little of everything. What is typed is in no language: codes and names only."""
    by = factories.person("canbo", last_name="Minh", first_name="An", is_staff=True, is_superuser=True)
    lan = factories.person("lan", last_name="Hoa", first_name="Lan", is_staff=True, role="auditors")
    lan.groups.add(Group.objects.create(name="QLTM"))
    lan.user_permissions.add(Permission.objects.get(codename="view_deal"))
    programme = factories.programme(**named("HK"), code="hk", by=by)
    factories.target(on=date(2025, 1, 1), programme=programme, by=by)
    group = factories.enterprise(**named("EVN"), aliases=["EVN"], by=by)
    below = factories.enterprise(**named("GENCO"), aliases=["GENCO"], parent=group, by=by)
    seller = factories.partner(name="Boeing", state="WA", city="Seattle", by=by)
    sector = factories.sector(**named("LNG"), code="lng", by=by)
    event = factories.event(**named("SIAS"), by=by)
    deal = factories.deal(**named("VN1", "title"), enterprise=below, partner=seller, sector=sector, officer=lan, by=by)
    opening = factories.opening("50.15e9", programme=programme, **named("M1", "label"), by=by)
    factories.itemisation(opening, deal, "1e9", by=by)
    mou = factories.mou(deal, "5e9", event=event, by=by)
    contract = factories.contract(deal, "3e9", under=mou, discharges="4e9", by=by)
    factories.amendment(contract, "1e8", by=by)
    for kind in (factories.financing, factories.option, factories.loi, factories.framework):
        kind(deal, None if kind is factories.loi else "1e9", by=by)
    factories.delivery(contract, "5e8", by=by)
    factories.planned(contract, "5e8", on=date(2031, 1, 1), by=by)
    factories.valuation(deal, "6e9", low_usd="5e9", high_usd="7e9", by=by)
    factories.announcement(deal, "5e9", **named("N1", "title"), by=by)
    factories.announcement(deal, "5e9", **named("N2", "title"), kind="repeat", by=by)
    factories.document(deal, title="D1", name="D1.pdf", by=by)
    updates.update(deal, condition=deal.condition, on=date(2025, 4, 1), by=by, sentence_vi="N6", sentence_en="N6")
    body = factories.body(**named("MoIT"), code="moit", by=by)
    factories.obstacle(deal, **named("N7", "title"), body=body, sector=sector, by=by)
    cleared = factories.obstacle(deal, **named("N8", "title"), body=body, by=by)
    factories.resolved(cleared, on=date(2025, 4, 1), resolution_vi="N9", resolution_en="N9", by=by)
    for year in (2023, 2024):
        whole = {"start": date(year, 1, 1), "end": date(year, 12, 31)}
        factories.trade_flow(**whole, exports="100e9", imports="10e9", note_vi="N10", note_en="N10", by=by)
        factories.trade_flow(**whole, surplus="90e9", reporter="us_census", by=by)
    end = {"on": date(2025, 5, 1), "why": "expired", "reason": "N11"}
    returned = asked(lambda: instruments.end(Instrument.objects.get(pk=mou.pk), by=by, **end), by)
    confirmations.send_back(returned, by=lan, comment="N12", link=link)
    asked(lambda: instruments.amend(contract, usd=Decimal(1), on=date(2025, 5, 1), by=lan, reason="N13"), lan)
    old = factories.deal(**named("VN2", "title"), enterprise=group, partner=seller, sector=sector, by=by)
    factories.ended(factories.mou(old, "1e9", by=by), on=date(2025, 4, 1), by=by)
    factories.archive(factories.valuation(old, "1e9", by=by), by=by, reason="N3")
    deal.condition, deal.condition_note_vi, deal.condition_note_en = "at_risk", "N4", "N4"
    return factories.kept(deal, by=by, reason="N5")


def named(name: str, field: str = "name") -> dict[str, str]:
    return {f"{field}_vi": name, f"{field}_en": name}


def pages_of_readers(deal: Deal) -> list[str]:
    return [
        "/",
        "/?reading=firm",
        "/?as_of=2025-03-01",
        "/?as_of=2020-01-01",
        "/?as_of=x&reading=y",
        "/deals/",
        "/deals/?q=vnus&band=contracted&stage=talks&show=undisclosed&reading=firm",
        "/deals/?show=not_itemised",
        "/deals/?state=ZZ&page=9&foo=1",
        f"/deals/{deal.code}/",
        f"/deals/{deal.code}/?reading=firm",
        "/enterprises/",
        f"/enterprises/{deal.enterprise.code}/",
        f"/enterprises/{deal.enterprise.group.code}/",
        "/partners/",
        f"/partners/{deal.partner.slug}/?reading=firm",
        "/deals/?body=moit",
        "/obstacles/",
        "/obstacles/?state=resolved&body=moit",
        "/obstacles/?body=x&colour=red",
        *(obstacle.get_absolute_url() for obstacle in Obstacle.objects.of(deal)),
        "/trade/",
        "/trade/?reporter=us_census",
        "/trade/?reporter=x",
        "/definitions/",
        "/nowhere/",
    ]


def pages_of_stewards(deal: Deal) -> Iterator[str]:
    """Every page of the admin that a link leads to."""
    yield from (reverse(f"admin:{name}") for name in ("index", "password_change"))
    yield from (reverse("admin:app_list", args=[label]) for label in ("deals", "auth"))
    kinds = (
        "update",
        "amendment",
        "delivery",
        "estimate",
        "stage",
        "ending",
        "document",
        "announcement",
        "note",
        "obstacle",
        "resolved",
    )
    yield from (reverse("deals:deal-log", args=[deal.code, kind]) for kind in (*kinds, "close"))
    yield from (reverse("deals:sign", args=[deal.code, door]) for door in ("mou", "contract", "other"))
    yield from (reverse(f"deals:{name}", args=[deal.code]) for name in ("deal-log-menu", "deal-edit"))
    yield from (reverse(f"deals:{name}") for name in ("deal-new", "keys", "bulk"))
    yield reverse("deals:withdraw", args=[deal.code, "paper", deal.instruments.first().pk])
    yield from (reverse(f"deals:{name}") for name in ("requests", "overrides"))
    yield from (request.get_absolute_url() for request in ChangeRequest.objects.all())
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        record = model._default_manager.order_by("pk").first()
        if record is not None:
            yield reverse(f"{name}_change", args=[record.pk])
            yield reverse(f"{name}_history", args=[record.pk])
        if issubclass(model, Record):
            yield reverse(f"{name}_changelist") + "?archived=all&q=x"
            if record is not None:
                yield reverse(f"{name}_delete", args=[record.pk])
            yield reverse(f"{name}_add") + f"?deal={deal.pk}"
        if issubclass(model, Record | Group | AbstractUser):
            yield reverse(f"{name}_add")
    yield reverse("admin:auth_user_password_change", args=[User.objects.get(username="lan").pk])
    archived = Valuation.objects.exclude(archived_at=None).get()
    yield reverse("admin:deals_valuation_change", args=[archived.pk])
    yield reverse("admin:deals_valuation_restore", args=[archived.pk])


def every_page(deal: Deal, language: str) -> Iterator[tuple[str, str]]:
    """Every page with its address, as an officer with all rights sees it in the language; and some that say no."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    yield "sign-in", client.get("/sign-in/").content.decode()
    yield "signing in", client.post("/sign-in/", {"login": "x", "password": "y"}).content.decode()
    client.force_login(User.objects.get(username="canbo"))
    for path in dict.fromkeys([*pages_of_readers(deal), *pages_of_stewards(deal)]):
        answer = client.get(path, follow=True)
        assert answer.status_code in {200, 404}, path
        yield path, answer.content.decode()
    for path in ("deals_enterprise_add", "deals_sector_add", "deals_user_add"):
        yield f"{path}, empty", client.post(reverse(f"admin:{path}"), {}).content.decode()


def test_the_vietnamese_pages_show_no_english(portfolio):
    found = {
        f"{path}: {text}"
        for path, page in every_page(portfolio, "vi")
        for text in spoken("vi", page)
        if english_words(text)
    }
    assert not found, "\n" + "\n".join(sorted(found))


def test_the_english_pages_show_no_vietnamese(portfolio):
    found = {
        f"{path}: {text}"
        for path, page in every_page(portfolio, "en")
        for text in spoken("en", page)
        if VIETNAMESE.search(text)
    }
    assert not found, "\n" + "\n".join(sorted(found))


@pytest.mark.parametrize(("language", "words"), [("vi", "Thứ Hai"), ("en", "")])
def test_the_scripts_of_the_admin_speak_the_language(portfolio, language, words):
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(User.objects.get(username="canbo"))
    script = client.get(reverse("admin:jsi18n")).content.decode()
    assert words in json_text(script)
    assert bool(VIETNAMESE.search(json_text(script))) == (language == "vi")


def json_text(script: str) -> str:
    """The script with its escaped letters as letters."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), script)


def test_the_headline_reads_as_vietnamese(portfolio):
    client = Client()
    client.force_login(User.objects.get(username="canbo"))
    headline = " ".join(re.search(r"<h1[^>]*>(.*?)</h1>", client.get("/").content.decode(), re.DOTALL)[1].split())
    text = re.sub(r"<[^>]+>", "", headline).replace("\xa0", " ")
    assert text == (
        "Đã ký (theo công bố) 54,25 tỷ USD, trong đó 52,25 tỷ USD là hợp đồng ràng buộc; đang đàm phán 0,00 USD. "
        "Tổng cộng 54,25 tỷ USD, bằng 60,1 % mục tiêu 90,30 tỷ USD; riêng phần đã ký bằng 60,1 %."
    )


@pytest.mark.parametrize(
    ("language", "day", "typed", "amount"),
    [("vi", "1/3/2025", "01/03/2025", "5.000.000.000,00"), ("en", "1 Mar 2025", "01/03/2025", "5,000,000,000.00")],
)
def test_the_admin_writes_days_and_amounts_as_the_language_does(portfolio, language, day, typed, amount):
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(User.objects.get(username="canbo"))
    page = client.get(reverse("admin:deals_instrument_changelist")).content.decode()
    assert day in page
    assert amount in page
    form = client.get(reverse("admin:deals_event_change", args=[Event.objects.get().pk])).content.decode()
    assert f'value="{typed}"' in form or 'value="2025-03-01"' in form
