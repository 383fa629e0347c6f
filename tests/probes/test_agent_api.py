"""The protocol of agents, and what a hostile one can make of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from config.first_run import make_key
from probes import services
from probes.agent_authentication import AgentThrottle
from probes.models import Batch, Location, Run
from tests.probes.factories import make_batch, make_probe, make_user

pytestmark = pytest.mark.django_db

ABOUT = {"version": "0.1.0", "host": "laptop", "runner": "laptop:1"}


class Agent:
    """What an agent sends, word by word."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._client = Client()

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self._client.post(
            f"/api/v1/agent/{path}",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self._token}", **headers},
        )

    def claim(self) -> dict[str, Any]:
        return self.post("claim", {"agent": ABOUT}).json()

    def record(self, work: dict[str, Any], *results: dict[str, Any]) -> Any:
        held = {"batch": work["batch"], "epoch": work["epoch"]}
        return self.post("record", {**held, "results": list(results)})


@pytest.fixture
def laptop() -> Location:
    return Location.objects.create(slug="laptop", name="Laptop")


@pytest.fixture
def agent(laptop: Location) -> Agent:
    cache.clear()
    return Agent(services.issue_token(laptop, by=None))


def result(work: dict[str, Any], number: int = 0, **fields: Any) -> dict[str, Any]:
    values = {
        "item": work["items"][number]["item"],
        "status": "CRITICAL",
        "reason_code": "refused",
        "facts": {"port": 8000},
        "summary": "127.0.0.1:8000 refused the connection",
        "output": "",
        "attempts": [],
        "started_at": work["now"],
        "elapsed_s": 0.01,
        "lateness_s": 0.0,
    }
    return {**values, **fields}


def test_batch_is_claimed_renewed_and_recorded(agent: Agent, laptop: Location):
    batch = make_batch(8000, 8001, location=laptop)

    work = agent.claim()

    assert (work["batch"], work["epoch"], work["lease_s"]) == (batch.public_id, 1, 30.0)
    assert [(one["ref"], one["kind"]) for one in work["items"]] == [
        ("guide/port-8000", "tcp_connect"),
        ("guide/port-8001", "tcp_connect"),
    ]
    assert work["limits"]["networks"] == ["127.0.0.0/8", "::1/128"]
    assert agent.post("claim", {"agent": ABOUT}).status_code == 204
    held = {"batch": work["batch"], "epoch": work["epoch"]}
    assert agent.post("renew", held).json() == {"held": True}
    first = agent.record(work, result(work, 0)).json()
    assert (first["done"], first["held"], len(first["stored"])) == (False, True, 1)
    assert agent.record(work, result(work, 1)).json()["done"]
    assert Run.objects.count() == 2


def test_answer_that_was_lost_is_sent_again_and_nothing_is_stored_twice(
    agent: Agent, laptop: Location
):
    make_batch(location=laptop)
    work = agent.claim()
    said = result(work)
    agent.record(work, said)

    again = agent.record(work, said).json()
    other = agent.record(work, result(work, reason_code="connected")).json()

    assert again["repeated"] == [said["item"]]
    assert (again["refused"], again["done"]) == ([], True)
    assert other["refused"] == [said["item"]]
    assert Run.objects.get().reason_code == "refused"


def test_late_result_of_a_lost_lease_never_overwrites(agent: Agent, laptop: Location):
    batch = make_batch(location=laptop)
    slow = agent.claim()
    Batch.objects.filter(pk=batch.pk).update(lease_until=Now() - timedelta(seconds=1))
    quick = agent.claim()
    agent.record(quick, result(quick, reason_code="connected"))

    late = agent.record(slow, result(slow)).json()

    assert (late["refused"], late["held"], late["done"]) == (
        [slow["items"][0]["item"]],
        False,
        True,
    )
    assert Run.objects.get().reason_code == "connected"


def test_batch_of_another_location_is_not_there(agent: Agent, laptop: Location):
    other = make_batch(location=Location.objects.create(slug="office", name="Office"))
    item = other.items.get().pk
    work = {"batch": other.public_id, "epoch": 0, "now": "2026-11-20T09:00:00Z"}
    said = result({**work, "items": [{"item": item}]})

    assert agent.post("claim", {"agent": ABOUT}).status_code == 204
    assert agent.record(work, said).status_code == 404
    for path in ("renew", "release"):
        assert agent.post(path, {"batch": other.public_id, "epoch": 0}).status_code == 404
    assert not Run.objects.exists()


