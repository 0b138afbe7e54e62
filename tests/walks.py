"""Walking the whole product: a record of each kind, every address, every form filled in, and what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from deals.actions import deals as deal_actions
from deals.actions import imports
from deals.choices import Outcome
from deals.forms.instruments import SIGNED
from deals.models import ProgressUpdate, User
from deals.views import corrections, progress
from tests import behind, factories
from tests.confirming import request_of
from tests.test_permissions import ADMIN_OF_MODELS, MISSING_PK, PAGES, address, routes

# What is there


def made() -> Any:
    """A deal with one of everything that may stand under a deal; its enterprise and partner are its own."""
    partner = factories.partner(state="TX")
    deal = factories.deal(partner=partner, enterprise=factories.enterprise(parent=factories.enterprise()))
    paper = factories.mou(deal, "4e9")
    contract = factories.contract(deal, "1e9", under=paper, discharges="1e9")
    update = factories.kept(
        ProgressUpdate(deal=deal, on=factories.DAY, sentence_vi="Tốt", sentence_en="Fine", condition="on_track")
    )
    batch = imports.begin(b"a,b", kind="csv", name="a.csv", by=User.objects.system(), language="vi")
    imports.move(batch, ["looking"], "asking")
    return SimpleNamespace(
        deal=deal,
        batch=batch,
        paper=paper,
        letter=factories.loi(deal, "1e6"),
        contract=contract,
        amendment=factories.amendment(contract, "1e8"),
        estimate=factories.valuation(deal, "6e9"),
        delivery=factories.delivery(contract, "1e7"),
        planned=factories.planned(contract, "1e7"),
        announcement=factories.announcement(deal, "1e9"),
        held=factories.document(deal),
        obstacle=factories.obstacle(deal),
        request=request_of(deal, User.objects.system()),
        briefing=factories.briefing(deal),
        returned=factories.returned(deal),
        update=update,
    )


def world() -> Any:
    """What is one's own and what is another's, of each kind, and the lists that belong to nobody."""
    own, other = made(), made()
    factories.event()
    factories.target()
    factories.itemisation(factories.opening("1e9"), own.deal, "1e8")
    factories.trade_flow(date(2025, 1, 1), date(2025, 1, 31), exports="1e9")
    closed = factories.deal(enterprise=own.deal.enterprise, partner=own.deal.partner)
    deal_actions.close(closed, on=factories.DAY, outcome=Outcome.EXPIRED, by=User.objects.system(), reason="letter")
    stranger = factories.person("stranger", role="viewers")
    return SimpleNamespace(own=own, other=other, closed=closed, top=own.deal.enterprise.parent, stranger=stranger)


# Every address


def names() -> list[str]:
    """Every route of the resolver, by its full name."""
    found = {f"{space}:{name}" if space else str(name) for space, name in routes() if name}
    return sorted(found)


def addresses(of: Any) -> dict[str, list[str]]:
    """The addresses of every route, of the records of `made`; none for a route of which nobody said where it is."""
    found: dict[str, list[str]] = {name: [] for name in names()}
    for name in PAGES:
        try:
            found[f"deals:{name}"] = [address(name, of), *_further(name, of)]
        except NoReverseMatch:
            continue
    for name, args in OF_ACCOUNTS.items():
        found[name] = [reverse(name, args=args)]
    for name in found:
        if name.startswith("admin:") and not found[name]:
            found[name] = list(_of_admin(name.removeprefix("admin:")))
        elif not name.startswith(("admin:", "deals:")) and not found[name]:
            found[name] = [reverse(name)]
    return found


# The pages of accounts that have something in their address.
OF_ACCOUNTS: dict[str, list[Any]] = {
    "account_confirm_email": ["no-such-key"],
    "account_reset_password_from_key": ["1", "no-such-key"],
    "mfa_remove_webauthn": [MISSING_PK],
    "mfa_edit_webauthn": [MISSING_PK],
    "openid_connect_login": ["sso"],
    "openid_connect_callback": ["sso"],
    "admin:app_list": ["deals"],
    "admin:view_on_site": [1, 1],
    "admin:auth_user_password_change": [1],
}


def _further(name: str, of: Any) -> Iterator[str]:
    """The addresses of the route besides the first: one for each kind of entry, door and record."""
    code = of.deal.code
    if name == "deal-log":
        yield from (reverse("deals:deal-log", args=[code, kind]) for kind in progress.ENTRIES)
    elif name.startswith("sign"):
        yield from (reverse(f"deals:{name}", args=[code, door]) for door in SIGNED)
    elif name in ("correct", "withdraw"):
        kept = {**vars(of), "document": of.held, **({"paper": of.letter} if name == "withdraw" else {})}
        yield from (reverse(f"deals:{name}", args=[code, kind, kept[kind].pk]) for kind in corrections.RECORDS)


def _of_admin(name: str) -> Iterator[str]:
    for model in admin.site._registry:
        for page in ADMIN_OF_MODELS:
            if name != f"{model._meta.app_label}_{model._meta.model_name}_{page}":
                continue
            first = model._default_manager.order_by("pk").first()
            args = [] if page in ("changelist", "add") else [first.pk if first else MISSING_PK]
            yield reverse(f"admin:{name}", args=args)
            return
    if "_" not in name or name in ("password_change", "password_change_done"):
        yield reverse(f"admin:{name}")


# What was written

VOLATILE = (models.DateTimeField, models.UUIDField)
NOT_LOOKED_AT = {
    "deals.Draft.typed",
    "deals.ChangeRequest.typed",
    "deals.Submission.led_to",
    "deals.User.password",
    "deals.Invitation.token_hash",
    "deals.Return.token",
    "deals.KeptBriefing.code",  # of the moment at which it was made, among others
    "deals.AuditEntry.search_text",  # made of the rest of the entry, its numbers included
}


def rows() -> dict[str, dict[Any, dict[str, Any]]]:
    """All that is stored of records, people and rights, by table and key."""
    found = {}
    for model in (*apps.get_app_config("deals").get_models(include_auto_created=True), EmailAddress):
        fields = [
            field
            for field in model._meta.concrete_fields
            if f"{model._meta.label}.{field.name}" not in NOT_LOOKED_AT and not field.primary_key
        ]
        found[model._meta.label] = {
            record.pk: {field.attname: _stored(field, record) for field in fields}
            for record in model._base_manager.all()
        }
    return found


def _stored(field: Any, record: Any) -> Any:
    value = getattr(record, field.attname)
    if isinstance(value, datetime):
        return value.year  # a moment is the clock's; one that was sent would be of another year
    if isinstance(field, models.UUIDField):
        return bool(value)
    if field.name in ("file", "thing_key"):
        return bool(value)  # drawn by lot; given out by the database
    return value


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    """What is new or changed, told without the numbers that the database gives out."""
    new = {
        (table, key): f"new {place}"
        for table in after
        for place, key in enumerate(sorted(set(after[table]) - set(before[table]), key=str))
    }
    said = []
    for table, stored in after.items():
        points_to = _pointing(table)
        for key, row in stored.items():
            if row == before[table].get(key):
                continue
            told = {
                name: new.get((points_to[name], value), value) if name in points_to else value
                for name, value in row.items()
            }
            told.pop("history_id", None)
            told.pop("id", None)
            said.append((table, new.get((table, key), key), sorted(told.items(), key=str)))
    return sorted(said, key=str)


def _pointing(table: str) -> dict[str, str]:
    """Of which table the numbers in the columns are."""
    fields = apps.get_model(table)._meta.concrete_fields
    return {field.attname: field.remote_field.model._meta.label for field in fields if field.remote_field}


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# Filling in a form


def filled(form: forms.BaseForm, own: Any) -> dict[str, Any]:
    """What a browser would send of the form as it opens, with the required fields filled in."""
    found: dict[str, Any] = {}
    for field in form:
        found |= _opened(field)
        if field.field.required and not _is_there(found, field.html_name):
            found |= typed(field, own)
    return found


def _is_there(data: dict[str, Any], name: str) -> bool:
    return any(value not in ("", None, []) for key, value in data.items() if key == name or key.startswith(f"{name}_"))


def _opened(field: forms.BoundField) -> dict[str, Any]:
    value, widget = field.value(), field.field.widget
    if (
        field.field.disabled
        or value is None
        or value is False
        or value in ("", [])
        or isinstance(field.field, forms.FileField)
    ):
        return {}
    if isinstance(widget, forms.MultiWidget):
        parts = value if isinstance(value, list) else widget.decompress(value)
        return {
            f"{field.html_name}{suffix}": str(part)
            for suffix, part in zip(widget.widgets_names, parts, strict=False)
            if part not in (None, "")
        }
    if isinstance(value, list | tuple):
        return {field.html_name: [str(getattr(each, "pk", each)) for each in value]}
    if value is True:
        return {field.html_name: "on"}
    shown = widget.format_value(value) if hasattr(widget, "format_value") else value
    shown = shown[0] if isinstance(shown, list) else shown
    return {field.html_name: str(shown)}


def typed(field: forms.BoundField, own: Any) -> dict[str, Any]:
    """Something that fits the field."""
    name, kind = field.html_name, field.field
    plain = name.split("-")[-1]
    if isinstance(kind.widget, forms.MultiWidget) and not isinstance(kind.widget, forms.SplitDateTimeWidget):
        return {f"{name}_0": "1.5", f"{name}_1": "million"}
    if isinstance(kind, forms.UUIDField):
        return {name: str(uuid4())}
    if isinstance(kind, forms.FileField):
        return {name: SimpleUploadedFile("paper.pdf", factories.PDF + b"% words")}
    if isinstance(kind, forms.DateField):
        return {name: f"{timezone.localdate():%Y-%m-%d}"}
    if isinstance(kind, forms.ModelMultipleChoiceField):
        return {name: [str(record.pk) for record in kind.queryset[:1]]}
    if isinstance(kind, forms.ModelChoiceField):
        mine = [record for record in vars(own).values() if kind.queryset.filter(pk=record.pk).exists()
                and isinstance(record, kind.queryset.model)]  # fmt: skip
        chosen = mine[0] if mine else kind.queryset.first()
        return {name: str(kind.prepare_value(chosen))} if chosen else {}
    if isinstance(kind, forms.ChoiceField):
        offered = [str(value) for value, _label in kind.choices if value not in ("", None)]
        return {name: offered[0]} if offered else {}
    if isinstance(kind, forms.BooleanField):
        return {name: "on"}
    if isinstance(kind, forms.IntegerField | forms.DecimalField | forms.FloatField):
        return {name: "1"}
    if isinstance(kind, forms.EmailField):
        return {name: "someone@example.vn"}
    if hasattr(kind, "names_of"):
        return {name: str(getattr(own.deal, plain.replace("party", "partner"), own.deal.partner))}
    return {name: WORDS.get(plain, "words")}


# Texts of which not any will do.
WORDS = {"quantity": "5", "rate": "25000", "password1": "a long enough password", "password2": "a long enough password"}


def form_of(answer: Any) -> Any:
    """The form of a page, with the rows below it in the admin; None where it has none."""
    context = answer.context or {}
    if "adminform" in context:
        return context["adminform"].form
    found = context.get("form")
    return found if isinstance(found, forms.BaseForm) else None


def below(answer: Any) -> list[Any]:
    """The sets of rows below the form of a page of the admin."""
    return [group.formset for group in (answer.context or {}).get("inline_admin_formsets", [])]


def sendable(client: Client, path: str, own: Any, more: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """What the form at the address takes, found by filling in what it asks for; None where it could not be found."""
    page = client.get(path)
    form = form_of(page)
    if form is None:
        return None
    data = {**filled(form, own), **(more or {})}
    for formset in below(page):
        for each in (formset.management_form, *formset.forms):
            for field in each:
                data |= _opened(field)
    for _attempt in range(6):
        with undone():
            answer = client.post(path, _fresh(data, form))
        if answer.status_code in (302, 204):
            return data
        form = form_of(answer)
        if form is None or not _answer(form, data, own):
            return None
    return None


def _fresh(data: dict[str, Any], form: Any) -> dict[str, Any]:
    """The same once more: files are read from their beginning, and what is sent once only is sent anew."""
    for value in data.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return data | ({"token": str(uuid4())} if "token" in form.fields else {})


def again(data: dict[str, Any]) -> dict[str, Any]:
    """The same once more, as somebody else's first time."""
    for value in data.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return data | ({"token": str(uuid4())} if "token" in data else {})


