"""The same way with the real worker: three processes that share nothing but the database."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.processes import free_port, running

ROOT = Path(__file__).resolve().parents[2]
NO_ENGINE = {
    ("docker_container", "daemon_unreachable"),
    ("docker_log", "daemon_unreachable"),
}
ASK = ROOT / "tests" / "support" / "ask_and_wait.py"


def test_a_worker_process_runs_the_checks_that_another_process_asked_for(
    tmp_path: Path, migrated_file: Path
):
    var = tmp_path / "var"
    env = {
        "KNOWNFIX_VAR": str(var),
        "KNOWNFIX_NO_VENV": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'flow.sqlite3'}",
        "PYTHONPATH": str(ROOT),
    }
    port = free_port()

    def python(*argv: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, argv)],
            cwd=tmp_path,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    shutil.copy(migrated_file, tmp_path / "flow.sqlite3")
    with running(ROOT / "manage.py", "worker", cwd=tmp_path, name="worker", **env):
        answer = python(ASK, f"GET http://localhost:{port}/ net::ERR_CONNECTION_REFUSED")

    said = json.loads(answer)
    assert (said["first"], said["state"]) == ("connection/not-running", "supported")
    assert said["steps"] > 0
    assert all(said["leased_by"])
    assert said["seen"] >= 3
    # Where no container engine answers, and only there, nothing could be seen.
    assert {tuple(each) for each in said["unknown"]} <= NO_ENGINE
