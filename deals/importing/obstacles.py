"""The reported difficulties of the sample as obstacles. Who must act, which deals are held back and, where the
text does not say, since when are our own reading; each note says so."""

from collections.abc import Mapping
from datetime import date

from deals.actions import obstacles, records
from deals.choices import DatePrecision
from deals.models import Body, Deal, Sector, User

from .reported import Row, join, only, rows, source_of, split

READ_EN = "The body that must act and the deals held back are the reading of the sample, not of the source."
READ_VI = "Đơn vị phải xử lý và các thương vụ bị vướng là cách hiểu của dữ liệu mẫu, nguồn tin không nêu."
SINCE_EN = {
    "stated": "Held to stand in the way since the day of the report, since the source names no other day.",
    "inferred": "Held to stand in the way since the day of the report, which is itself inferred.",
    "named": "The year since when it stood in the way is read from the text.",
}
SINCE_VI = {
    "stated": "Coi là vướng từ ngày đăng tin, vì nguồn tin không nêu ngày nào khác.",
    "inferred": "Coi là vướng từ ngày đăng tin; ngày này cũng được suy ra.",
    "named": "Năm bắt đầu vướng được suy ra từ nội dung tin.",
}
RESOLVED_EN = "That it was resolved with this is the reading of the sample."
RESOLVED_VI = "Việc coi là đã tháo gỡ từ đó là cách hiểu của dữ liệu mẫu."


def load(*, by: User, deals: Mapping[str, Deal], sectors: Mapping[str, Sector]) -> None:
    """Enter the bodies and every reported obstacle, whether it holds back a deal of the sample or none."""
    bodies = {row["code"]: Body(**only(row, "code name_vi name_en position")) for row in rows("bodies.csv")}
    records.keep(*bodies.values(), by=by)
    texts = {row["description_en"]: row for row in rows("obstacles_vi.csv")}
    for row in rows("reported/obstacles.csv"):
        text = texts[row["description"]]
        # What was reported to the day of an inferred date is known to its month.
        inferred = DatePrecision.MONTH if row["source_date_basis"] == "inferred" else DatePrecision.DAY
        obstacles.report(
            deals=[deals[code] for code in split(text["deals"])],
            body=bodies[text["body"]],
            on=date.fromisoformat(text["since"] or row["source_date"]),
            by=by,
            date_precision=text["date_precision"] or inferred,
            sector=sectors.get(text["sector"]),
            description_en=row["description"],
            resolved_on=date.fromisoformat(text["resolved_on"]) if text["resolved_on"] else None,
            **only(text, "title_vi title_en description_vi resolution_vi resolution_en"),
            **_notes(row, text),
            **source_of(row),
        )


def _notes(row: Row, text: Row) -> dict[str, str]:
    since = "named" if text["since"] else row["source_date_basis"]
    resolved = bool(text["resolved_on"])
    return {
        "note_en": join(READ_EN, SINCE_EN[since], RESOLVED_EN if resolved else "", row["note"]),
        "note_vi": join(READ_VI, SINCE_VI[since], RESOLVED_VI if resolved else ""),
    }
