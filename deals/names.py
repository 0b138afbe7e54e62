"""Names as they are compared, searched and sorted. Pure functions over text."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property

INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")  # those of Vietnamese and its neighbours
WORD = re.compile(r"[^\W_]+")
PLAIN = bytes(byte if byte < 128 and chr(byte).isalnum() else ord(" ") for byte in range(256))
FOREIGN = re.compile(r"[^\x00-\x7f]")
# Eth is what some keyboards and PDFs give for đ.
BARRED = re.compile("[đĐðÐ]")
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
LETTER_RANK = {letter: format(rank, "02d") for rank, letter in enumerate(ALPHABET, start=40)}


def tidy(text: str) -> str:
    """The text in NFC, without invisible characters, each run of spaces one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
    return " ".join(text.split())


def fold(text: str) -> str:
    """The text for searching: no marks, no case, đ as d, one space between words."""
    found = tidy(text)
    if found.isascii():
        return found.lower()
    bare = MARKS.sub("", unicodedata.normalize("NFD", BARRED.sub("d", found).casefold()))
    if bare.isascii():
        return bare
    return unicodedata.normalize("NFC", FOREIGN.sub(_without_combining, bare))


def _without_combining(found: re.Match[str]) -> str:
    return "" if unicodedata.combining(found[0]) else found[0]


def words(text: str) -> list[str]:
    """The words of the text, folded: letters and digits only."""
    return WORD.findall(fold(text))


def each_word(texts: Iterable[str]) -> str:
    """The words of the texts, folded, each once and in their order: what is searched word by word."""
    return " ".join(dict.fromkeys(fold(" ".join(texts)).split()))


def pieces(folded: str) -> set[bytes]:
    """The runs of ASCII letters and digits in a folded text, and an empty one: three times as quick as its words, for
    a first look at very many texts. A text with a word has all pieces of that word."""
    return {b"", *folded.encode().translate(PLAIN).split()}


def slug(text: str) -> str:
    """The text as part of an address: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def sort_key(text: str) -> str:
    """A key whose plain byte order is the Vietnamese dictionary order: letters first, then tones."""
    letters, tones = [], []
    for char in tidy(text).replace("ð", "đ").replace("Ð", "Đ").casefold():
        parts = unicodedata.normalize("NFD", char)
        tone = next((TONES[part] for part in parts if part in TONES), "0")
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        if letter not in LETTER_RANK:
            letter = unicodedata.normalize("NFD", letter)[:1]
        rank = LETTER_RANK.get(letter)
        letters.append(rank if rank else "3" + letter if letter.isdigit() else "20")
        tones.append(tone)
    return "".join(letters) + " " + "".join(tones)


# Comparing: tables over folded words, English ones in the singular, of phrases and what is read in their place.


def _listed(phrases: str) -> dict[str, str]:
    """Phrases that stand for nothing, from a list of them."""
    return dict.fromkeys((phrase.strip() for phrase in phrases.split(",")), "")


FORMS = _listed("""
    tong cong ty, tap doan, cong ty co phan, cong ty cp, ctcp, co phan, cong ty tnhh, cong ty trach nhiem huu han, tnhh,
    trach nhiem huu han, mot thanh vien, mtv, cong ty, cty, tct, joint stock company, joint stock corporation,
    joint stock, jsc, corporation, corp, incorporated, inc, company, co, limited, ltd, llc, llp, plc, group, holdings,
    holding, the, and
""")
FILLING = _listed("""
    va, cho, cua, voi, tai, tu, ve, de, theo, trong, den, bang, giua, duoc, se, da, cac, nhung, moi, mot, them, tiep,
    tiep theo, khoang, hon, toi, toi da, gan, dai han, lau dai, nam, thang, quy, ngay, mua, ban, dat mua, dat, don hang,
    nhap khau, nhap, cung cap, cung ung, ky, ky ket, hop dong, bien ban, bien ban ghi nho, ghi nho, thoa thuan, hop tac,
    thuong vu, doanh nghiep, du kien, ke hoach, nguyen tac, phu luc, tri gia, hoa ky, viet nam, nghin, ngan, trieu, ty,
    do la, an, for, of, with, from, to, in, on, at, by, or, between, more, another, up, over, about, nearly, some, new,
    long, term, year, buy, purchase, order, sell, sale, supply, import, sign, select, contract, agreement, deal, mou,
    loi, memorandum, understanding, letter, intent, framework, principle, plan, planned, amendment, cooperation,
    partnership, worth, value, usd, us, dollar, american, vietnam, vietnamese, united state, thousand, million, billion,
    bn
