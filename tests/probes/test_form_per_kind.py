"""The form of each kind: in words, with its example, and with what its answers mean."""

import pytest
from django.test import Client
from django.utils import translation

from probes import services
from probes.engine import registry
from probes.forms import JUDGE, example_texts, form_for_kind
from probes.limits_here import limits_of
from probes.models import BatchItem, Location, Probe
from probes.param_words import PARAM, param_groups, param_label
from tests.probes.factories import claim, make_probe, make_user, result
from tests.probes.test_admin import ADD, OPERATOR, change, shared_fields, staff

kinds = pytest.mark.parametrize("kind", registry.KINDS.values(), ids=list(registry.KINDS))


@kinds
def test_every_parameter_has_words_and_one_group(kind) -> None:
    grouped = [param.name for group in param_groups(kind) for param in group.params]

    assert sorted(grouped) == sorted(param.name for param in kind.params)
    with translation.override("en"):
        assert all(param_label(kind.name, name) != name for name in grouped)


@kinds
def test_the_example_of_a_kind_is_accepted_as_its_form_shows_it(kind) -> None:
    # No name and no slug: what all kinds share needs the base to be judged.
    form = form_for_kind(kind)(example_texts(kind))
    form.full_clean()

    assert set(form.errors) <= {"name", "slug", "timeout_s", "retries"}
    assert {name: form.instance.params[name] for name in kind.example} == dict(kind.example)


@pytest.fixture
def operator(db) -> Client:
    return staff("operator", *OPERATOR)


def test_the_example_fills_a_form_and_saves_nothing(operator: Client) -> None:
    answer = operator.post(ADD + "?kind=tls_certificate", {"_example": "1"})

    form = answer.context["adminform"].form
    assert form["param_host"].value() == "shop.example.com"
    assert form["slug"].value() == "my-tls-certificate"
    assert not form.is_bound
    assert not Probe.objects.exists()


def test_what_was_typed_stays_when_the_example_fills_the_rest(operator: Client) -> None:
    typed = shared_fields(param_host="127.0.0.9", _example="1")

    form = operator.post(ADD + "?kind=tcp_connect", typed).context["adminform"].form

    assert form["param_host"].value() == "127.0.0.9"
    assert form["param_port"].value() == "8000"
    assert form["name"].value() == "API"


def test_each_answer_has_its_code_meaning_and_usual_state(operator: Client) -> None:
    probe = make_probe("gone", kind="port_listen", params={"port": 1, "expect": "free"})

    page = operator.get(change(probe))

    usual = {row.code: row.usual for row in page.context["judged"]}
    assert usual["not_listening"] == "OK"
    assert usual["listening"] == "CRITICAL"
    assert "<code>not_listening</code>" in page.content.decode()
    assert f"{JUDGE}not_allowed" not in form_for_kind(registry.KINDS["port_listen"]).base_fields


def test_names_of_the_engine_stay_visible_beside_the_words(operator: Client) -> None:
    with translation.override("ko"):
        page = operator.get(ADD + "?kind=tcp_connect", headers={"accept-language": "ko"})

    text = page.content.decode()
    assert "호스트</label> <code>host</code>" in text
    assert f'name="{PARAM}host"' in text


def test_limits_say_what_the_kind_may_touch_at_each_location(db) -> None:
    server = services.server_location()
    Location.objects.create(slug="away", name="Away", kinds=["tcp_connect"])

    with translation.override("en"):
        here, away = limits_of(registry.KINDS["file_present"])

        assert here.location == server
        assert [one.title for one in here.limits] == ["Folders it may read"]
        assert here.limits[0].allowed == ()
    assert away.refusal
    assert not away.limits


def test_page_says_who_may_approve(operator: Client) -> None:
    make_user("second", "probes.approve_probe")
    operator.post(ADD + "?kind=tcp_connect", shared_fields(param_host="127.0.0.1", param_port="1"))

    page = operator.get(change(Probe.objects.get()))

    assert page.context["approvers"] == ["second"]
    assert "<strong>second</strong>" in page.content.decode()


def test_trying_an_unapproved_definition_saves_it_and_says_why_nothing_ran(
    operator: Client,
) -> None:
    form = shared_fields(param_host="127.0.0.1", param_port="1", _try="1")

    answer = operator.post(ADD + "?kind=tcp_connect", form, headers={"accept-language": "en"})

    probe = Probe.objects.get()
    assert answer.url == change(probe) + "#try"
    page = operator.get(answer.url, headers={"accept-language": "en"})
    assert "It was not run: its definition is not approved yet." in page.content.decode()
    assert not BatchItem.objects.exists()


def test_a_try_is_asked_from_the_form_and_its_verdict_stands_beside_it(operator: Client) -> None:
    probe = make_probe("tcp", params={"host": "127.0.0.1", "port": "${port}"})
    form = shared_fields(param_host="127.0.0.1", param_port="${port}", name=probe.name)
    form |= {"timeout_s": str(probe.timeout_s), "_try": "1", "try-port": "9"}

    operator.post(change(probe), form)

    item = BatchItem.objects.get()
    assert item.values == {"port": "9"}
    waiting = operator.get(change(probe)).content.decode()
    assert f'data-again="/admin/probes/probe/{probe.pk}/last/"' in waiting
    held = claim()
    services.record(held, {one.item_id: result() for one in held.items})
    done = operator.get(f"/admin/probes/probe/{probe.pk}/last/").content.decode()
    assert "data-again" not in done
    assert f"/runs/{BatchItem.objects.get().run.public_id}/" in done


def test_a_value_that_is_missing_is_named(operator: Client) -> None:
    probe = make_probe("tcp", params={"host": "127.0.0.1", "port": "${port}"})
    form = shared_fields(param_host="127.0.0.1", param_port="${port}", name=probe.name)
    form |= {"timeout_s": str(probe.timeout_s), "_try": "1"}

    page = operator.post(change(probe), form, follow=True)

    assert any("port" in str(message) for message in page.context["messages"])
    assert not BatchItem.objects.exists()
