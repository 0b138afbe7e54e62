"""The words that records choose from (DESIGN section 2), with their names for people. No rules live here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Band(TextChoices):
    """Where a dollar stands. Every dollar of a deal stands in exactly one band."""

    DELIVERED = "delivered", _("Delivered")
    CONTRACTED = "contracted", _("Contracted, not yet delivered")
    MEMORANDUM = "memorandum", _("Remaining under memoranda")
    NEGOTIATING = "negotiating", _("Under negotiation")
    OUTSIDE = "outside", _("Outside the target")


class Reading(TextChoices):
    """Two named ways to read the same bands; "signed" never stands without one of them."""

    ANNOUNCED = "announced", _("Announced")
    FIRM = "firm", _("Firm")


class InstrumentKind(TextChoices):
    LOI = "loi", _("Letter of intent")
    MOU = "mou", _("Memorandum of understanding")
    FRAMEWORK = "framework", _("Framework agreement")
    CONTRACT = "contract", _("Contract")
    AMENDMENT = "amendment", _("Amendment")
    OPTION = "option", _("Option")
    FINANCING = "financing", _("Financing")


class EndReason(TextChoices):
    FULFILLED = "fulfilled", _("Fulfilled")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("Expired")
    TERMINATED = "terminated", _("Terminated")
    CANCELLED = "cancelled", pgettext_lazy("paper", "Cancelled")


class Stage(TextChoices):
    """How far a deal is. Stages may be skipped."""

    IDENTIFIED = "identified", _("Need identified")
    TALKS = "talks", _("In talks")
    MOU_SIGNED = "mou_signed", _("MoU signed")
    CONTRACT_TALKS = "contract_talks", _("Contract talks")
    CONTRACT_SIGNED = "contract_signed", _("Contract signed")
    DELIVERING = "delivering", _("Delivering")
    CLOSED = "closed", _("Closed")


class Condition(TextChoices):
    """How a deal goes. All but the first need words."""

    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    BLOCKED = "blocked", _("Blocked")
    ON_HOLD = "on_hold", _("On hold")


class Outcome(TextChoices):
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", pgettext_lazy("deal", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("deal", "Expired")
    SUPERSEDED = "superseded", pgettext_lazy("deal", "Superseded")
    LOST = "lost_to_other_supplier", _("Lost to another supplier")


class ValueBasis(TextChoices):
    CONTRACT_PRICE = "contract_price", _("Contract price")
    LIST_PRICE = "list_price", _("List price")
    ESTIMATE = "estimate", _("Estimate")
    CEILING = "ceiling", _("Ceiling")
    PRESS_FIGURE = "press_figure", _("Press figure")


class Evidence(TextChoices):
    """How well a value is evidenced, best first."""

    DOCUMENT_HELD = "document_held", _("Document held")
    DOCUMENT_SEEN = "document_seen", _("Document seen, not held")
    ENTERPRISE_STATEMENT = "enterprise_statement", _("Statement by the enterprise")
    PRESS_REPORT = "press_report", _("Press report")


class Release(TextChoices):
    """For whom a deal or a paper is released, the narrowest circle first: each takes in those before it."""

    INTERNAL = "internal", _("Internal to the ministry")
    GOVERNMENT = "government", _("Government")
    PARTNER = "partner", _("Shareable with the partner")
    PUBLIC = "public", _("Public")

    @property
    def suffices(self) -> "tuple[Release, ...]":
        """The levels that may be told where this one is asked for."""
        levels = tuple(Release)
        return levels[levels.index(self) :]


class DatePrecision(TextChoices):
    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


class DeliveryKind(TextChoices):
    PLANNED = "planned", _("Planned")
    ACTUAL = "actual", _("Actual")


class AnnouncementKind(TextChoices):
    NEW = "new", pgettext_lazy("announcement", "New")
    REPEAT = "repeat", _("Repeat")
    CONFIRMS = "confirms", _("Confirms")
    REPLACES = "replaces", _("Replaces")


class Ownership(TextChoices):
    STATE = "state", _("State-owned")
    MIXED = "mixed", _("Partly state-owned")
    PRIVATE = "private", _("Private")


class UpdateKind(TextChoices):
    """What a progress update is: news, the word that there is none, or a note on the side."""

    NEWS = "news", _("Update")
    UNCHANGED = "unchanged", _("Nothing has changed")
    NOTE = "note", _("Note")


class DocumentKind(TextChoices):
    INSTRUMENT = "instrument", _("Signed paper")
    MINUTES = "minutes", _("Minutes")
    LETTER = "letter", _("Official letter")
    REPORT = "report", _("Report")
    PRESS = "press", _("Press article")
    OTHER = "other", _("Other document")


class Reporter(TextChoices):
    """Who counted the trade. Two reporters count differently and are never mixed."""

    VIETNAM_CUSTOMS = "vn_customs", _("Vietnam Customs")
    US_CENSUS = "us_census", _("US Census Bureau")
    VIETNAM_STATISTICS = "vn_statistics", _("Statistics Office of Vietnam (estimates)")
    VIETNAM_FINANCE = "vn_finance", _("Ministry of Finance of Vietnam")


class Language(TextChoices):
    VIETNAMESE = "vi", _("Vietnamese")
    ENGLISH = "en", _("English")


class Cause(TextChoices):
    """What made a ledger entry necessary."""

    SIGNING = "signing", _("Signing")
    AMENDMENT = "amendment", _("Amendment")
    DELIVERY = "delivery", _("Delivery")
    ESTIMATE = "estimate", _("New estimate")
    ENDING = "ending", _("End of a paper")
    CLOSING = "closing", _("Closing of the deal")
    REOPENING = "reopening", _("Reopening")
    OPENING = "opening", _("Opening balance")
    ITEMISING = "itemising", _("Itemisation")
    CORRECTION = "correction", _("Correction of the record")
    ARCHIVING = "archiving", _("Archiving")


class Ground(TextChoices):
    """Why a second person must confirm a change."""

    CONTRACT = "contract", _("a contract at or above the threshold")
    CUT = "cut", _("a signed paper is cancelled or cut")
    POSTPONED = "postponed", _("a date of a signed deal is postponed")


class RequestState(TextChoices):
    """What became of a change that a second person must confirm."""

    WAITING = "waiting", _("Awaiting confirmation")
    CONFIRMED = "confirmed", _("Confirmed")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OVERRIDDEN = "overridden", _("Emergency override")


class AuditKind(TextChoices):
    """What was done with accounts, rights and what leaves the house."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGNED_OUT = "signed_out", _("Signed out")
    SIGN_IN_FAILED = "sign_in_failed", _("Signing in failed")
    WAITS = "waits", _("Made to wait after failures")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    EMAIL_CHANGED = "email_changed", _("E-mail address changed")
    FACTOR_ADDED = "second_factor_added", _("Second factor added")
    FACTOR_REMOVED = "second_factor_removed", _("Second factor removed")
    DOCUMENT_DOWNLOADED = "document_downloaded", _("Document downloaded")
    EXPORTED = "exported", _("Exported")
    PERMISSION_CHANGED = "permission_changed", _("Rights changed")
    INVITATION_SENT = "invitation_sent", _("Invitation sent")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Invitation withdrawn")
    INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
    ACCOUNT_MADE = "account_made", _("Account made")
    ACCOUNT_CLOSED = "account_closed", _("Account closed")
    ACCOUNT_OPENED = "account_opened", _("Account opened again")
    OVERRIDE = "override", _("Emergency override")