""")
MEASURES = _listed("""
    tan, thung, lo, chiec, bo, lieu, to may, mw, gw, kw, kwh, m3, ton, tonne, barrel, cargo, cargoe, unit, set, dose,
    piece
""")
GOODS = {
    "may bay": "aircraft", "tau bay": "aircraft", "airplane": "aircraft", "plane": "aircraft", "than hep": "narrow",
    "narrow body": "narrow", "than rong": "wide", "wide body": "wide", "dong co": "engine", "hang khong": "aviation",
    "bo nguon phu": "auxiliary power", "apu": "auxiliary power", "bao duong": "maintenance", "sua chua": "maintenance",
    "bao tri": "maintenance", "mro": "maintenance", "dich vu": "service", "ho tro": "support", "ky thuat": "technical",
    "thiet bi": "equipment", "trang thiet bi": "equipment", "he thong": "system", "cong nghe": "technology",
    "phan mem": "software", "may chu": "server", "trung tam du lieu": "data centre", "center": "centre",
    "nghien cuu": "study", "dao tao": "training", "nang cap": "upgrade", "thiet ke": "design", "tai tro": "financing",
    "funding": "financing", "tai tro von": "financing", "cho thue": "leasing", "leaseback": "leasing",
    "nang luong": "energy", "dien": "power", "tua bin": "turbine", "may phat": "generator",
    "may phat dien": "generator", "dien gio": "wind power", "trang trai dien gio": "wind farm", "nha may": "plant",
    "factory": "plant", "nha may dien": "power plant", "nhiet dien": "power", "hat nhan": "nuclear",
    "dien hat nhan": "nuclear power", "lo phan ung": "reactor", "khi": "gas", "khi hoa long": "lng",
    "kho cang": "terminal", "mo khi": "gas field",
    "mo dau": "oil field", "dau khi": "oil gas", "dau tho": "crude", "loc dau": "refinery", "xang": "petrol",
    "nha may loc dau": "refinery", "nhien lieu": "fuel", "nguyen lieu": "material", "than": "coal",
    "khoang san": "mineral", "che bien": "processing", "ngo": "corn", "lua mi": "wheat", "dau tuong": "soybean",
    "dau nanh": "soybean", "kho dau tuong": "soybean meal", "ngu coc": "grain", "nong san": "farm product",
    "san pham": "product", "thuc pham": "food", "thit": "meat", "thuc an chan nuoi": "feed", "go": "wood",
    "timber": "wood", "bong": "cotton", "vac xin": "vaccine", "thuoc": "medicine", "da thuoc": "leather",
    "dien thoai": "phone", "ban dan": "semiconductor",
}  # fmt: skip


class _Phrases:
    """Phrases and what stands for each, found by the first of their words: most words begin none."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        self.terms = terms
        lengths: dict[str, set[int]] = {}
        for phrase in terms:
            first, *more = phrase.split()
            lengths.setdefault(first, set()).add(1 + len(more))
        self.lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    @cached_property
    def with_word(self) -> dict[str, set[str]]:
        """Of each word of a phrase, the words that stand for the phrases it is in."""
        found: dict[str, set[str]] = {}
        for phrase, standing in self.terms.items():
            for word in phrase.split():
                found.setdefault(word, set()).update(standing.split())
        return found

    def read(self, found: Sequence[str]) -> list[str]:
        """The words, of each longest phrase that is known what stands for it."""
        read: list[str] = []
        place = 0
        while place < len(found):
            for length in self.lengths.get(found[place], ()):
                phrase = " ".join(found[place : place + length])
                if phrase in self.terms:
                    read += self.terms[phrase].split()
                    place += len(phrase.split())
                    break
            else:
                read.append(found[place])
                place += 1
        return read


