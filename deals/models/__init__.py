"""The records, a module a subject."""

from .announcements import Announcement
from .audit import AuditEntry
from .balances import Balance
from .briefings import KeptBriefing
from .confirmations import ChangeRequest, ConfirmationRule, RequestedFile
from .deals import Deal, DealCode, StageChange
from .deliveries import Delivery
from .documents import Document
from .drafts import Draft
from .enterprises import Enterprise
from .events import Event
from .guesses import Guesses
from .imports import HeadingChoice, ImportBatch, ImportedRow
from .instruments import Instrument
from .invitations import Invitation
from .obstacles import Body, HeldDeal, Obstacle
from .openings import Itemisation, OpeningBalance
from .partners import Partner
from .postings import Posting
from .programmes import Programme, Target
from .records import Record
from .returns import Return, ReturnedChange
from .sectors import Sector
from .submissions import Submission
from .trade import TradeFlow
from .updates import ProgressUpdate
from .users import User
from .valuations import Valuation

__all__ = [
    "Announcement",
    "AuditEntry",
    "Balance",
    "Body",
    "ChangeRequest",
    "ConfirmationRule",
    "Deal",
    "DealCode",
    "Delivery",
    "Document",
    "Draft",
    "Enterprise",
    "Event",
    "Guesses",
    "HeadingChoice",
    "HeldDeal",
    "ImportBatch",
    "ImportedRow",
    "Instrument",
    "Invitation",
    "Itemisation",
    "KeptBriefing",
    "Obstacle",
    "OpeningBalance",
    "Partner",
    "Posting",
    "Programme",
    "ProgressUpdate",
    "Record",
    "RequestedFile",
    "Return",
    "ReturnedChange",
    "Sector",
    "StageChange",
    "Submission",
    "Target",
    "TradeFlow",
    "User",
    "Valuation",
]