class USState(TextChoices):
    """The states a US partner may sit in, by postal code (ISO 3166-2:US)."""

    AL = "AL", "Alabama"
    AK = "AK", "Alaska"
    AZ = "AZ", "Arizona"
    AR = "AR", "Arkansas"
    CA = "CA", "California"
    CO = "CO", "Colorado"
    CT = "CT", "Connecticut"
    DE = "DE", "Delaware"
    DC = "DC", _("District of Columbia")
    FL = "FL", "Florida"
    GA = "GA", "Georgia"
    HI = "HI", "Hawaii"
    ID = "ID", "Idaho"
    IL = "IL", "Illinois"
    IN = "IN", "Indiana"
    IA = "IA", "Iowa"
    KS = "KS", "Kansas"
    KY = "KY", "Kentucky"
    LA = "LA", "Louisiana"
    ME = "ME", "Maine"
    MD = "MD", "Maryland"
    MA = "MA", "Massachusetts"
    MI = "MI", "Michigan"
    MN = "MN", "Minnesota"
    MS = "MS", "Mississippi"
    MO = "MO", "Missouri"
    MT = "MT", "Montana"
    NE = "NE", "Nebraska"
    NV = "NV", "Nevada"
    NH = "NH", "New Hampshire"
    NJ = "NJ", "New Jersey"
    NM = "NM", "New Mexico"
    NY = "NY", "New York"
    NC = "NC", "North Carolina"
    ND = "ND", "North Dakota"
    OH = "OH", "Ohio"
    OK = "OK", "Oklahoma"
    OR = "OR", "Oregon"
    PA = "PA", "Pennsylvania"
    RI = "RI", "Rhode Island"
    SC = "SC", "South Carolina"
    SD = "SD", "South Dakota"
    TN = "TN", "Tennessee"
    TX = "TX", "Texas"
    UT = "UT", "Utah"
    VT = "VT", "Vermont"
    VA = "VA", "Virginia"
    WA = "WA", "Washington"
    WV = "WV", "West Virginia"
    WI = "WI", "Wisconsin"
    WY = "WY", "Wyoming"
    PR = "PR", "Puerto Rico"


