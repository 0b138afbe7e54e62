"""The timeline of a deal: what happened, in sentences, with who and when; and the part of it that is asked for."""

from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from deals.actions import records
from deals.choices import AnnouncementKind, Condition, DatePrecision, UpdateKind
from deals.forms import timelines as forms
from deals.forms.timelines import Topic
from deals.models import Document, ProgressUpdate
from deals.periods import Moment
from deals.reports import sentences as words
from deals.reports import timelines
from deals.reports.deals import deal_report
from tests import confirming, factories
from tests.test_pages import body, queries

DAY = factories.DAY


def update(of, *, by, **fields):
    defaults = {"kind": UpdateKind.NEWS, "on": DAY, "condition": Condition.ON_TRACK, "sentence_en": "Text agreed"}
    return factories.kept(ProgressUpdate(deal=of, **{**defaults, **fields}), by=by)


def seen(of, *, by, title="Bản chụp hợp đồng"):
    document = Document(deal=of, kind="instrument", title=title, dated_on=DAY, language="vi", seen_at="Bộ Tài chính")
    return factories.kept(document, by=by)


@pytest.fixture
def deal(officer):
    """A memorandum of 10 billion, of which a contract of 3.3 takes over 4.0."""
    found = factories.deal(title_en="Fifty aircraft", title_vi="Năm mươi máy bay", by=officer)
    memorandum = factories.mou(found, "10e9", by=officer)
    factories.contract(found, "3.3e9", on=date(2025, 4, 2), under=memorandum, discharges="4e9", by=officer)
    return found


def entries(deal, *kinds):
    found = deal_report(deal, Moment(timezone.localdate())).timeline
    return [entry for entry in found if not kinds or entry.kind in kinds]


def said(deal, *kinds, language="en"):
    with translation.override(language):
        return [words.sentence(entry) for entry in entries(deal, *kinds)]


# Money


def test_what_was_posted_together_for_a_day_is_one_entry(deal, officer):
    converted, signed = entries(deal, "money")
    assert converted.on == date(2025, 4, 2)
    assert converted.moves == (("contracted", Decimal("3.3e9")), ("memorandum", Decimal("-4e9")))
    assert (converted.cause, converted.by) == ("signing", officer)
    assert converted.at.date() == timezone.now().date()
    assert signed.moves == (("memorandum", Decimal("10e9")),)


def test_money_is_said_in_both_languages_band_by_band_with_its_sign(deal):
    assert said(deal, "money", language="vi")[0].replace("\xa0", " ") == (
        "Đã ký hợp đồng, chưa giao +3,30 tỷ USD; còn lại theo bản ghi nhớ −4,00 tỷ USD (ký kết)."
    )
    assert said(deal, "money") == [
        "Contracted, not yet delivered +US$3.30bn; remaining under memoranda −US$4.00bn (signing).",
        "Remaining under memoranda +US$10.00bn (signing).",
    ]


def test_a_correction_is_an_entry_of_its_own_on_the_day_it_bears_on(deal, officer):
    memorandum = deal.instruments.get(kind="mou")
    memorandum.usd = Decimal("11e9")
    records.keep(memorandum, by=officer, reason="A digit was wrong")
    corrected = next(entry for entry in entries(deal, "money") if entry.cause == "correction")
    assert (corrected.on, corrected.reason) == (DAY, "A digit was wrong")
    assert corrected.moves == (("memorandum", Decimal("1e9")),)
    assert len(entries(deal, "money")) == 3


def test_the_day_of_money_is_known_no_better_than_the_paper_it_comes_from(officer):
    deal = factories.deal(by=officer)
    factories.mou(deal, "1e9", date_precision=DatePrecision.MONTH, by=officer)
    assert {entry.precision for entry in entries(deal, "money", "signed")} == {"month"}