def test_item_of_another_batch_is_refused(agent: Agent, laptop: Location):
    make_batch(location=laptop)
    other = make_batch(location=laptop)
    work = agent.claim()
    stranger = other.items.get().pk

    answer = agent.record(work, result(work, item=stranger)).json()

    assert (answer["stored"], answer["refused"]) == ([], [stranger])


def test_status_is_judged_here_and_not_by_the_agent(agent: Agent, laptop: Location):
    make_batch(location=laptop)
    work = agent.claim()
    tried = {"status": "OK", "reason_code": "refused", "summary": "", "elapsed_s": 0.1}

    agent.record(work, result(work, status="OK", attempts=[tried]))

    run = Run.objects.get()
    assert (run.status, run.reason_code) == ("CRITICAL", "refused")
    assert [one["status"] for one in run.attempts] == ["CRITICAL"]


def test_expectation_of_the_definition_judges_too(agent: Agent, laptop: Location):
    probe = make_probe("closed", expectation={"refused": "OK", "connected": "WARNING"})
    values = {"host": "127.0.0.1", "port": 8001}
    wanted = [services.Wanted(probe=probe, values=values)]
    services.request_batch(wanted, purpose="try", by=None, location=laptop)
    work = agent.claim()

    agent.record(work, result(work))

    assert Run.objects.get().status == "OK"


def test_reason_that_the_kind_does_not_have_is_no_evidence(agent: Agent, laptop: Location):
    make_batch(location=laptop)
    work = agent.claim()

    agent.record(work, result(work, reason_code="all_is_lost", facts={"a": "b"}))

    run = Run.objects.get()
    assert (run.status, run.reason_code, run.facts) == ("UNKNOWN", "agent_outdated", {})
    assert "agent.pyz" in run.summary


def test_secrets_controls_and_odd_names_are_cleaned_again(agent: Agent, laptop: Location):
    make_batch(location=laptop)
    work = agent.claim()
    body = result(
        work,
        summary="\x1b[31mred\u202e password=hunter2secret",
        output="Authorization: Bearer abcdef0123456789",
        facts={"token": "abcdef123456", "na\x1b[0mme\u202e": ["postgres://a:b1c2d3@db/x"]},
    )

    agent.record(work, body)

    run = Run.objects.get()
    stored = json.dumps([run.summary, run.output, run.facts])
    for secret in ("hunter2secret", "abcdef0123456789", "abcdef123456", "b1c2d3"):
        assert secret not in stored
    assert set(run.facts) == {"token", "name"}
    assert "\x1b" not in run.summary
    assert "\u202e" not in run.summary


def test_surrogates_and_deep_or_large_facts_do_not_get_in(agent: Agent, laptop: Location):
    make_batch(8000, 8001, 8002, location=laptop)
    work = agent.claim()
    deep: Any = "end"
    for _level in range(50):
        deep = {"in": deep}

    agent.record(work, result(work, 0, facts={"\ud800": "\udfff"}))
    agent.record(work, result(work, 1, facts={"deep": deep}))
    agent.record(work, result(work, 2, facts={"many": ["x" * 1000] * 500}))

    runs = list(Run.objects.order_by("item__position"))
    assert runs[0].facts == {"\ufffd": "\ufffd"}
    assert json.dumps(runs[1].facts).count("in") < 15
    assert list(runs[2].facts) == ["facts_left_out"]


def test_name_an_agent_gives_itself_is_cleaned_before_it_is_shown(agent: Agent, laptop: Location):
    about = {**ABOUT, "host": "lap\x1b[31mtop\u202e", "version": "0.\u200b1"}

    agent.post("claim", {"agent": about})

    laptop.refresh_from_db()
    assert (laptop.agent_host, laptop.agent_version) == ("laptop", "0.1")


def test_times_are_kept_within_the_batch(agent: Agent, laptop: Location):
    batch = make_batch(8000, 8001, location=laptop)
    work = agent.claim()
    long_ago = result(work, 0, started_at="1999-01-01T00:00:00Z", elapsed_s=80_000)
    to_come = result(work, 1, started_at="2199-01-01T00:00:00Z")

    agent.record(work, long_ago, to_come)

    before, after = Run.objects.order_by("item__position")
    assert before.started_at == batch.created_at
    assert before.elapsed_s < 60
    assert after.started_at <= timezone.now()