class ImportState(TextChoices):
    """How far the import of a file is."""

    LOOKING = "looking", _("Being looked through")
    ASKING = "asking", _("Waits for answers")
    READY = "ready", _("Ready to be entered")
    ENTRY_WAITS = "entry", _("Waits for a second person, to be entered")
    APPLYING = "applying", _("Being entered")
    APPLIED = "applied", _("Entered")
    RETURN_WAITS = "return", _("Waits for a second person, to be taken back")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")
    CANCELLED = "cancelled", _("Put aside")


class ImportOutcome(TextChoices):
    """What a row of a file comes to."""

    NEW = "new", pgettext_lazy("row", "New")
    CHANGED = "changed", pgettext_lazy("row", "Changed")
    SAME = "same", pgettext_lazy("row", "Unchanged")
    LEFT_OUT = "left_out", pgettext_lazy("row", "Left out")


class ReturnState(TextChoices):
    """How far the return of an enterprise for a period is."""

    SENT_OUT = "sent_out", _("Sent out")
    CAME_BACK = "came_back", _("Came back")
    SETTLED = "settled", _("Settled")


class ReturnedPart(TextChoices):
    """What a difference in a return is about: each is decided for itself."""

    NEWS = "news", _("What is new")
    UNCHANGED = "unchanged", _("Nothing has changed")
    EXPECTED_DAY = "expected_day", _("Contract expected by")
    VALUE = "value", _("Expected value")
    DELIVERY = "delivery", _("Delivered in the period")


class ReturnedState(TextChoices):
    """What was decided on a difference; another one for the same deal and part takes the place of an open one."""

    WAITING = "waiting", _("To be decided")
    ACCEPTED = "accepted", _("Accepted")
    SENT_BACK = "sent_back", _("Sent back")
    REPLACED = "replaced", _("Replaced by a later file")


class Answer(TextChoices):
    """What an enterprise may say of a deal in its return, in the order of the workbook."""

    CONDITION = "condition", _("Condition now")
    SENTENCE = "sentence", _("What is new, in one sentence")
    NEXT_STEP = "next_step", _("Next step")
    NEXT_STEP_OWNER = "next_step_owner", _("Who takes it")
    NEXT_STEP_BY = "next_step_by", _("By when")
    EXPECTED_ON = "expected_on", _("Contract expected by (day)")
    DELIVERED_USD = "delivered_usd", _("Delivered in this period (US$ million)")
    DELIVERED_ON = "delivered_on", _("Delivered on (day)")
    EXPECTED_USD = "expected_usd", _("New expected value (US$ million)")
    UNCHANGED = "unchanged", _("Nothing has changed: yes or no")
