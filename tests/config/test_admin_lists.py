"""Every list of the admin: few queries whatever is stored, few columns, words where it is empty."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from kb.models import Guide, SearchGap
from probes.admin import lists
from probes.models import Probe, Run
from tests.config import admin_rows as filling

pytestmark = pytest.mark.django_db

# Permissions are searched for in fields, and have no list of their own in the menu.
MODELS = sorted(
    (model for model in admin.site._registry if model is not Permission),
    key=lambda model: model._meta.label,
)
MOST_QUERIES = 12
MOST_COLUMNS = 6


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    client.cookies["django_language"] = "en"
    return client


def address(model: type) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def fill(count: int, tag: str) -> None:
    filling.fill_knowledge(count, tag=tag)
    filling.fill_cases(count, tag=tag)
    filling.fill_runs(count, tag=tag)
    filling.fill_the_rest(count, tag=tag)


def asked(client: Client, page: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def test_no_list_asks_more_for_more_rows(root: Client) -> None:
    fill(3, "few")
    few = {model: asked(root, address(model)) for model in MODELS}

    fill(27, "many")
    many = {model: asked(root, address(model)) for model in MODELS}

    assert all(model.objects.count() >= 3 for model in MODELS)
    assert many == few
    assert {m._meta.label: n for m, n in many.items() if n > MOST_QUERIES} == {}


def test_no_list_has_more_columns_than_fit(root: Client) -> None:
    columns = {model._meta.label: admin.site._registry[model].list_display for model in MODELS}

    assert {name: shown for name, shown in columns.items() if len(shown) > MOST_COLUMNS} == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_empty_list_says_what_it_is_for_and_what_to_do_first(model: type, root: Client) -> None:
    if model not in (Group, User):
        model.objects.all().delete()
    one = admin.site._registry[model]

    page = root.get(address(model)).content.decode()

    assert str(one.about) in page
    if one.first_step and not model.objects.exists():
        assert "Nothing here yet" in page
        assert str(one.first_step.words).replace("'", "&#x27;") in page
        assert not one.first_step.address or reverse(one.first_step.address) in page


def test_what_fits_nothing_leads_back_to_all(root: Client) -> None:
    filling.fill_knowledge(2)

    page = root.get(address(Guide), {"q": "no such guide"}).content.decode()

    assert "Nothing fits what was searched or chosen" in page


def test_counting_stops_where_nobody_turns_pages(root: Client, monkeypatch) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 20)
    filling.fill_runs(30)

    with CaptureQueriesContext(connection) as queries:
        page = root.get(address(Run)).content.decode()

    counts = [one["sql"] for one in queries if "COUNT(" in one["sql"]]
    assert "more than 20; the newest are shown" in page
    assert len(counts) == 1
    assert "LIMIT 21" in counts[0]


def test_filters_of_runs_look_through_the_newest_alone(root: Client, monkeypatch) -> None:
    monkeypatch.setattr(lists, "MOST_LOOKED_THROUGH", 10)
    filling.fill_runs(30)
    oldest = Run.objects.order_by("pk").first()

    found = root.get(address(Run), {"q": "m-probe"}).context["cl"].result_count
    by_id = root.get(address(Run), {"q": oldest.public_id}).context["cl"].result_list

    assert found == 10
    assert list(by_id) == [oldest]


@pytest.mark.parametrize("order", ["2", "-5"])
def test_runs_are_never_put_in_an_order_without_an_index(order: str, root: Client) -> None:
    filling.fill_runs(3)

    shown = root.get(address(Run), {"o": order}).context["cl"].result_list

    assert [run.pk for run in shown] == sorted((run.pk for run in shown), reverse=True)


# --- actions say what they did, and what they could not, and why


def act(client: Client, model: type, action: str, rows, **more) -> list[str]:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    page = client.post(address(model), chosen, follow=True)
    return [str(message) for message in page.context["messages"]]


def test_approving_shows_the_definitions_first_and_approves_what_was_shown(root: Client) -> None:
    filling.fill_the_rest(1)
    probe = Probe.objects.get()
    chosen = {"action": "approve_selected", "_selected_action": [probe.pk]}
    page = root.post(address(Probe), chosen).content.decode()
    seen = f"{probe.pk}:{probe.definition_hash}"
    assert "kind: tcp_connect" in page
    assert seen in page

    Probe.objects.update(params={"host": "127.0.0.1", "port": 9})
    told = act(root, Probe, "approve_selected", [probe], apply="1", seen=[seen])

    assert told == ["m-own-0: its definition was changed meanwhile. Look at it again."]
    assert not Probe.objects.get().is_approved


def test_withdrawn_approval_names_what_had_none(root: Client) -> None:
    filling.fill_the_rest(2)

    told = act(root, Probe, "withdraw_selected", Probe.objects.order_by("pk"))

    assert told == [
        "1 probe cannot run any more until somebody approves it.",
        "m-own-0 was not approved.",
    ]
    assert not Probe.objects.exclude(approved_hash="").exists()


def test_assigning_leaves_what_is_over(root: Client) -> None:
    filling.fill_cases(6)

    told = act(root, Incident, "take", Incident.objects.order_by("pk"))

    assert told[0] == "4 incidents are assigned."
    assert len(told) == 3
    assert set(Incident.objects.filter(assignee=None).values_list("status", flat=True)) == {
        "resolved",
        "closed",
    }


def test_owner_of_guides_is_asked_for_and_set(root: Client) -> None:
    filling.fill_knowledge(2)
    owner = User.objects.get(username="root")
    asked_for = root.post(
        address(Guide), {"action": "set_owner", "_selected_action": [Guide.objects.first().pk]}
    )

    told = act(root, Guide, "set_owner", Guide.objects.all(), apply="1", owner=str(owner.pk))

    assert "Who keeps these guides?" in asked_for.content.decode()
    assert told == ["2 guides have a new owner."]
    assert not Guide.objects.exclude(owner=owner).exists()


def test_nobody_switches_off_the_own_account(root: Client) -> None:
    filling.fill_the_rest(1)

    told = act(root, User, "switch_off", User.objects.all())

    assert len(told) == 2
    assert set(User.objects.filter(is_active=True).values_list("username", flat=True)) == {"root"}


def test_history_is_read_only(root: Client) -> None:
    filling.fill_runs(1)
    filling.fill_knowledge(1)

    answers = [
        root.post("/admin/probes/run/add/").status_code,
        root.post(f"/admin/probes/run/{Run.objects.get().pk}/change/", {}).status_code,
        root.post(f"/admin/kb/searchgap/{SearchGap.objects.get().pk}/change/", {}).status_code,
    ]

    assert answers == [403, 403, 403]
