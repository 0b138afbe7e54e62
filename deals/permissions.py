"""Who may see and do what: the one place. Deny by default."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from deals.choices import ImportState, Release, RequestState
from deals.models import (
    ChangeRequest,
    Deal,
    Document,
    Enterprise,
    HeldDeal,
    ImportBatch,
    Instrument,
    KeptBriefing,
    Obstacle,
    Partner,
    Record,
    Return,
    Sector,
    TradeFlow,
    User,
    users,
)

Person = User | AnonymousUser


# Roles are groups with these names (deals.management.roles makes them, with their rights in the admin). Who has several
# has the rights of each; who has none sees nothing.
ADMINISTRATORS, STEWARDS, REVIEWERS = "administrators", "stewards", "reviewers"
OFFICERS, VIEWERS, AUDITORS, RESPONDENTS = "officers", "viewers", "auditors", "respondents"
ROLES: Mapping[str, Any] = {
    ADMINISTRATORS: _("administrator"),
    STEWARDS: _("data steward"),
    REVIEWERS: _("reviewer"),
    OFFICERS: _("officer"),
    VIEWERS: _("manager"),
    AUDITORS: _("auditor"),
    RESPONDENTS: _("enterprise respondent"),
}
SEEING_EVERYTHING = frozenset(ROLES) - {RESPONDENTS}
EDITING = frozenset(users.EDITING)
SEEING_AUDIT = frozenset({ADMINISTRATORS, AUDITORS})
IN_THE_ADMIN = EDITING | {AUDITORS}
CONFIRMING = frozenset({ADMINISTRATORS, REVIEWERS})


class Backend(AuthenticationBackend):
    """Sign-in by name or e-mail and password. Sample accounts open only on TRIAL, and so does a session they
    left."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and (settings.TRIAL or not user.is_sample)

    @classmethod
    def _stash_user(cls, user: Any) -> None:
        """Nobody is handed on whom this backend refused, with a right password or not: allauth would let them in as
        far as its own page for closed accounts, and a sample account all the way."""


def may_sign_in(person: User) -> bool:
    """Whether the account is open, however its owner comes in: asked again with each request."""
    return Backend().user_can_authenticate(person)


def must_use_second_factor(person: Person) -> bool:
    """Whether a password alone is not enough for what the person may do. One query for whom is no superuser."""
    if not settings.MFA_REQUIRED or not person.is_authenticated:
        return False
    return person.is_superuser or person.groups.filter(name__in=settings.MFA_REQUIRED_GROUPS).exists()


# Who somebody is


def roles_of(person: Person) -> frozenset[str]:
    """The person's roles; none for whom is not signed in or whose account is closed. Superusers are administrators. One
    query for each request at most: the next one reads the person anew."""
    if isinstance(person, AnonymousUser) or not person.is_active:
        return frozenset()
    if person.is_superuser:
        return frozenset({ADMINISTRATORS})
    return person.group_names & frozenset(ROLES)


def sees_everything(person: Person) -> bool:
    """Whether all that is recorded is the person's to see, so that sums of all of it are too: what is not itemised, the
    target, the trade of the country."""
    return bool(roles_of(person) & SEEING_EVERYTHING)


def reach(person: Person) -> str:
    """All that decides what the person may see and do: where it differs, nothing worked out for one may be shown to
    the other."""
    roles = roles_of(person)
    own = sorted(person.own_enterprises) if isinstance(person, User) and roles & {RESPONDENTS, OFFICERS} else []
    return f"{sorted(roles)} {own} {person.is_staff}"


def _own(person: Person) -> frozenset[int]:
    """The enterprises for which the person answers as a respondent: those named in the account, with all below them."""
    return person.own_enterprises if isinstance(person, User) and RESPONDENTS in roles_of(person) else frozenset()


# What may be seen. `since` adds what was archived after that moment: it was seen then.


def visible_deals(person: Person, since: datetime | None = None) -> QuerySet[Deal]:
    """The deals the person may see; every list, total and lookup starts here. A respondent's are those that their
    enterprises buy, not those in which they take part beside another buyer (docs/decisions/0010-roles.md)."""
    found = Deal.objects.in_use_since(since)
    return found if sees_everything(person) else found.filter(enterprise__in=_own(person))


