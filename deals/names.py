"""Names as they are compared, searched and sorted. Pure functions over text."""

import re
import unicodedata

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
# Eth is what some keyboards and PDFs give for đ.
BARRED = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
LETTER_RANK = {letter: format(rank, "02d") for rank, letter in enumerate(ALPHABET, start=40)}


def tidy(text: str) -> str:
    """The text in NFC, without invisible characters, each run of spaces one space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text.translate(INVISIBLE))).strip()


def fold(text: str) -> str:
    """The text for searching: no marks, no case, đ as d, one space between words."""
    bare = unicodedata.normalize("NFD", tidy(text).translate(BARRED).casefold())
    return unicodedata.normalize("NFC", "".join(char for char in bare if not unicodedata.combining(char)))


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
