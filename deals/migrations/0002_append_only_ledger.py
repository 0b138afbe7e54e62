"""The ledger refuses updates and deletes; papers and deliveries refuse what no check of a single row can see.

UPDATE and DELETE of postings are refused on both databases. TRUNCATE is not: it is how a test database is emptied, and
it needs the rights of the table's owner.
"""

from django.db import migrations

TODAY = {
    "sqlite": "date('now', '+7 hours')",
    "postgresql": "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
}

# Name, table, moment, message, and the condition under which the row is refused.
# What the paper above has at most: its own value and the amendments that raise it.
RULES = [
    (
        "posting_never_changes",
        "deals_posting",
        "UPDATE",
        "a ledger entry is never changed",
        "1 = 1",
    ),
    (
        "posting_never_goes",
        "deals_posting",
        "DELETE",
        "a ledger entry is never deleted",
        "1 = 1",
    ),
    *(
        (f"{name}_{moment.lower()}", table, moment, message, condition)
        for moment in ("INSERT", "UPDATE")
        for name, table, message, condition in (
            (
                "instrument_not_in_future",
                "deals_instrument",
                "a paper is entered once it is signed, not before",
                "NEW.signed_on > {today}",
            ),
            (
                "instrument_under_own_deal",
                "deals_instrument",
                "the paper above belongs to another deal",
                "NEW.under_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deals_instrument above"
                " WHERE above.id = NEW.under_id AND above.deal_id = NEW.deal_id)",
            ),
            (
                "instrument_amends_no_amendment",
                "deals_instrument",
                "an amendment stands under a paper that is no amendment",
                "NEW.kind = 'amendment' AND EXISTS (SELECT 1 FROM deals_instrument above"
                " WHERE above.id = NEW.under_id AND above.kind = 'amendment')",
            ),
            (
                "instrument_discharge_in_bounds",
                "deals_instrument",
                "a paper takes over more than the paper above it has",
                "NEW.discharges_usd IS NOT NULL AND NEW.counts AND NEW.archived_at IS NULL AND NEW.discharges_usd >"
                " (SELECT above.usd + COALESCE((SELECT SUM(amendment.usd) FROM deals_instrument amendment"
                "  WHERE amendment.under_id = above.id AND amendment.kind = 'amendment' AND amendment.usd > 0"
                "  AND amendment.archived_at IS NULL), 0)"
                " FROM deals_instrument above WHERE above.id = NEW.under_id)",
            ),
            (
                "delivery_under_a_contract",
                "deals_delivery",
                "a delivery stands under a contract of its own deal",
                "NOT EXISTS (SELECT 1 FROM deals_instrument paper WHERE paper.id = NEW.contract_id"
                " AND paper.kind = 'contract' AND paper.deal_id = NEW.deal_id)",
            ),
        )
    ),
    (
        "instrument_not_below_itself",
        "deals_instrument",
        "UPDATE",
        "a paper stands under a paper below it",
        "NEW.under_id IS NOT NULL AND EXISTS ("
        "WITH RECURSIVE above(id) AS (SELECT NEW.under_id UNION SELECT paper.under_id FROM deals_instrument paper"
        " JOIN above ON paper.id = above.id WHERE paper.under_id IS NOT NULL)"
        " SELECT 1 FROM above WHERE above.id = NEW.id)",
    ),
    (
        "instrument_stays_a_contract",
        "deals_instrument",
        "UPDATE",
        "goods are delivered under this paper, so it stays a contract of its deal",
        "(NEW.kind <> 'contract' OR NEW.deal_id <> OLD.deal_id) AND EXISTS (SELECT 1 FROM deals_delivery delivery"
        " WHERE delivery.contract_id = NEW.id)",
    ),
]


def _sqlite(name: str, table: str, moment: str, message: str, condition: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
    ]


def _postgresql(name: str, table: str, moment: str, message: str, condition: str) -> list[str]:
    result = "OLD" if moment == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
        f" RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END IF;"
        f" RETURN {result}; END $$",
        f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def create(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    write = {"sqlite": _sqlite, "postgresql": _postgresql}[vendor]
    for name, table, moment, message, condition in RULES:
        for statement in write(name, table, moment, message, condition.replace("{today}", TODAY[vendor])):
            schema_editor.execute(statement)


def drop(apps, schema_editor):
    for name, table, *_rest in RULES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_records")]
    operations = [migrations.RunPython(create, drop)]
