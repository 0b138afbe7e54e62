"""The words of a register for what is chosen from a list: the product's own in both languages, and what staff write."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from django.utils import translation

from deals import names

ALSO: Mapping[str, Mapping[str, str]] = {
    "InstrumentKind": {
        "mou": "bgn, ban ghi nho, bien ban ghi nho, ghi nho, bien ban ghi nho hop tac, memorandum, memo",
        "contract": "hd, hop dong, hop dong mua ban, purchase agreement, sales contract",
        "loi": "thu y dinh, y dinh thu, thu bay to quan tam, letter of interest",
        "framework": "thoa thuan khung, hop dong khung, framework",
        "amendment": "phu luc, phu luc hop dong, plhd, sua doi, addendum",
        "option": "quyen chon, quyen mua, quyen mua them",
        "financing": "tin dung, hop dong tin dung, hop dong vay, loan, tai tro",
    },
    "Stage": {
        "identified": "co nhu cau, de xuat, du kien, nhu cau mua, need",
        "talks": "dam phan, dang dam phan, dang trao doi, negotiating, under negotiation, dang thuong thao",
        "mou_signed": "da ky mou, da ky ban ghi nho, da ky bgn, da ky bien ban ghi nho, mou signed",
        "contract_talks": "dang dam phan hop dong, contract negotiation",
        "contract_signed": "da ky hop dong, da ky hd, hop dong da ky, contract signed",
        "delivering": "dang thuc hien, dang giao hang, dang trien khai, thuc hien, in delivery, implementing",
        "closed": "ket thuc, da ket thuc, hoan thanh, da hoan thanh, completed, da huy",
    },
    "Condition": {"on_track": "binh thuong, dung tien do, normal", "blocked": "vuong, dang vuong"},
    "DeliveryKind": {"planned": "ke hoach, du kien, plan", "actual": "thuc te, da giao, thuc hien"},
    "Ownership": {"state": "nha nuoc, dnnn", "mixed": "co phan nha nuoc", "private": "tu nhan"},
}  # fmt: skip
YES = frozenset(["co", "yes", "y", "x", "true", "1", "dung"])
NO = frozenset(["khong", "no", "n", "false", "0", "sai"])


@cache
def meanings(choices: Any) -> Mapping[str, str]:
    """What each word stands for, by the word folded."""
    found: dict[str, str] = {}
    for value, said in ALSO.get(choices.__name__, {}).items():
        found |= dict.fromkeys((word.strip() for word in said.split(",")), value)
    for member in choices:
        found[names.fold(member.value)] = member.value
        for language in ("vi", "en"):
            with translation.override(language):
                found[names.fold(str(member.label))] = member.value
    return found


@lru_cache(maxsize=2048)
def meant(choices: Any, text: str) -> str | None:
    """What the word stands for; None where it is not known."""
    return meanings(choices).get(names.fold(text).strip(" .:;"))


def label(choices: Any, value: str, language: str) -> str:
    """The word for the value in the language; empty where there is none."""
    if not value:
        return ""
    with translation.override(language):
        return str(choices(value).label)
