"""A ministry at work: all kinds of things recorded, corrected, archived and brought back, in an order that a seed
decides."""

import random
from contextlib import suppress
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from deals.actions import corrections, instruments, records
from deals.actions import deals as deal_actions
from deals.choices import Outcome, Stage
from deals.models import Deal, Instrument, Itemisation, OpeningBalance, Valuation
from deals.stages import is_forward
from tests import factories

START = date(2025, 1, 1)


def visible():
    return Deal.objects.active()


def seen_at(known_at):
    """What somebody who sees everything was shown: with what was archived since."""
    return Deal.objects.in_use_since(known_at)


def papers():
    return Instrument.objects.active().exclude(kind="amendment").filter(deal__archived_at=None)


class Ministry:
    """People who record all kinds of things, in an order that a seed decides. What is refused is left alone."""

    def __init__(self, seed, by):
        self.dice, self.by = random.Random(seed), by
        self.programme = factories.programme(by=by)
        self.parties = {
            "enterprise": factories.enterprise(by=by),
            "partner": factories.partner(by=by),
            "sector": factories.sector(by=by),
        }

    def work(self, steps):
        kinds = [name for name in dir(self) if name.startswith("do_")]
        for _ in range(steps):
            with suppress(ValidationError, IndexError), transaction.atomic():
                getattr(self, self.dice.choice(kinds))()

    def day(self):
        return START + timedelta(days=self.dice.randrange(300))

    def usd(self):
        return self.dice.choice([None, self.dice.randrange(1, 10**13) / 100, 10**9, 4 * 10**8])

    def any(self, found):
        return self.dice.choice(list(found.order_by("pk")))

    def money(self):
        return factories.money(str(self.usd() or 1))

    def do_deal(self):
        deal = factories.deal(on=self.day(), by=self.by, **self.parties)
        factories.valuation(deal, self.usd() and self.money(), on=self.day(), by=self.by)

    do_another_deal = do_deal

    def do_sign(self):
        deal, kind = self.any(visible()), self.dice.choice(["mou", "contract", "contract", "option"])
        above = self.dice.choice([None, *deal.instruments.active().filter(kind="mou")])
        usd = self.usd() and self.money()
        factories.paper(deal, kind, usd, on=self.day(), under=above, by=self.by)

    do_sign_more = do_and_more = do_sign

    def do_amend(self):
        factories.amendment(self.any(papers()), self.money() - 10**9, on=self.day(), by=self.by)

    def do_deliver(self):
        factories.delivery(self.any(papers().filter(kind="contract")), self.money(), on=self.day(), by=self.by)

    def do_value(self):
        factories.valuation(self.any(visible()), self.usd() and self.money(), on=self.day(), by=self.by)

    def do_end(self):
        paper = self.any(papers().filter(ended_on=None))
        why = self.dice.choice(["expired", "terminated", "fulfilled"])
        factories.ended(paper, on=max(self.day(), paper.signed_on), why=why, by=self.by)

    def do_revive(self):
        instruments.revive(self.any(papers().exclude(ended_on=None)), by=self.by, reason="it had not ended")

    def do_correct(self):
        paper = self.any(papers())
        paper.usd, paper.signed_on = self.usd() and self.money(), self.dice.choice([paper.signed_on, self.day()])
        records.keep(paper, by=self.by, reason="typed wrongly")

    def do_withdraw(self):
        kind = self.dice.choice([Instrument, Valuation])
        corrections.withdraw(self.any(kind.objects.active().filter(deal__archived_at=None)), by=self.by, reason="twice")

    def do_move(self):
        deal = self.any(visible().exclude(stage=Stage.CLOSED))
        stage = self.dice.choice([stage for stage in Stage if is_forward(deal.stage, stage) and stage != Stage.CLOSED])
        deal_actions.move(deal, stage=stage, on=self.day(), by=self.by, as_reported=True)

    def do_close(self):
        deal = self.any(visible().exclude(stage=Stage.CLOSED))
        how = {"outcome": self.dice.choice(list(Outcome)), "reason": "over"}
        deal_actions.close(deal, on=self.day() + timedelta(days=60), by=self.by, **how)

    def do_reopen(self):
        closed = self.any(visible().filter(stage=Stage.CLOSED))
        deal_actions.reopen(closed, stage=Stage.TALKS, on=self.day(), by=self.by, reason="not over")

    def do_archive(self):
        records.archive(self.any(visible()), by=self.by, reason="a duplicate")

    def do_restore(self):
        records.restore(self.any(Deal.objects.exclude(archived_at=None)), by=self.by, reason="no duplicate")

    def do_open(self):
        if OpeningBalance.objects.count() < 3:
            factories.opening("5e9", on=self.day(), programme=self.programme, by=self.by)

    def do_itemise(self):
        factories.itemisation(self.any(OpeningBalance.objects.active()), self.any(visible()), "1e9", by=self.by)

    def do_itemise_no_more(self):
        records.archive(self.any(Itemisation.objects.active()), by=self.by, reason="wrong deal")