LEGAL, READ = _Phrases(FORMS), _Phrases({**FORMS, **FILLING, **MEASURES, **GOODS})
SCALES = {"nghin": 3, "ngan": 3, "thousand": 3, "trieu": 6, "million": 6, "m": 6, "ty": 9, "billion": 9, "bn": 9}
DOLLARS = {"$", "us$", "usd"}
CURRENCIES = {*DOLLARS, "dollar", "dollars", "do", "dong", "vnd"}
MANY = 10**12  # no quantity is as large
# What a quantity may follow.
LEADING = FILLING.keys() - {"va"}
# Boeing calls its aircraft 707 to 787: a number that is a name.
MODEL = re.compile(r"7\d7")


def bare(name: str) -> str:
    """The name for comparing: folded, letters and digits only, without legal forms; one of nothing else keeps them."""
    text = re.sub(r"\bt[đð]\b", "tập đoàn", tidy(name).casefold())
    # J.S.C. is one word, Co.Ltd are two.
    text = re.sub(r"(?<!\w)(\w)\.(?=\w(?!\w))", r"\1", fold(text))
    found = words(text)
    return fold("".join(LEGAL.read(found) or found)) or text


def closest(text: str, names: Iterable[str]) -> list[str]:
    """At most three of the names that may have been meant, the nearest first. Looks at each name once."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(bare(name), []).append(name)
    return [name for key in get_close_matches(bare(text), found) for name in found[key]][:3]


def goods_of(title: str) -> frozenset[str]:
    """The words of a title that say what is bought: folded, in English where the word is a common one, the singular
    for the plural; without numbers (but 737 is a name), measures and words that are in any title."""
    known = [_singular(word) for word in words(title) if not word.isdecimal() or MODEL.fullmatch(word)]
    return frozenset(word for word in READ.read(known) if len(word) > 1)


def pieces_saying(goods: Iterable[str]) -> dict[bytes, frozenset[str]]:
    """Of each piece without which a text does not say one of these goods, or not in that way, those it may say."""
    wanted, found = set(goods), dict[bytes, frozenset[str]]()
    for word in wanted | {word for word, standing in READ.with_word.items() if standing & wanted}:
        said = wanted & ({word} | READ.with_word.get(word, set()))
        for written in (word, f"{word}s"):  # as goods_of reads the plural
            if _singular(written) == word:
                piece = max(pieces(written))
                found[piece] = found.get(piece, frozenset()) | said
    return found


def quantities_of(title: str) -> frozenset[Decimal]:
    """The numbers of a title that say how much is bought: not years, sums of money, nor what belongs to a name."""
    parts = [part.strip(".,;:()[]“”\"'") for part in fold(title).split()]
    numbers = [place for place, part in enumerate(parts) if part[:1].isdigit()]
    found = (_quantity(parts[:place], parts[place], parts[place + 1 :]) for place in numbers)
    return frozenset(value for value in found if value)


def _quantity(before: list[str], part: str, after: list[str]) -> Decimal | None:
    """How much the part says, if it is a number that leads its phrase or has a measure after it."""
    split = re.fullmatch(r"([\d.,]+)([a-z]*)", part)
    value = _number(split[1]) if split else None
    if split is None or value is None or (split[2] and split[2] not in MEASURES):
        return None
    scale = SCALES.get(after[0], 0) if after else 0
    after = after[1:] if scale else after
    if {*after[:1]} & CURRENCIES or {*before[-1:]} & DOLLARS:
        return None
    follows = {_singular(" ".join(after[:length])) for length in (1, 2)}
    is_measured = split[2] or 0 < scale < 9 or follows & MEASURES.keys()
    is_named = MODEL.fullmatch(part) or (part.isdecimal() and 1990 <= value <= 2050) or scale == 9
    leads = not before or before[-1] in LEADING or " ".join(before[-2:]) in LEADING
    value = value.scaleb(scale)
    return value if value < MANY and (is_measured or (leads and not is_named)) else None


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _number(text: str) -> Decimal | None:
    """1.250 and 1,250 are thousands; 1,25 and 1.25 are not."""
    for thousands, point in (".,", ",."):
        if re.fullmatch(rf"(\d{{1,3}}(\{thousands}\d{{3}})+|\d+)(\{point}\d{{1,2}})?", text):
            return Decimal(text.replace(thousands, "").replace(point, "."))
    return None
