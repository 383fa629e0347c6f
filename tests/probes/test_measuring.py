"""The measurements in small: that they run, count everything, and that no deadline is lost."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from probes.evaluation import deadlines, http_speed
from probes.evaluation.blackbox import INSTALL, is_installed


@pytest.fixture
def blackbox_exporter() -> None:
    if not is_installed():
        pytest.skip(f"prometheus-blackbox-exporter is missing: {INSTALL}")


def quiet(text: str) -> None:
    """Progress is for people."""


@pytest.mark.bench
def test_http_probes_are_measured_beside_their_peers(blackbox_exporter: None) -> None:
    report = http_speed.measure(probes=200, rounds=2, say=quiet)

    assert {name: one["said"] for name, one in report["probers"].items()} == {
        name: {"as_expected": 400} for name in report["probers"]
    }
    # A floor against a slip, far below what a quiet machine shows.
    assert report["ratios"]["blackbox"]["median"] > 1.2


@pytest.mark.bench
def test_every_hostile_target_is_left_at_its_deadline() -> None:
    report = deadlines.measure(targets=48, timeout_s=0.5, probers=["knownfix"])

    ours = report["probers"]["knownfix"]
    said = {
        name: set(one["said"]) - {"runner_overloaded"} for name, one in ours["behaviours"].items()
    }
    allowed = {
        "SYN dropped": {"timed_out_connect"},
        "silent": {"timed_out_ttfb"},
        "dripping headers": {"timed_out_ttfb"},
        "dripping body": {"timed_out_body"},
        "endless body": {"as_expected"},
        "huge headers": {"bad_response"},
        "redirect loop": {"too_many_redirects"},
        "gzip bomb": {"as_expected"},
    }
    assert ours["ended"] == 48
    assert all(said[name] <= codes for name, codes in allowed.items()), said
    assert ours["memory_mb"] < 100
    # 100 ms on a machine of one's own; this one may be busy.
    assert ours["worst_late_ms"] < 1000


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_queue_is_measured_on_a_scratch_database() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    at = connection.settings_dict
    server = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/postgres"
    printed = StringIO()

    call_command(
        "measure_queue", "--postgres", server, "--runs", "100", "--single", "5", "--json",
        stdout=printed, stderr=StringIO(),
    )  # fmt: skip

    sizes: dict[str, Any] = json.loads(printed.getvalue())["sizes"]
    assert [sizes[size]["runs"] for size in ("50", "1")] == [100, 5]
    assert all(one["per_s"] > 0 for one in sizes.values())
