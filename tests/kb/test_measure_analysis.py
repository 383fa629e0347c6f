"""The command that measures the analyser."""

import json
from io import StringIO

from django.core.management import call_command


def test_every_kind_of_log_has_a_ratio() -> None:
    printed, as_json = StringIO(), StringIO()

    call_command("measure_analysis", texts=2, stdout=printed)
    call_command("measure_analysis", texts=2, json=True, stdout=as_json)

    speeds = json.loads(as_json.getvalue())
    assert len(printed.getvalue().splitlines()) == len(speeds)
    assert [one["median"] for one in speeds] == sorted(one["median"] for one in speeds)
    assert {"java", "journald", "korean", "mixture", "nginx", "uvicorn"} <= {
        one["kind"] for one in speeds
    }
    assert all(0 < one["median"] <= one["p95"] and one["milliseconds"] > 0 for one in speeds)