def visible_enterprises(person: Person, since: datetime | None = None) -> QuerySet[Enterprise]:
    found = Enterprise.objects.in_use_since(since)
    return found if sees_everything(person) else found.filter(pk__in=_own(person))


def visible_partners(person: Person, since: datetime | None = None) -> QuerySet[Partner]:
    """A respondent's are those named in a deal or paper that they may see."""
    found = Partner.objects.in_use_since(since)
    if sees_everything(person):
        return found
    deals = visible_deals(person, since).order_by()
    beside = Deal.other_partners.through.objects.filter(deal__in=deals.values("pk"))
    papers = Instrument.objects.active().filter(deal__in=deals.values("pk"))
    named = Q(pk__in=deals.values("partner")) | Q(pk__in=beside.values("partner"))
    return found.filter(named | Q(pk__in=papers.order_by().values("partner")))


def visible_sectors(person: Person) -> QuerySet[Sector]:
    return Sector.objects.active() if roles_of(person) else Sector.objects.none()


def visible_documents(person: Person) -> QuerySet[Document]:
    """The documents of the deals the person may see."""
    return Document.objects.active().filter(deal__in=visible_deals(person))


def visible_obstacles(person: Person, since: datetime | None = None) -> QuerySet[Obstacle]:
    """A respondent's are those that hold back a deal they may see."""
    found = Obstacle.objects.in_use_since(since)
    if sees_everything(person):
        return found
    held = HeldDeal.objects.active().filter(deal__in=visible_deals(person, since).order_by().values("pk"))
    return found.filter(pk__in=held.order_by().values("obstacle"))


def visible_requests(person: Person) -> QuerySet[ChangeRequest]:
    """What waits to be confirmed, or waited, is known inside the house alone."""
    return ChangeRequest.objects.all() if sees_everything(person) else ChangeRequest.objects.none()


def visible_trade(person: Person, since: datetime | None = None) -> QuerySet[TradeFlow]:
    """The trade of the country is nothing of one enterprise."""
    return TradeFlow.objects.in_use_since(since) if sees_everything(person) else TradeFlow.objects.none()


