"""What made-up deals stand among: enterprises in groups, US partners, sectors, a programme, announced sums."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from deals import names, positions
from deals.choices import USState
from deals.importing import sample
from deals.management.bulk import Books
from deals.models import (
    Enterprise,
    Itemisation,
    OpeningBalance,
    Partner,
    Posting,
    Programme,
    Sector,
    Target,
)

SINCE = datetime(2016, 1, 1, 3, tzinfo=UTC)
BILLION = Decimal(10**9)
# fmt: off
BRANCHES = [
    "Điện lực", "Dầu khí", "Hàng không", "Hóa chất", "Than Khoáng sản", "Viễn thông", "Lương thực",
    "Thép", "Cảng biển", "Dược phẩm", "Thiết bị y tế", "Đường sắt", "Xăng dầu", "Cơ khí", "Công nghệ",
    "Thức ăn chăn nuôi", "Giấy", "Phân bón", "Xi măng", "Dệt may",
]
REGIONS = [
    "Miền Bắc", "Miền Trung", "Miền Nam", "Đồng Nai", "Quảng Ninh", "Hải Phòng", "Cần Thơ", "Bình Sơn",
    "Phú Mỹ",
]
PARTNERS = [
    "Lone Star", "Blue Ridge", "Great Lakes", "Redwood", "Cascade", "Liberty", "Prairie", "Chesapeake",
    "Summit", "Bayou",
]
TRADES = [
    "Energy", "Aerospace", "Turbines", "Grain", "Petroleum", "Systems", "Mining", "Pharma", "Robotics",
    "Networks", "Marine", "Chemicals", "Farms", "Steel", "Medical", "Optics", "Nuclear", "Devices",
    "Carriers", "Machines", "Fuels", "Cloud", "Ethanol", "Materials", "Foods", "Engines", "Rail",
    "Labs", "Power", "LNG",
]
# fmt: on


class Party(NamedTuple):
    """An enterprise, partner or sector: key, code, name in a title, and the words by which it is found."""

    key: int
    code: str
    name: str
    words: str


class Surroundings:
    """Who buys, who sells, and in which sectors: some 200 enterprises in 20 groups, 300 partners."""

    def __init__(self, books: Books) -> None:
        self.sectors: list[Party] = []
        self.enterprises: list[Party] = []
        self.partners: list[Party] = []
        self.itemising: list[int] = []
        self._books = books
        for row in {row["code"]: row for row in sample.rows("sectors.csv")}.values():
            fields = {name: row[name] for name in ("code", "name_vi", "name_en")}
            key = books.keep(Sector, SINCE, position=int(row["position"]), **fields)
            words = f"{row['name_vi']} {row['name_en']}"
            self.sectors.append(Party(key, row["code"], row["name_vi"], words))
        for number, branch in enumerate(BRANCHES, start=1):
            group = self._enterprise(f"TD{number:02d}", f"Tập đoàn {branch} Việt Nam", branch, None)
            for below, region in enumerate(REGIONS, start=1):
                self._enterprise(f"TD{number:02d}-{below}", f"Công ty {branch} {region}", f"{branch} {region}", group)
        for number in range(300):
            self._partner(number, f"{PARTNERS[number % 10]} {TRADES[number // 10]}")

    def _enterprise(self, code: str, name: str, short: str, group: int | None) -> int:
        key = self._books.key(Enterprise)
        english = names.fold(name).title()
        self._books.keep(
            Enterprise,
            SINCE,
            id=key,
            code=code,
            name_vi=name,
            name_en=english,
            aliases=[short],
            parent_id=group,
            group_id=group or key,
            ownership="state" if len(self.enterprises) % 3 else "mixed",
            sort_key=names.sort_key(short),
        )
        above = next((party.words for party in self.enterprises if party.key == group), "")
        self.enterprises.append(Party(key, code, short, f"{code} {name} {english} {short} {above}".strip()))
        return key

    def _partner(self, number: int, name: str) -> None:
        states = USState.values
        state = "" if number % 40 == 39 else states[number * number % len(states)]
        fields = {"slug": names.slug(name), "name": name, "state": state, "sort_key": names.sort_key(name)}
        key = self._books.keep(Partner, SINCE, **fields)
        self.partners.append(Party(key, fields["slug"], name, name))

    def announce_sums(self, mark: str) -> None:
        """The programme with its target, and two announced sums of which some deals itemise a part."""
        books, learned, day = self._books, datetime(2025, 5, 8, 3, tzinfo=UTC), date(2025, 3, 13)
        name = {"name_vi": "Chương trình mua hàng Hoa Kỳ", "name_en": "Purchases from the United States"}
        programme = books.keep(Programme, learned, code=mark, **name)
        target = {"amount_usd": Decimal("90.3") * BILLION, "in_force_from": date(2025, 3, 15)}
        books.keep(Target, learned, programme_id=programme, **target)
        for band, amount in (("contracted", BILLION * 5), ("negotiating", BILLION * 3)):
            label = {"label_vi": f"Số công bố {amount:,}", "label_en": f"Announced sum {amount:,}"}
            fields = {"programme_id": programme, "band": band, "amount_usd": amount, "on": day, **label}
            opening = books.keep(OpeningBalance, learned, **fields)
            parts = [BILLION / 20 for _deal in self.itemising]
            for deal, part in zip(self.itemising, parts, strict=True):
                books.keep(Itemisation, learned, opening_balance_id=opening, deal_id=deal, amount_usd=part)
            found = positions.opening_changes(on=day, band=band, amount=amount, itemised=parts)
            for (effective, name_of), usd in found.items():
                row = {"band": name_of, "amount_usd": usd, "effective_on": effective, "cause": "opening"}
                books.add(Posting, opening_balance_id=opening, recorded_at=learned, actor_id=books.system, **row)