@pytest.mark.parametrize(
    "wrong",
    [
        {"elapsed_s": -1},
        {"elapsed_s": "NaN"},
        {"lateness_s": 1e9},
        {"facts": ["no", "names"]},
        {"attempts": [{}]},
        {"attempts": [{"status": "OK", "reason_code": "x", "summary": "", "elapsed_s": 0}] * 21},
        {"summary": "x" * 30_000},
        {"started_at": "yesterday"},
        {"item": 0},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_has_not_the_shape_of_a_result_is_refused_by_name(
    wrong: dict[str, Any], agent: Agent, laptop: Location
):
    make_batch(location=laptop)
    work = agent.claim()

    answer = agent.record(work, result(work, **wrong))

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert any(next(iter(wrong)) in one["pointer"] for one in answer.json()["errors"])
    assert not Run.objects.exists()


def test_what_an_agent_of_a_later_version_adds_is_left_out(agent: Agent, laptop: Location):
    make_batch(location=laptop)
    work = agent.claim()
    tried = {
        "status": "CRITICAL",
        "reason_code": "refused",
        "summary": "no",
        "elapsed_s": 0.1,
        "started_at": "1999-01-01T00:00:00Z",
        "mood": "blue",
    }

    answer = agent.record(work, result(work, colour="red", attempts=[tried]))

    assert answer.json()["done"]
    run = Run.objects.get()
    [attempt] = run.attempts
    assert set(attempt) == {"status", "reason_code", "summary", "elapsed_s", "started_at"}
    assert attempt["started_at"] == run.item.batch.created_at.isoformat()


def test_not_a_number_is_no_json(agent: Agent, laptop: Location):
    make_batch(location=laptop)
    work = agent.claim()
    said = {"batch": work["batch"], "epoch": 1, "results": [result(work, facts={"x": "NAN"})]}

    answer = agent.post("record", json.dumps(said).replace('"NAN"', "NaN"))

    assert answer.status_code == 400
    assert not Run.objects.exists()


def test_longer_body_than_a_megabyte_is_refused_unread(agent: Agent):
    assert agent.post("record", "x" * 1_100_000).status_code == 413


def test_token_opens_nothing_but_the_agents_addresses(agent: Agent, laptop: Location):
    batch = make_batch(location=laptop)
    headers = {"Authorization": f"Bearer {agent._token}"}

    for path in ("guides", "probes", f"batches/{batch.public_id}"):
        answer = Client().get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 401


def test_neither_a_key_nor_a_session_opens_them(laptop: Location):
    admin = make_user("admin", is_superuser=True)
    _key, secret = make_key("all", user=admin, scopes=("probes.run_probe",))
    person = Client()
    person.force_login(admin)

    answers = [
        Agent(secret).post("claim", {"agent": ABOUT}),
        person.post(
            "/api/v1/agent/claim", json.dumps({"agent": ABOUT}), content_type="application/json"
        ),
    ]

    assert [one.status_code for one in answers] == [401, 401]


def test_former_token_opens_for_an_hour_and_a_revoked_one_no_more(agent: Agent, laptop: Location):
    new = Agent(services.issue_token(laptop, by=None))
    assert agent.post("claim", {"agent": ABOUT}).status_code == 204
    assert new.post("claim", {"agent": ABOUT}).status_code == 204

    Location.objects.update(former_token_until=Now() - timedelta(seconds=1))
    assert agent.post("claim", {"agent": ABOUT}).status_code == 401
    assert services.revoke_token(laptop, by=None)
    refused = new.post("claim", {"agent": ABOUT}, **{"Accept-Language": "en"})

    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "authentication_failed"
    assert "revoked" in refused.json()["detail"]


def test_only_the_digest_of_a_token_is_kept(laptop: Location):
    secret = services.issue_token(laptop, by=None)

    laptop.refresh_from_db()
    assert secret not in json.dumps([str(value) for value in vars(laptop).values()])
    assert laptop.token_hash


def test_no_agent_stands_for_the_bases_own_host():
    with pytest.raises(services.NoAgentHere):
        services.issue_token(services.server_location(), by=None)


def test_agent_that_went_wild_is_told_to_wait(agent: Agent, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(AgentThrottle, "rate", "3/min")

    answers = [agent.post("claim", {"agent": ABOUT}) for _number in range(4)]

    assert [one.status_code for one in answers] == [204, 204, 204, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_asking_in_vain_writes_nothing_to_the_database(
    agent: Agent, django_assert_num_queries: Any
):
    agent.post("claim", {"agent": ABOUT})

    # The token, whether this agent was noted, and what is waiting.
    with django_assert_num_queries(3) as asked:
        agent.post("claim", {"agent": ABOUT})

    assert all(one["sql"].startswith("SELECT") for one in asked.captured_queries)