def administered(person: Person, records: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the records that the person finds in the admin, archived ones too."""
    return records if may_use_admin(person) and sees_everything(person) else records.none()


def may_see_history(person: Person) -> bool:
    """Whether the person may see what was entered before and changed or taken back since, and why."""
    return sees_everything(person)


def visible_briefings(person: Person) -> QuerySet[KeptBriefing]:
    """The briefings that were made: for whom does not see everything, their own, as long as they may see every deal of
    which each tells."""
    if sees_everything(person):
        return KeptBriefing.objects.all()
    own = KeptBriefing.objects.filter(made_by=person.pk) if roles_of(person) else KeptBriefing.objects.none()
    seen = set(visible_deals(person).values_list("pk", flat=True))
    keys = own.values_list("pk", "told")
    return own.filter(pk__in=[pk for pk, told in keys if told["deals"] is not None and seen.issuperset(told["deals"])])


# What may be told on: to whom a briefing or an export goes. What is released is asked as it stands now, whatever the
# day of the figures. Words of the house (updates, obstacles, notes, documents) go no further than the government.

WORDS_OF_THE_HOUSE = frozenset({Release.INTERNAL, Release.GOVERNMENT})


def may_tell_on(person: Person) -> bool:
    """Whether the person may make a briefing, which is kept: whoever has a role beside that of an auditor."""
    return bool(roles_of(person) - {AUDITORS})


def answers_for_enterprise(maker: Person) -> bool:
    """Whether the person is a respondent and nothing else, however their account stands now: what they make is not the
    ministry's."""
    return isinstance(maker, User) and maker.group_names & frozenset(ROLES) == {RESPONDENTS}


def audience_name(audience: Release, maker: Person) -> str:
    """For whom a file is made, in words: where a respondent names no wider circle it is for the enterprise itself."""
    if audience == Release.INTERNAL and answers_for_enterprise(maker):
        return gettext("The enterprise itself")
    return str(audience.label)


def cleared(deals: QuerySet[Deal], audience: Release) -> QuerySet[Deal]:
    """Those of the deals that may be told to the audience in full: the deal is released to it, as is every paper. What
    is shared with a partner goes to one partner, that of the deal: a deal with another seller in it is told in full
    only where it is public, or the price of the one could be worked out from what the other is told."""
    if audience == Release.INTERNAL:
        return deals
    return _released(deals, audience).exclude(_closed(audience))


def cleared_by_name(deals: QuerySet[Deal], audience: Release) -> QuerySet[Deal]:
    """Those of the deals that may be named to the audience, but with no figure that a paper not released to it could be
    worked out from: their value is told as a range, and stands in no total."""
    if audience == Release.INTERNAL:
        return deals.none()
    return _released(deals, audience).filter(_closed(audience))


def cleared_obstacles(obstacles: QuerySet[Obstacle], audience: Release) -> QuerySet[Obstacle]:
    """Those of the obstacles that may be told to the audience, which is the government at most: their words may be
    about any deal that they hold back, so all of these are told, and there are some."""
    if audience == Release.INTERNAL:
        return obstacles
    held = HeldDeal.objects.active().order_by()
    closed = held.exclude(deal__in=cleared(Deal.objects.order_by(), audience).values("pk"))
    return obstacles.filter(pk__in=held.values("obstacle")).exclude(pk__in=closed.values("obstacle"))


def _released(deals: QuerySet[Deal], audience: Release) -> QuerySet[Deal]:
    return deals.filter(release__in=audience.suffices)


def _closed(audience: Release) -> Q:
    """Of the deals released to the audience, those that may not be told in full."""
    closed = Q(pk__in=_closed_papers(audience))
    if audience != Release.PARTNER:
        return closed
    beside = Deal.other_partners.through.objects.exclude(deal__release=Release.PUBLIC).values("deal")
    papers = Instrument.objects.active().filter(partner__isnull=False).exclude(partner=F("deal__partner"))
    papers = papers.exclude(release=Release.PUBLIC).exclude(release="", deal__release=Release.PUBLIC)
    return closed | Q(pk__in=beside) | Q(pk__in=papers.order_by().values("deal"))


def _closed_papers(audience: Release) -> QuerySet[Instrument, int]:
    """The deals of the papers that are not released to the audience; a paper that does not say is released as its
    deal."""
    papers = Instrument.objects.active().exclude(release__in=["", *audience.suffices])
    return papers.order_by().values_list("deal", flat=True)


# What may be done


def may_edit(person: Person) -> bool:
    """Whether the person may change records at all; which ones, `may_change` says."""
    return bool(roles_of(person) & EDITING)


def may_change(person: Person, record: Deal | Record) -> bool:
    """Whether the person may change the record: an officer to whom enterprises are assigned only deals of those (of
    these and of those below them) and what belongs to such deals, anybody else who edits every record."""
    if not may_edit(person):
        return False
    assigned = _assigned(person)
    if not assigned:
        return True
    deal = record if isinstance(record, Deal) else getattr(record, "deal", None)
    return isinstance(deal, Deal) and deal.enterprise_id in assigned


def may_enter(person: Person, model: type[Record]) -> bool:
    """Whether the person may enter records of the kind, for one deal or another."""
    is_of_deals = model is Deal or "deal" in {field.name for field in model._meta.concrete_fields}
    return may_edit(person) and (is_of_deals or not _assigned(person))


def _assigned(person: Person) -> frozenset[int]:
    """The enterprises to which an officer is bound who edits in no other role; none for whom all are open."""
    if isinstance(person, User) and roles_of(person) & EDITING == {OFFICERS}:
        return person.own_enterprises
    return frozenset()


def may_import(person: Person) -> bool:
    """Whether the person may enter a whole file of rows; each row is asked about as if it came alone."""
    return may_enter(person, Deal)


def may_see_imports(person: Person) -> bool:
    """Whether there is a page of any import for the person: those who import, who confirm, and auditors."""
    return may_import(person) or bool(roles_of(person) & (CONFIRMING | {AUDITORS}))


def may_list_imports(person: Person) -> bool:
    """Whether the person finds the imports on a list: who imports, and auditors. Who confirms is led to what waits."""
    return may_import(person) or AUDITORS in roles_of(person)


def visible_imports(person: Person) -> QuerySet[ImportBatch]:
    """One's own, and for those who confirm what waits for that or was confirmed by them; a steward's, an auditor's and
    an administrator's are all."""
    if not isinstance(person, User) or not may_see_imports(person):
        return ImportBatch.objects.none()
    if roles_of(person) & {ADMINISTRATORS, STEWARDS, AUDITORS}:
        return ImportBatch.objects.all()
    found = Q(by=person) if may_import(person) else Q(confirmed_by=person)
    if roles_of(person) & CONFIRMING:
        found |= Q(state__in=[ImportState.ENTRY_WAITS, ImportState.RETURN_WAITS]) | Q(confirmed_by=person)
    return ImportBatch.objects.filter(found)


def imports_to_confirm(person: Person) -> QuerySet[ImportBatch]:
    """The imports that wait for the person to confirm them."""
    waiting = visible_imports(person).filter(state__in=[ImportState.ENTRY_WAITS, ImportState.RETURN_WAITS])
    return waiting.exclude(by=person.pk) if roles_of(person) & CONFIRMING else waiting.none()


def may_confirm_import(person: Person, batch: ImportBatch) -> bool:
    """Whether the person may confirm or return what is asked for with the import: never their own file or request."""
    own = person.pk in (batch.by_id, batch.asked_by_id)
    return batch.waits and bool(roles_of(person) & CONFIRMING) and not own


def visible_returns(person: Person) -> QuerySet[Return]:
    """A respondent's are those of their enterprises."""
    return Return.objects.all() if sees_everything(person) else Return.objects.filter(enterprise__in=_own(person))


def may_return(person: Person, enterprise: Enterprise) -> bool:
    """Whether the person may fetch the workbook of the enterprise and hand it in: who answers for it, and who decides
    on it, on their behalf."""
    return enterprise.pk in _own(person) or may_settle(person, enterprise)


def may_read_return(person: Person, enterprise: Enterprise) -> bool:
    """Whether the person may fetch the files of a return: who returns it, and auditors."""
    return may_return(person, enterprise) or AUDITORS in roles_of(person)


def may_settle(person: Person, enterprise: Enterprise) -> bool:
    """Whether the person may decide on what an enterprise returned; each deal is asked about as if it came alone."""
    assigned = _assigned(person)
    return may_edit(person) and (not assigned or enterprise.pk in assigned)


def may_confirm(person: Person, request: ChangeRequest) -> bool:
    """Whether the person may confirm or return what was asked for: reviewers and administrators, never their own."""
    return bool(roles_of(person) & CONFIRMING) and request.asked_by_id != person.pk


def may_override(person: Person) -> bool:
    """Whether the person may let a change count without a second person, in an emergency: a right that no role has."""
    return sees_everything(person) and person.has_perm("deals.override_confirmation")


def own_requests(person: Person) -> QuerySet[ChangeRequest]:
    """What the person should look at: what waits for them to confirm, and what was returned to them."""
    wanted = Q(state=RequestState.RETURNED, asked_by=person.pk)
    if roles_of(person) & CONFIRMING:
        wanted |= Q(state=RequestState.WAITING) & ~Q(asked_by=person.pk)
    return visible_requests(person).filter(wanted)


def may_use_admin(person: Person) -> bool:
    """Whether the admin opens: for the roles that have something to do there, where the account says so too."""
    return person.is_staff and bool(roles_of(person) & IN_THE_ADMIN)


def may_give_rights(person: Person) -> bool:
    """Whether the person may say what others may do."""
    return ADMINISTRATORS in roles_of(person)


def may_see_audit(person: Person) -> bool:
    """Whether the person may see who signed in, what was downloaded and who was given which rights."""
    return bool(roles_of(person) & SEEING_AUDIT)
