"""The yardstick S of the dashboard: bare SQL, written by hand, that yields all of its figures.

As the page without parameters it compares with the day 30 days before, as known then; a past day may itself be asked
for as known then. What is named beside the figures (the largest deals of a reason, what comes next) is left out.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from deals.choices import Stage
from deals.models.attention import DAYS_ALLOWED, DAYS_BEFORE_EXPIRY, FLAGS, Reason
from deals.models.sureness import SCALES
from deals.positions import BAND_NAMES

KEYS = ("group_id", "sector_id", "partner_id", "stage", "state", "evidence", "basis", "freshness", "age", "attention")
SUMS = ", ".join(["COUNT(*)", "SUM(unknown)", *(f"SUM({name})" for name in BAND_NAMES)])
ROLLED_UP = f"SELECT deal_id, {', '.join(BAND_NAMES)} FROM deals_balance"
NON_BINDING = "('loi', 'mou', 'framework')"
COUNTING = "('loi', 'mou', 'framework', 'contract')"
BEFORE = "('identified', 'talks', 'mou_signed', 'contract_talks')"


@dataclass(frozen=True)
class Bare:
    """The dashboard of a day as known at a moment (None: now), against the day `since` as known `then`."""

    vendor: str
    day: date
    since: date
    then: datetime
    known: datetime | None = None
    is_today: bool = False

    def statements(self) -> dict[str, str]:
        """What is asked, by name."""
        return {
            "now": self.summary(self.day, self.known, self.visible(), is_today=self.is_today),
            "before": self.summary(self.since, self.then, self.stood()),
            "openings": self.openings(self.day, self.known),
            "openings before": self.openings(self.since, self.then),
            "steps": self.steps(),
            "months": self.months(),
            "expected": self.expected(),
            "deliveries": self.deliveries(),
            "conversion": self.conversion(),
        }

    # What the records are

    def moment(self, known: datetime) -> str:
        zone = "+00" if self.vendor == "postgresql" else ""
        return f"'{known.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}{zone}'"

    def lines(self, table: str, known: datetime | None) -> str:
        """The records in use as known at the moment."""
        if known is None:
            return f"(SELECT * FROM deals_{table} WHERE archived_at IS NULL)"
        then = self.moment(known)
        return f"""(SELECT * FROM deals_historical{table} each WHERE archived_at IS NULL AND history_date <= {then}
            AND NOT EXISTS (SELECT 1 FROM deals_historical{table} later WHERE later.id = each.id
            AND later.history_id > each.history_id AND later.history_date <= {then}))"""

    def stood(self) -> str:
        """The deals in use now, and those archived after the moment compared with."""
        return f"SELECT id FROM deals_deal WHERE archived_at IS NULL OR archived_at > {self.moment(self.then)}"

    def visible(self) -> str:
        """The deals in use, as known at the moment."""
        if self.known is None:
            return "SELECT id FROM deals_deal WHERE archived_at IS NULL"
        known = self.moment(self.known)
        return f"""SELECT id FROM deals_deal WHERE (archived_at IS NULL OR archived_at > {known})
            AND recorded_at <= {known} AND id NOT IN (SELECT id FROM deals_historicaldeal line
            WHERE archived_at IS NOT NULL AND history_date <= {known} AND NOT EXISTS (SELECT 1
            FROM deals_historicaldeal later WHERE later.id = line.id AND later.history_id > line.history_id
            AND later.history_date <= {known}))"""

    def entries(self, day: date, known: datetime | None, on: str = "effective_on") -> str:
        recorded = f" AND recorded_at <= {self.moment(known)}" if known else ""
        return f"{on} <= '{day}'{recorded}"

    def month(self, day: str) -> str:
        return f"to_char({day}, 'YYYY-MM')" if self.vendor == "postgresql" else f"substr({day}, 1, 7)"

    def days(self, later: str, earlier: str) -> str:
        if self.vendor == "postgresql":
            return f"({later} - {earlier})"
        return f"CAST(julianday({later}) - julianday({earlier}) AS int)"

    # Sums and breakdowns

    def summary(self, day: date, known: datetime | None, visible: str, *, is_today: bool = False) -> str:
        """All sums of the deals, by each of the keys: each deal and each paper is looked at once."""
        papers = f"SELECT * FROM {self.lines('instrument', known)} line WHERE counts AND signed_on <= '{day}'"
        keys = KEYS if is_today else KEYS[:-1]
        stage, attention, more = "deal.stage", "", ""
        amounts = ROLLED_UP
        if is_today:
            attention, more = self.attention(day)
        else:
            sums = ", ".join(f"SUM(CASE WHEN band = '{name}' THEN amount_usd END) AS {name}" for name in BAND_NAMES)
            amounts = f"""SELECT deal_id, {sums} FROM deals_posting
                WHERE {self.entries(day, known)} AND deal_id IS NOT NULL GROUP BY deal_id"""
            stage = f"""COALESCE((SELECT reached.stage FROM deals_stagechange reached WHERE reached.deal_id = deal.id
                AND {self.entries(day, known, '"on"')} ORDER BY "on" DESC, reached.id DESC LIMIT 1), '')"""
        figures = f"""SELECT enterprise.group_id, deal.sector_id, COALESCE(deal.partner_id, 0) AS partner_id,
            {stage} AS stage, COALESCE(partner.state, '') AS state, COALESCE(evidence, 0) AS evidence,
            COALESCE(basis, 0) AS basis, COALESCE(age, 0) AS age, COALESCE(unknown, 0) AS unknown,
            {self.freshness(day)} AS freshness, {attention} {", ".join(BAND_NAMES)}
            FROM deals_deal deal JOIN deals_enterprise enterprise ON enterprise.id = deal.enterprise_id
            LEFT JOIN deals_partner partner ON partner.id = deal.partner_id
            LEFT JOIN amount ON amount.deal_id = deal.id LEFT JOIN held ON held.deal_id = deal.id
            LEFT JOIN heard ON heard.deal_id = deal.id {more}
            WHERE deal.id IN ({visible})"""
        return f"""WITH amount AS ({amounts}), held AS ({self.held(papers, day, known)}),
            heard AS ({self.heard(day, known)}), figures AS MATERIALIZED ({figures}) {self.in_sets(keys)}"""

    def held(self, papers: str, day: date, known: datetime | None) -> str:
        """What the papers behind each deal say of it; the last columns are for attention."""
        in_force = f"(ended_on IS NULL OR ended_on > '{day}')"
        received = f"""SELECT contract_id FROM {self.lines("delivery", known)} line
            WHERE kind = 'actual' AND "on" <= '{day}'"""
        behind = f"kind IN {COUNTING} AND ({in_force} OR (kind = 'contract' AND id IN ({received})))"
        graded = {
            scale: " ".join(
                [
                    "CASE WHEN usd IS NULL THEN 1",
                    *(f"WHEN {scale} = '{grade}' THEN {SCALES[scale].index(grade)}" for grade in SCALES[scale][2:-1]),
                    f"ELSE {len(SCALES[scale]) - 1} END",
                ]
            )
            for scale in ("evidence", "basis")
        }
        today = f"CAST('{day}' AS date)" if self.vendor == "postgresql" else f"'{day}'"
        priced = "CASE WHEN usd IS NULL THEN 2 ELSE 1 END"
        age = f"{self.days(today, 'signed_on')} / 91 + 1"
        soon = f"kind IN {NON_BINDING} AND expires_on <= '{day + timedelta(days=DAYS_BEFORE_EXPIRY)}'"
        planned = "SELECT contract_id FROM deals_delivery WHERE kind = 'planned' AND archived_at IS NULL"
        documents = "SELECT instrument_id FROM deals_document WHERE archived_at IS NULL AND instrument_id IS NOT NULL"
        # 2: whatever the deal still holds.
        attention = f""", MAX(CASE WHEN {in_force} AND {soon} THEN {priced} END) AS expiring,
            MAX(CASE WHEN {in_force} AND kind = 'contract' AND id NOT IN ({planned}) THEN {priced} END) AS unplanned,
            MAX(CASE WHEN {in_force} AND kind IN {COUNTING} AND id NOT IN ({documents}) THEN 1 END) AS bare"""
        return f"""SELECT deal_id, MAX(CASE WHEN behind THEN {graded["evidence"]} END) AS evidence,
            MAX(CASE WHEN behind THEN {graded["basis"]} END) AS basis,
            MAX(CASE WHEN {in_force} AND kind IN {NON_BINDING} THEN {age} END) AS age,
            SUM(CASE WHEN {in_force} AND usd IS NULL THEN 1 ELSE 0 END) AS unknown
            {attention if self.is_today and known is None else ""}
            FROM (SELECT paper.*, {behind} AS behind FROM ({papers}) paper) paper GROUP BY deal_id"""

    def heard(self, day: date, known: datetime | None) -> str:
        within = f"BETWEEN '{day - timedelta(days=365)}' AND '{day}'"
        recorded = f"AND recorded_at <= {self.moment(known)}" if known else ""
        return f"""SELECT deal_id, MAX(last) AS last FROM (SELECT deal_id, "on" AS last
            FROM {self.lines("progressupdate", known)} line WHERE kind <> 'note' AND "on" {within}
            UNION ALL SELECT deal_id, effective_on FROM deals_posting
            WHERE deal_id IS NOT NULL AND effective_on {within} {recorded}) found GROUP BY deal_id"""

    def freshness(self, day: date) -> str:
        steps = " ".join(
            f"WHEN heard.last >= '{day - timedelta(days=days)}' THEN {grade}"
            for days, grade in ((30, 3), (90, 2), (365, 1))
        )
        return f"CASE {steps} ELSE 0 END"

    def attention(self, day: date) -> tuple[str, str]:
        """The flags of a deal, and what they are read from besides its papers."""
        allowed = " ".join(
            f"WHEN '{stage}' THEN '{day - timedelta(days=days)}'" for stage, days in DAYS_ALLOWED.items()
        )
        limit = f"CAST(CASE deal.stage {allowed} END AS {'date' if self.vendor == 'postgresql' else 'text'})"
        earliest = day - timedelta(days=max(DAYS_ALLOWED.values()))
        slipped = """EXISTS (SELECT 1 FROM deals_historicaldeal line
            WHERE line.id = deal.id AND line.expected_on < deal.expected_on)"""
        conditions = {
            Reason.BLOCKED: "is_open AND condition = 'blocked'",
            Reason.OVERDUE_STEP: f"is_open AND step.next_step_by < '{day}'",
            Reason.PASSED: f"is_open AND deal.stage IN {BEFORE} AND deal.expected_on < '{day}'",
            Reason.SLIPPED: f"is_open AND deal.stage IN {BEFORE} AND deal.expected_on IS NOT NULL AND {slipped}",
            Reason.EXPIRING: "(expiring = 2 OR (expiring = 1 AND memorandum > 0))",
            Reason.AT_RISK: "is_open AND condition = 'at_risk'",
            Reason.UNREPORTED: f"""is_open AND deal.stage <> '{Stage.CLOSED}'
                AND COALESCE(moved.last < {limit}, TRUE) AND COALESCE(reported.last < {limit}, TRUE)""",
            Reason.UNKNOWN_VALUE: "unknown > 0",
            Reason.NO_SCHEDULE: "(unplanned = 2 OR (unplanned = 1 AND contracted > 0))",
            Reason.NO_DOCUMENT: "bare = 1",
        }
        is_open = f"(deal.closed_on IS NULL OR deal.closed_on > '{day}')"
        flags = [f"CASE WHEN {told} THEN {FLAGS[reason]} ELSE 0 END" for reason, told in conditions.items()]
        updates = "FROM deals_progressupdate WHERE archived_at IS NULL AND kind <> 'note'"
        ranked = f"""SELECT deal_id, next_step_by, ROW_NUMBER() OVER (PARTITION BY deal_id ORDER BY "on" DESC, id DESC)
            AS place {updates} AND "on" <= '{day}'"""
        return (
            f"{' + '.join(flags)} AS attention,".replace("is_open", is_open),
            f"""LEFT JOIN (SELECT deal_id, MAX("on") AS last FROM deals_stagechange WHERE "on" >= '{earliest}'
            GROUP BY deal_id) moved ON moved.deal_id = deal.id
            LEFT JOIN (SELECT deal_id, MAX("on") AS last {updates} AND "on" >= '{earliest}'
            GROUP BY deal_id) reported ON reported.deal_id = deal.id
            LEFT JOIN ({ranked}) step ON step.deal_id = deal.id AND step.place = 1""",
        )

    def in_sets(self, keys: tuple[str, ...]) -> str:
        """The sums by each key and of all, from figures that are worked out once."""
        if self.vendor == "postgresql":
            sets = "), (".join(keys)
            return f"SELECT {', '.join(keys)}, {SUMS} FROM figures GROUP BY GROUPING SETS (({sets}), ())"
        each = [
            f"SELECT {', '.join(own if own == by else 'NULL' for own in keys)}, {SUMS} FROM figures GROUP BY {by}"
            for by in keys
        ]
        return " UNION ALL ".join([*each, f"SELECT {', '.join(['NULL'] * len(keys))}, {SUMS} FROM figures"])

    def openings(self, day: date, known: datetime | None) -> str:
        return f"""SELECT opening_balance_id, band, SUM(amount_usd) FROM deals_posting
            WHERE opening_balance_id IS NOT NULL AND {self.entries(day, known)} GROUP BY opening_balance_id, band"""

    # What changed

    def steps(self) -> str:
        """The entries between the moments by what happened, in cents: of an opening or not, after the earlier day or
        not, cause, band, and what happened to the deal on the day of the entry as bits (see happenings)."""
        wanted = f"""{self.entries(self.day, self.known)} AND (effective_on > '{self.since}'
            OR recorded_at > {self.moment(self.then)})"""
        after = f"> '{self.since}' AND deal_id IN (SELECT deal_id FROM entry WHERE effective_on > '{self.since}')"
        closed, signed = (after.replace("deal_id IN", f"{name} IN") for name in ("id", "signed.deal_id"))
        paper = self.lines("instrument", self.known)
        bit = f"""CASE WHEN signed.kind = 'amendment' THEN 32 WHEN NOT signed.counts THEN 1
            WHEN signed.under_id IS NULL THEN 2 WHEN signed.kind = 'contract' AND signed.usd IS NOT NULL
            AND above.kind IN {NON_BINDING} THEN 4 WHEN above.id IS NULL THEN 2
            WHEN signed.usd IS NULL THEN 16 ELSE 8 END"""
        return f"""WITH entry AS (SELECT * FROM deals_posting
            WHERE {wanted} AND (deal_id IS NULL OR deal_id IN ({self.stood()}))),
            fact (deal_id, day, bit) AS (SELECT signed.deal_id, signed.signed_on, {bit} FROM {paper} signed
            LEFT JOIN {paper} above ON above.id = signed.under_id AND above.counts AND above.usd IS NOT NULL
            AND above.signed_on < signed.signed_on WHERE signed.signed_on {signed}
            UNION SELECT deal_id, ended_on, 128 FROM {paper} line WHERE ended_on {after}
            UNION SELECT id, closed_on, 128 FROM {self.lines("deal", self.known)} line WHERE closed_on {closed}
            UNION SELECT deal_id, "on", 64 FROM {self.lines("delivery", self.known)} line
            WHERE kind = 'actual' AND "on" {after}
            UNION SELECT deal_id, "on", 256 FROM {self.lines("valuation", self.known)} line WHERE "on" {after}),
            happened AS (SELECT deal_id, day, SUM(bit) AS bits FROM fact GROUP BY deal_id, day)
            SELECT CASE WHEN entry.deal_id IS NULL THEN 1 ELSE 0 END,
            CASE WHEN effective_on > '{self.since}' THEN 1 ELSE 0 END, cause, band, COALESCE(bits, 0),
            COUNT(*), SUM(amount_usd) FROM entry LEFT JOIN happened ON happened.deal_id = entry.deal_id
            AND day = effective_on AND effective_on > '{self.since}' GROUP BY 1, 2, 3, 4, 5"""

    # Over time

    def months(self) -> str:
        return f"""SELECT {self.month("effective_on")}, band, SUM(cents) FROM (SELECT effective_on, band,
            SUM(amount_usd) AS cents FROM deals_posting WHERE {self.entries(self.day, self.known)}
            AND (deal_id IS NULL OR deal_id IN ({self.visible()})) GROUP BY effective_on, band) by_day GROUP BY 1, 2"""

    def held_now(self) -> str:
        if self.is_today:
            return ROLLED_UP
        sums = ", ".join(
            f"COALESCE(SUM(CASE WHEN band = '{name}' THEN amount_usd END), 0) AS {name}" for name in BAND_NAMES
        )
        return f"""SELECT deal_id, {sums} FROM deals_posting
            WHERE deal_id IS NOT NULL AND {self.entries(self.day, self.known)} GROUP BY deal_id"""

    def expected(self) -> str:
        return f"""SELECT expected_on, COUNT(*), SUM(memorandum), SUM(negotiating)
            FROM {self.lines("deal", self.known)} deal JOIN ({self.held_now()}) held ON held.deal_id = deal.id
            WHERE expected_on IS NOT NULL AND (memorandum > 0 OR negotiating > 0) AND deal.id IN ({self.visible()})
            GROUP BY expected_on"""

    def deliveries(self) -> str:
        """By month: planned, what of it is to come, and how many deliveries are of unknown value."""
        within = "CASE WHEN {0} < 0 THEN 0 WHEN {0} > contracted THEN contracted ELSE {0} END"
        return f"""WITH event AS (SELECT delivery.deal_id, "on" AS day, delivery.kind,
            COALESCE(SUM(delivery.usd), 0) AS usd, COUNT(*) - COUNT(delivery.usd) AS unknown
            FROM {self.lines("delivery", self.known)} delivery
            JOIN {self.lines("instrument", self.known)} contract ON contract.id = delivery.contract_id
            WHERE (delivery.kind = 'planned' OR (delivery.usd IS NULL AND "on" <= '{self.day}'))
            AND contract.kind = 'contract' AND contract.signed_on <= '{self.day}'
            AND (contract.ended_on IS NULL OR contract.ended_on > '{self.day}' OR "on" <= '{self.day}')
            AND delivery.deal_id IN ({self.visible()}) GROUP BY delivery.deal_id, "on", delivery.kind),
            running AS (SELECT event.*, contracted, SUM(usd) OVER (PARTITION BY event.deal_id ORDER BY day) - delivered
            AS reached FROM event LEFT JOIN ({self.held_now()}) held ON held.deal_id = event.deal_id)
            SELECT {self.month("day")}, kind, CASE WHEN day <= '{self.day}' THEN 1 ELSE 0 END, SUM(unknown), SUM(usd),
            SUM({within.format("reached")} - {within.format("(reached - usd)")}) FROM running GROUP BY 1, 2, 3"""

    # From memorandum to contract

    def conversion(self) -> str:
        """Cases by sector, outcome and time: how many, of unknown value, their cents, the cents converted."""
        day = f"CAST('{self.day}' AS date)" if self.vendor == "postgresql" else f"'{self.day}'"
        in_force = f"(paper.ended_on IS NULL OR paper.ended_on > '{self.day}')"
        own = "COALESCE(paper.usd, 0) + COALESCE(amended.usd, 0)"
        worth = "paper.usd + COALESCE(amended.usd, 0)"
        taken = f"""CASE WHEN {in_force} OR paper.end_reason IN ('fulfilled', 'superseded')
            THEN COALESCE(paper.discharges_usd, CASE WHEN {own} < 0 THEN 0 ELSE {own} END) ELSE 0 END"""
        return f"""WITH RECURSIVE paper AS (SELECT id, deal_id, kind, under_id, signed_on, ended_on, end_reason, usd,
            discharges_usd FROM {self.lines("instrument", self.known)} line WHERE counts AND signed_on <= '{self.day}'),
            amended AS (SELECT under_id, SUM(usd) AS usd FROM paper WHERE kind = 'amendment' GROUP BY under_id),
            memorandum AS (SELECT * FROM paper WHERE kind IN {NON_BINDING}),
            below (root, id, ended_on) AS (SELECT id, id, ended_on FROM memorandum WHERE under_id IS NULL
            OR under_id NOT IN (SELECT id FROM memorandum) UNION ALL SELECT root, memorandum.id, memorandum.ended_on
            FROM below JOIN memorandum ON memorandum.under_id = below.id),
            ended AS (SELECT root, CASE WHEN SUM(CASE WHEN {in_force.replace("paper.", "")} THEN 1 ELSE 0 END) = 0
            THEN MAX(ended_on) END AS ended_on FROM below GROUP BY root),
            taken AS (SELECT root, MIN(paper.signed_on) AS converted_on, SUM({taken}) AS converted
            FROM below JOIN paper ON paper.under_id = below.id AND paper.kind = 'contract'
            LEFT JOIN amended ON amended.under_id = paper.id GROUP BY root),
            one AS (SELECT sector_id, converted_on, ended.ended_on, COALESCE(converted, 0) AS converted,
            {self.days(f"COALESCE(converted_on, ended.ended_on, {day})", "paper.signed_on")} AS days,
            CASE WHEN {worth} < 0 THEN 0 ELSE {worth} END AS cents
            FROM ended JOIN memorandum paper ON paper.id = ended.root JOIN deals_deal deal ON deal.id = paper.deal_id
            LEFT JOIN taken ON taken.root = paper.id LEFT JOIN amended ON amended.under_id = paper.id
            WHERE deal.id IN ({self.visible()}))
            SELECT sector_id, CASE WHEN converted_on IS NOT NULL THEN 'converted' WHEN ended_on IS NOT NULL THEN 'ended'
            ELSE 'open' END, CASE WHEN converted_on IS NOT NULL THEN days ELSE days / 91 END, COUNT(*),
            COUNT(*) - COUNT(cents), SUM(cents), SUM(CASE WHEN converted < cents THEN converted ELSE cents END)
            FROM one GROUP BY 1, 2, 3"""