# Updates, documents, announcements, edits


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "On track: Text agreed."),
        ({"sentence_en": "Text agreed."}, "On track: Text agreed."),
        (
            {"next_step_en": "Send the draft", "next_step_owner": "Vietjet", "next_step_by": date(2025, 5, 7)},
            "On track: Text agreed. Next step: Send the draft (Vietjet, by 7 May 2025).",
        ),
        ({"next_step_en": "Send the draft."}, "On track: Text agreed. Next step: Send the draft."),
        ({"condition": Condition.BLOCKED, "sentence_en": "No guarantee"}, "Blocked: No guarantee."),
        ({"kind": UpdateKind.UNCHANGED, "sentence_en": ""}, "Nothing has changed (On track)."),
        ({"kind": UpdateKind.UNCHANGED}, "Nothing has changed (On track): Text agreed."),
        ({"kind": UpdateKind.NOTE, "condition": ""}, "Note: Text agreed."),
    ],
)
def test_an_update_in_words(officer, fields, sentence):
    deal = factories.deal(by=officer)
    made = update(deal, by=officer, **fields)
    (entry,) = entries(deal, "update", "unchanged", "note")
    assert (entry.record, entry.on, entry.by, entry.topic) == (made, DAY, officer, Topic.UPDATES)
    assert said(deal, entry.kind) == [sentence]


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        (AnnouncementKind.NEW, "Announced: Ten aircraft"),
        (AnnouncementKind.REPEAT, "Announced again, no new money: Ten aircraft"),
        (AnnouncementKind.CONFIRMS, "Confirmed in public: Ten aircraft"),
        (AnnouncementKind.REPLACES, "Announced in place of what was said before: Ten aircraft"),
    ],
)
def test_an_announcement_says_whether_it_is_a_repeat(officer, kind, start):
    deal = factories.deal(by=officer)
    factories.announcement(deal, "2e9", kind=kind, title_en="Ten aircraft", by=officer)
    (sentence,) = said(deal, "announcement")
    assert sentence.startswith(start)
    assert entries(deal, "money") == []


def test_a_repeat_is_a_repeat_in_vietnamese_too(officer):
    deal = factories.deal(by=officer)
    factories.announcement(deal, "2e9", kind=AnnouncementKind.REPEAT, title_vi="Mười máy bay", by=officer)
    assert said(deal, "announcement", language="vi")[0].startswith("Công bố nhắc lại")


def test_a_document_seen_and_not_held_is_said_to_be(officer):
    deal = factories.deal(by=officer)
    seen(deal, by=officer)
    factories.document(deal, title="Hợp đồng", by=officer)
    assert sorted(said(deal, "document")) == [
        "Document held: Hợp đồng.",
        "Document seen, not held: Bản chụp hợp đồng (Bộ Tài chính).",
    ]


def test_an_edit_names_what_was_changed_and_not_what_follows_from_it(deal, officer):
    deal.refresh_from_db()
    deal.title_en = "Sixty aircraft"
    records.keep(deal, by=officer, reason="Ten more")
    (edited,) = entries(deal, "edited")
    assert [change.field.name for change in edited.changes] == ["title_en"]
    assert (edited.by, edited.reason, edited.topic) == (officer, "Ten more", Topic.EDITS)


def test_every_entry_says_when_it_was_recorded_and_has_a_topic_and_a_sentence(deal, officer):
    factories.valuation(deal, "12e9", by=officer)
    for kind in (UpdateKind.NEWS, UpdateKind.UNCHANGED):
        update(deal, by=officer, kind=kind)
    update(deal, by=officer, kind=UpdateKind.NOTE, condition="")
    contract = deal.instruments.get(kind="contract")
    factories.delivery(contract, "1e8", on=date(2025, 5, 1), by=officer)
    factories.planned(contract, "1e8", on=date(2030, 5, 1), by=officer)
    factories.ended(contract, on=date(2025, 6, 1), by=officer)
    gone = factories.announcement(deal, by=officer)
    factories.archive(gone, by=officer)
    records.restore(gone, by=officer, reason="it was right")
    factories.document(deal, by=officer)
    factories.resolved(factories.obstacle(deal, by=officer), on=date(2025, 6, 1), by=officer)
    confirming.confirm(confirming.request_of(deal, officer))
    found = entries(deal)
    assert {entry.kind for entry in found} == set(timelines.TOPICS)
    assert {entry.topic for entry in found} == set(Topic.values)
    for language in ("vi", "en"):
        with translation.override(language):
            assert all(words.sentence(entry) for entry in found)
    assert all(entry.at and (entry.by == officer or entry.kind == "decided") for entry in found)
    assert [entry.on for entry in found] == sorted((entry.on for entry in found), reverse=True)