def _answer(form: Any, data: dict[str, Any], own: Any) -> bool:
    """Fill in what the form found missing, and say yes to what it asks; whether there was anything to do."""
    before = dict(data)
    for question in getattr(form, "asked", []):
        data["confirmed"] = [*data.get("confirmed", []), question.code]
        data["reason"] = "It is so"
    for name in form.errors:
        if name in form.fields and not _is_there(data, form[name].html_name):
            data |= typed(form[name], own)
    if form.non_field_errors():
        data |= typed_in_vietnamese(form, data, own)
    return data != before


def typed_in_vietnamese(form: Any, data: dict[str, Any], own: Any) -> dict[str, Any]:
    """Something in the first text of the form that is empty: of two languages one is enough."""
    for field in form:
        if field.html_name.endswith("_vi") and not _is_there(data, field.html_name):
            return typed(field, own)
    return {}


# What somebody may have typed

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
# Texts by which the product finds its way, and those that are never changed.
KEYS = {"code", "slug", "sort_key", "search_text", "username", "password", "key", "token_hash", "session_key", "file"}


def typed_everywhere() -> int:
    """Put the script into every text of every record, people and history there is, where the database takes it; into
    how many."""
    count = 0
    for label in ("deals", "account", "usersessions", "admin"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                is_text = type(field) in (models.CharField, models.TextField) and not field.choices
                if not is_text or field.name in KEYS or model._meta.label in ("deals.Posting", "deals.AuditEntry"):
                    continue
                with suppress(DatabaseError), transaction.atomic():
                    text = NASTY[: field.max_length or 400]
                    count += behind.rows(model).update(**{field.attname: text}) > 0
    return count
