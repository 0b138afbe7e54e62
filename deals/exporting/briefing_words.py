"""A briefing in words: the sentences and tables of one language, for the page, the PDF and the Word file alike."""

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals import permissions
from deals.charts import value_bar
from deals.choices import Reading, Release
from deals.reports.briefings import Briefing

from .briefing_parts import Parts
from .said import Said, clean


def said(report: Briefing, *, language: str, code: str = "", most: int = 15) -> Said:
    """The briefing in the language; `code` is its check code once it is kept, `most` how many rows a list may have."""
    with translation.override(language):
        return _Words(report, language, code, most).said()


class _Words(Parts):
    """The words of one briefing: its head, and its sections."""

    def said(self) -> Said:
        return Said(
            language=self.language,
            ministry=_("Ministry of Industry and Trade"),
            kind=_("Briefing"),
            title=clean(str(self.asked.subject)) if self.asked.subject else _("Purchases from the United States"),
            facts=self.facts(),
            headline=self.headline(),
            target=value_bar.target_name(self.report.target, self.language) if self.report.target else "",
            notices=self.notices(),
            parts=self.parts(),
            classification=self.classification(),
            foot=self.foot(),
        )

    # The head

    def known(self) -> str:
        moment = self.asked.at.known_at
        if moment is None:
            return ""
        local = timezone.localtime(moment)
        return f"{self.day(local.date())} {local:%H:%M}"

    def facts(self) -> list[tuple[str, str]]:
        found = [(_("As of"), self.day(self.asked.at.as_of))]
        if self.known():
            found.append((_("Known up to"), self.known()))
        found.append((_("Reading"), self.reading))
        found.append((_("Compared with"), self.day(self.asked.comparison.before.as_of)))
        return found

    def headline(self) -> str:
        """The sentences that say it all, with <b> around the figures: amounts alone are put into them."""
        report = self.report
        if not report.count and not report.clearance.is_whole:
            return _("None of this is released to this audience.")
        if not report.bands.four:
            return _("No value is known on this day.") if report.count else _("Nothing is recorded on this day.")
        words = {"signed": self.short(report.signed), "pending": self.short(report.pending)}
        if self.asked.reading == Reading.ANNOUNCED:
            first = _(
                "Signed, in the announced reading: <b>%(signed)s</b>, of which <b>%(binding)s</b> under binding"
                " contracts; under negotiation <b>%(pending)s</b>."
            )
        else:
            first = _(
                "Signed, in the firm reading: <b>%(signed)s</b> under binding contracts; pending <b>%(pending)s</b>,"
                " of which <b>%(memorandum)s</b> under memoranda."
            )
        words |= {"binding": self.short(report.bands.binding), "memorandum": self.short(report.bands.memorandum)}
        words |= {"total": self.short(report.bands.four)}
        if not report.target:
            return first % words + " " + _("Together <b>%(total)s</b>.") % words
        words |= {"target": self.short(report.target), "all": self.share(report.bands.four, report.target)}
        words |= {"done": self.share(report.signed, report.target)}
        second = _(
            "Together <b>%(total)s</b>, <b>%(all)s</b> of the target of %(target)s; signed alone, <b>%(done)s</b>."
        )
        return f"{first % words} {second % words}"

    def notices(self) -> list[str]:
        """What was left out for the audience."""
        clear = self.report.clearance
        found = []
        if clear.withheld:
            found.append(
                ngettext(
                    "%(count)d deal is not released to this audience: it is left out of every figure.",
                    "%(count)d deals are not released to this audience: they are left out of every figure.",
                    clear.withheld,
                )
                % {"count": clear.withheld}
            )
        if clear.named:
            found.append(
                ngettext(
                    "%(count)d deal is named with a range only, and stands in no total.",
                    "%(count)d deals are named with a range only, and stand in no total.",
                    len(clear.named),
                )
                % {"count": len(clear.named)}
            )
        if not clear.is_whole and not self.asked.scope.by:
            found.append(_("Sums that deals have not itemised, and the share of the target, are left out with them."))
        if self.report.held is None:
            found.append(_("Obstacles, updates and notes are for the government alone, and are left out."))
        return found

    def classification(self) -> str:
        asked = self.asked
        audience = permissions.audience_name(asked.audience, asked.maker) if asked.maker else str(asked.audience.label)
        if asked.audience == Release.PARTNER and asked.subject:
            audience = f"{audience}, {clean(str(asked.subject))}"
        return _("Made for: %(audience)s") % {"audience": audience}

    def foot(self) -> str:
        parts = [_("As of %(day)s") % {"day": self.day(self.asked.at.as_of)}]
        if self.known():
            parts.append(_("as known on %(moment)s") % {"moment": self.known()})
        parts.append(_("%(reading)s reading") % {"reading": self.reading.lower()})
        if self.code:
            parts.append(_("check code %(code)s") % {"code": self.code})
        return " · ".join(parts)