# The part that is asked for


def asked(query):
    return forms.read(QueryDict(query))


def test_the_address_names_topics_one_by_one_or_together():
    assert asked("").topics == ()
    assert asked("show=").topics == ()
    assert asked("show=papers").topics == ("papers",)
    assert asked("show=papers&show=money&show=papers").topics == ("papers", "money")
    assert asked("show=papers,money").topics == ("papers", "money")
    assert asked("show=papers,money&all=1").parameters == {"show": "papers,money", "all": "1"}
    assert asked("show=papers,money").problems == []


@pytest.mark.parametrize("query", ["show=nonsense", "show=papers&show=nonsense", "show=Papers"])
def test_a_topic_that_does_not_exist_shows_nothing(deal, query):
    shown = asked(query)
    assert len(shown.problems) == 1
    assert timelines.part(entries(deal), topics=shown.topics).entries == []


def test_a_part_holds_its_topics_and_counts_all_of_them(deal):
    part = timelines.part(entries(deal), topics=["papers", "stages"])
    assert {entry.topic for entry in part.entries} == {"papers", "stages"}
    assert part.counts["papers"] == part.counts["money"] == 2
    assert part.more == part.later == 0


def test_no_more_than_so_many_unless_all_are_asked_for(deal):
    whole = entries(deal)
    part = timelines.part(whole, topics=(), most=2)
    assert (part.entries, part.more) == (whole[:2], len(whole) - 2)


def test_what_came_later_than_the_day_is_left_out_and_counted(deal):
    whole = entries(deal)
    part = timelines.part(whole, topics=(), until=DAY)
    assert all(entry.on <= DAY for entry in part.entries)
    assert part.later == len([entry for entry in whole if entry.on > DAY]) > 0
    assert sum(part.counts.values()) == len(part.entries)


# The page


def test_where_nothing_of_a_topic_is_recorded_that_is_said(in_english, deal):
    text = section(in_english.get(f"/deals/{deal.code}/?show=updates"))
    assert "Nothing of this is recorded." in text
    assert 'aria-current="true">Updates <small>0</small>' in text


def section(response):
    return body(response).split('id="timeline"')[1].split("</section>")[0]


def test_the_topics_stand_above_the_timeline_with_their_counts(in_english, deal):
    text = section(in_english.get(f"/deals/{deal.code}/"))
    assert '<a href="?#timeline" aria-current="true">All' in text
    assert '<a href="?show=papers#timeline">Papers <small>2</small>' in text
    assert "Documents" not in text
    assert text.count("aria-current") == 1


def test_a_topic_is_taken_in_and_left_out_again(in_english, deal):
    text = section(in_english.get(f"/deals/{deal.code}/?show=papers"))
    assert '<a href="?show=papers#timeline"' not in text
    assert '<a href="?#timeline" aria-current="true">Papers' in text
    assert '<a href="?show=money%2Cpapers#timeline">Money' in text
    assert "Contract signed" in text
    assert "Contracted, not yet delivered" not in text
    text = section(in_english.get(f"/deals/{deal.code}/?show=papers&show=money"))
    assert "Contract signed" in text
    assert "Contracted, not yet delivered +US$3.30bn" in text
    assert "Reached the stage" not in text


