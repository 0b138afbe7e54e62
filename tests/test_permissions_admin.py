"""Who may do what in the admin: every page of every model, every role that has something to do there, for what is one's
own, what is another's, and what is not there. Who has nothing to do there: tests/test_permissions.py."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from deals.management import roles
from deals.models import ConfirmationRule, Deal, Invitation, User
from tests import factories, walks
from tests.test_permissions import ADMIN_OF_MODELS, MISSING_PK, PEOPLE_OF_ADMIN

pytestmark = pytest.mark.django_db

WHO = ["auditors", "assigned", "officers", "stewards", "administrators"]
# Answers for one's own, another's, and what is not there; the list and the page for a new one have one answer. From a
# record that is not there Django leads back to the index.
SEEN, SEEN_THEN_404 = (200, 200, 302), (200, 200, 404)
NO, NO_OR_LED, NO_OR_404 = (403, 403, 403), (403, 403, 302), (403, 403, 404)
OWN, OWN_OR_404 = (200, 403, 302), (200, 403, 404)


def rule(auditors: Any, assigned: Any, editors: Any, administrators: Any = None) -> dict[str, Any]:
    named = dict.fromkeys(["officers", "stewards"], editors)
    return {"auditors": auditors, "assigned": assigned, "administrators": administrators or editors, **named}


def but_officers(found: dict[str, Any]) -> dict[str, Any]:
    """Officers of all enterprises are answered as those of some."""
    return found | {"officers": found["assigned"]}


def everybody(answer: Any) -> dict[str, Any]:
    return rule(answer, answer, answer)


# What a GET is answered, and a POST, by what kind of thing the page is of.
MATRIX: dict[str, dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "of a deal": {
        "changelist": (everybody(200), everybody(200)),
        "add": (rule(403, 200, 200), rule(403, 200, 200)),
        "change": (everybody(SEEN), rule(NO, OWN, SEEN)),
        "delete": (rule(NO_OR_404, OWN_OR_404, SEEN_THEN_404), rule(NO_OR_404, OWN_OR_404, SEEN_THEN_404)),
        "history": (everybody(SEEN_THEN_404), everybody(SEEN_THEN_404)),
        # Nothing of it is archived, so that there is nothing to bring back.
        "restore": (everybody(NO_OR_404), everybody(NO_OR_404)),
    },
    "shared": {
        "changelist": (everybody(200), everybody(200)),
        "add": (rule(403, 403, 200), rule(403, 403, 200)),
        "change": (everybody(SEEN), rule(NO, NO_OR_LED, SEEN)),
        "delete": (rule(NO_OR_404, NO_OR_404, SEEN_THEN_404), rule(NO_OR_404, NO_OR_404, SEEN_THEN_404)),
        "history": (everybody(SEEN_THEN_404), everybody(SEEN_THEN_404)),
        "restore": (everybody(NO_OR_404), everybody(NO_OR_404)),
    },
    "kept by the system": {
        "changelist": (everybody(200), everybody(200)),
        "add": (everybody(403), everybody(403)),
        "change": (everybody(SEEN), everybody(NO)),
        "delete": (everybody(NO), everybody(NO)),
        "history": (everybody(SEEN), everybody(SEEN)),
    },
    "rule": {
        "changelist": (everybody(200), everybody(200)),
        "add": (rule(403, 403, 403, 200), rule(403, 403, 403, 200)),
        "change": (everybody(SEEN), rule(NO, NO, NO, SEEN)),
        "delete": (everybody(NO_OR_404), everybody(NO_OR_404)),
        "history": (everybody(SEEN_THEN_404), everybody(SEEN_THEN_404)),
        "restore": (everybody(NO_OR_404), everybody(NO_OR_404)),
    },
    "user": {
        "changelist": (rule(200, 403, 403, 200), rule(200, 403, 403, 200)),
        "add": (rule(403, 403, 403, 200), rule(403, 403, 403, 200)),
        "change": (rule(SEEN, NO, NO, SEEN), rule(NO, NO, NO, SEEN)),
        "delete": (everybody(NO), everybody(NO)),
        "history": (rule(SEEN, NO_OR_LED, NO_OR_LED, SEEN), rule(SEEN, NO_OR_LED, NO_OR_LED, SEEN)),
    },
    "group": {
        "changelist": (rule(200, 403, 403, 200), rule(200, 403, 403, 200)),
        "add": (everybody(403), everybody(403)),
        "change": (rule(SEEN, NO, NO, SEEN), everybody(NO)),
        "delete": (everybody(NO), everybody(NO)),
        "history": (rule(SEEN, NO_OR_LED, NO_OR_LED, SEEN), rule(SEEN, NO_OR_LED, NO_OR_LED, SEEN)),
    },
    "invitation": {
        "changelist": (rule(200, 403, 403, 200), rule(200, 403, 403, 200)),
        "add": (rule(403, 403, 403, 200), rule(403, 403, 403, 200)),
        # What was sent stands.
        "change": (rule(SEEN, NO, NO, SEEN), rule(NO, NO, NO, NO_OR_LED)),
        "delete": (everybody(NO), everybody(NO)),
        "history": (rule(SEEN, NO_OR_LED, NO_OR_LED, SEEN), rule(SEEN, NO_OR_LED, NO_OR_LED, SEEN)),
    },
}


# What moves the whole: officers read it.
MATRIX["of the whole"] = {
    page: (but_officers(got), but_officers(posted)) for page, (got, posted) in MATRIX["shared"].items()
} | {"change": (everybody(SEEN), but_officers(rule(NO, NO, SEEN)))}


def kind_of(model: Any) -> str:
    name = str(model._meta.model_name)
    if name in roles.OF_THE_WHOLE:
        return "of the whole"
    if model is ConfirmationRule:
        return "rule"
    if name in roles.KEPT:
        return "kept by the system"
    if name in PEOPLE_OF_ADMIN:
        return name
    of_deal = model is Deal or "deal" in {field.name for field in model._meta.concrete_fields}
    return "of a deal" if of_deal else "shared"


@pytest.fixture
def world(system: User) -> Any:
    found = walks.world()
    factories.itemisation(factories.opening("1e9"), found.other.deal, "1e8")
    Invitation.objects.create(email="a@example.vn", by=system, language="vi", sent_at=found.own.deal.recorded_at,
                              expires_at=found.own.deal.recorded_at, token_hash="x")  # fmt: skip
    return found


def records_of(model: Any, world: Any) -> list[int]:
    """One's own and another's; the same twice of what belongs to no deal."""
    if model is Deal:
        return [world.own.deal.pk, world.other.deal.pk]
    if kind_of(model) == "of a deal":
        return [model.objects.filter(deal=each.deal).order_by("pk").first().pk for each in (world.own, world.other)]
    found = {User: world.stranger, Group: Group.objects.get(name="viewers")}.get(
        model
    ) or model._default_manager.first()
    return [found.pk] if found else []


@pytest.mark.parametrize("who", WHO)
def test_every_page_of_the_admin(world, who):
    client, wrong, walked = Client(), [], 0
    role, own = ("officers", [world.top]) if who == "assigned" else (who, [])
    client.force_login(factories.person("them", role=role, enterprises=own, is_staff=True))
    for model in admin.site._registry:
        pages, there = MATRIX[kind_of(model)], records_of(model, world)
        for page in sorted(ADMIN_OF_MODELS & set(pages)):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            for method, expected in zip(("get", "post"), pages[page], strict=True):
                if page in ("add", "changelist"):
                    asked, wanted = [[]], [expected[who]]
                else:
                    asked = [[pk] for pk in (*there, MISSING_PK)]
                    wanted = [*expected[who][: len(there)], expected[who][2]]
                answers = [getattr(client, method)(reverse(name, args=args)).status_code for args in asked]
                walked += len(answers)
                wrong += [(name, method, wanted, answers)] if answers != wanted else []
    assert not wrong, "\n" + "\n".join(map(str, wrong))
    assert walked > 400


@pytest.mark.parametrize("who", ["viewers", "respondents", "auditors", "officers"])
def test_what_the_admin_suggests_is_what_one_may_see_there(world, who):
    """The lookups behind its fields: nothing for whom it does not open, and nothing but what is on its lists."""
    client = Client()
    client.force_login(factories.person("them", role=who, enterprises=[world.top], is_staff=True))
    for field in ("enterprise", "partner", "sector"):
        asked = {"app_label": "deals", "model_name": "deal", "field_name": field}
        answer = client.get(reverse("admin:autocomplete"), asked)
        if who in ("viewers", "respondents"):
            assert answer.status_code in (302, 403)
            continue
        model = Deal._meta.get_field(field).related_model
        offered = {int(row["id"]) for row in answer.json()["results"]}
        assert offered and offered <= set(model.objects.values_list("pk", flat=True))  # type: ignore[union-attr]
    of_people = client.get(
        reverse("admin:autocomplete"), {"app_label": "deals", "model_name": "deal", "field_name": "officer"}
    )
    assert of_people.status_code in (302, 403) or who == "auditors"
    if who in ("auditors", "officers"):
        # A field that is no lookup, and a model that is none of the admin's, are refused.
        for wrong in ({"field_name": "title_vi"}, {"model_name": "session", "app_label": "sessions"}):
            asked = {"app_label": "deals", "model_name": "deal", "field_name": "enterprise", **wrong}
            assert client.get(reverse("admin:autocomplete"), asked).status_code == 403


@pytest.mark.parametrize("who", ["officers", "stewards", "administrators"])
def test_who_may_be_in_charge_is_offered_to_whom_sees_no_accounts(world, who):
    client = Client()
    client.force_login(factories.person("them", role=who, is_staff=True))
    gone = factories.person("gone", role="officers", is_active=False)
    auditor = factories.person("auditor", role="auditors", is_staff=True)
    offered = [client.get(reverse("admin:deals_deal_change", args=[world.own.deal.pk])).context["adminform"].form]
    offered.append(client.get(reverse("deals:deal-edit", args=[world.own.deal.code])).context["form"])
    for form in offered:
        people = set(form.fields["officer"].queryset)
        assert User.objects.get(username="them") in people and not {gone, auditor} & people
    # Who is in charge stays so until somebody says otherwise.
    page = client.get(reverse("deals:deal-edit", args=[factories.deal(officer=gone).code]))
    assert gone in page.context["form"].fields["officer"].queryset


@pytest.mark.parametrize("who", ["auditors", "administrators"])
def test_nothing_is_read_of_how_a_password_is_kept(world, who):
    client, other = Client(), factories.person("other", role="officers")
    client.force_login(factories.person("them", role=who, is_staff=True))
    page = client.get(reverse("admin:deals_user_change", args=[other.pk])).content.decode()
    algorithm, *_, salt, kept = other.password.split("$")
    assert "other" in page
    assert not [part for part in (algorithm, salt, kept[:6]) if f">{part}" in page or f" {part}" in page]


@pytest.mark.parametrize("who", ["auditors", "administrators"])
def test_roles_and_rights_are_named_where_they_are_only_shown(world, who):
    client, other = Client(), factories.person("other", role="officers")
    client.cookies["django_language"] = "vi"
    client.force_login(factories.person("them", role=who, is_staff=True))
    group = Group.objects.get(name="officers")
    of_group = client.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
    of_person = client.get(reverse("admin:deals_user_change", args=[other.pk])).content.decode()
    assert "Can " not in of_group and ">officers" not in of_group and "officers\n" not in of_group
    assert "cán bộ" in of_group
    assert ">officers" not in of_person and "cán bộ" in of_person
