"""What a briefing is asked for besides the day and the reading: of what, in which languages, for whom."""

from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from deals.choices import Release

from . import audiences

BOTH = "both"
LANGUAGES = ("vi", "en", BOTH)
PARAMETERS = ("of", "lang", audiences.PARAMETER)


@dataclass(frozen=True)
class BriefingQuestion:
    """`by` and `key` name the scope (empty: all deals), `language` is one of LANGUAGES. While there are `problems`
    nothing is made."""

    by: str
    key: str
    language: str
    audience: Release
    problems: list[str] = field(default_factory=list)

    @property
    def of(self) -> str:
        return f"{self.by}:{self.key}" if self.by else ""

    @property
    def languages(self) -> tuple[str, ...]:
        return ("vi", "en") if self.language == BOTH else (self.language,)

    @property
    def state(self) -> dict[str, str]:
        """The parameters that ask for the same again."""
        return {"of": self.of, "lang": self.language, "audience": str(self.audience)}


def read(asked: QueryDict, *, language: str) -> BriefingQuestion:
    """The question of an address or a form; `language` is the reader's own, for where none is named."""
    problems: list[str] = []
    by, _colon, key = asked.get("of", "").strip().partition(":")
    wanted = asked.get("lang", "") or language
    if wanted not in LANGUAGES:
        problems.append(
            _("There is no language “%(text)s”: choose vi, en or both; nothing was made.") % {"text": wanted[:20]}
        )
        wanted = language
    audience = audiences.read(asked, problems)
    problems += audiences.one_partner(audience, key if by == "partner" else "")
    return BriefingQuestion(by, key, wanted, audience, problems)