def test_the_topics_keep_the_day_and_the_reading_and_the_day_keeps_the_topics(in_english, deal):
    page = in_english.get(f"/deals/{deal.code}/?as_of=2025-03-15&reading=firm&show=papers")
    assert "?show=money%2Cpapers&as_of=2025-03-15&reading=firm#timeline" in section(page)
    assert '<input type="hidden" name="show" value="papers">' in body(page)


def test_an_unknown_topic_is_said_to_be_and_no_entry_is_shown(in_english, deal):
    response = in_english.get(f"/deals/{deal.code}/?show=papers&show=nonsense")
    assert response.status_code == 200
    text = section(response)
    assert "A timeline has no topic “nonsense”" in text
    assert 'class="entry' not in text
    assert "Contract signed" not in text


def test_a_page_of_a_past_day_says_what_it_leaves_out(in_english, deal):
    text = section(in_english.get(f"/deals/{deal.code}/?as_of=2025-03-15"))
    assert "later than 15 Mar 2025" in text
    assert "Contract signed" not in text
    assert "Memorandum of understanding signed" in text
    assert "left out" not in section(in_english.get(f"/deals/{deal.code}/"))


def test_what_is_still_to_come_is_shown_today(in_english, deal, officer):
    on = timezone.localdate() + timedelta(days=400)
    factories.planned(deal.instruments.get(kind="contract"), "1e8", on=on, by=officer)
    assert "Delivery due" in section(in_english.get(f"/deals/{deal.code}/?show=deliveries"))


def test_a_long_timeline_is_cut_and_shown_whole_on_request(in_english, deal, officer, monkeypatch):
    monkeypatch.setattr("deals.views.deals.ENTRIES", 3)
    whole = len(entries(deal))
    text = section(in_english.get(f"/deals/{deal.code}/"))
    assert text.count('class="entry') == 3
    assert f'<a href="?all=1#timeline">Show {whole - 3} more' in text
    assert section(in_english.get(f"/deals/{deal.code}/?all=1")).count('class="entry') == whole


def test_who_and_when_stand_with_each_entry(in_english, deal, officer):
    text = section(in_english.get(f"/deals/{deal.code}/"))
    assert text.count(f"recorded by {officer}") == text.count('class="entry')


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_was_typed_is_shown_in_the_timeline_and_never_run(browse, deal, officer, language):
    browse.cookies["django_language"] = language
    nasty = "<script>alert(1)</script>"
    update(deal, by=officer, sentence_vi=nasty, sentence_en=nasty, next_step_vi=nasty, next_step_owner=nasty)
    seen(deal, by=officer, title=nasty)
    factories.announcement(deal, title_vi=nasty, title_en=nasty, kind=AnnouncementKind.REPLACES, by=officer)
    raw = browse.get(f"/deals/{deal.code}/?show=updates,documents,announcements").content.decode()
    assert "<script>alert" not in raw
    assert unescape(raw).count(nasty) >= 5
    assert "<script>" not in browse.get(f"/deals/{deal.code}/?show=%3Cscript%3E").content.decode()


def test_as_many_queries_for_one_of_each_as_for_twenty(browse, officer):
    deal = factories.deal(by=officer)
    path = f"/deals/{deal.code}/"

    def one_more(number):
        on = date(2025, 3, number + 1)
        paper = factories.contract(deal, "1e8", on=on, by=officer)
        factories.valuation(deal, "9e9", on=on, by=officer)
        factories.delivery(paper, "1e6", on=on, by=officer)
        factories.announcement(deal, on=on, by=officer)
        factories.document(deal, by=officer)
        update(deal, on=on, by=officer)
        paper.number = f"No. {number}"
        records.keep(paper, by=officer, reason="the number was missing")

    one_more(0)
    once = queries(browse, path)
    for number in range(1, 20):
        one_more(number)
    assert queries(browse, path) == once
    with CaptureQueriesContext(connection) as found:
        deal_report(deal, Moment(timezone.localdate()))
    assert len(found) <= 26
