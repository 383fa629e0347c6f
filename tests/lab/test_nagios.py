"""nagios with the plugins of Debian's monitoring-plugins, unmodified."""

import asyncio
import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from probes.engine.spec import Policy, ProbeResult, Status
from tests.probes.engine.servers import run
from tests.probes.factories import make_probe

FOLDER = "/usr/lib/nagios/plugins"
PLUGINS = ("negate", "check_dummy", "check_http", "check_procs", "check_disk", "check_tcp")
LACKING = [name for name in PLUGINS if not os.access(f"{FOLDER}/{name}", os.X_OK)]

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(
        bool(LACKING),
        reason=f"no {', '.join(LACKING)} in {FOLDER}; apt-get install monitoring-plugins-basic "
        "monitoring-plugins-standard",
    ),
]


@pytest.fixture
def web_port() -> Iterator[int]:
    """A web server on loopback that answers 404 to everything."""

    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(plugin: str, *arguments: Any, timeout_s: float = 5.0) -> ProbeResult:
    policy = Policy.read(plugins={name: f"{FOLDER}/{name}" for name in PLUGINS})
    return asyncio.run(
        run("nagios", policy=policy, timeout_s=timeout_s, plugin=plugin, arguments=list(arguments))
    )


@pytest.mark.parametrize(
    ("state", "status", "reason_code"),
    [
        (0, Status.OK, "plugin_ok"),
        (1, Status.WARNING, "plugin_warning"),
        (2, Status.CRITICAL, "plugin_critical"),
        (3, Status.UNKNOWN, "plugin_unknown"),
    ],
)
def test_check_dummy_gives_every_state(state: int, status: Status, reason_code: str) -> None:
    result = ask("check_dummy", state, "as told")

    assert (result.status, result.reason_code) == (status, reason_code)
    assert result.facts["text"].endswith("as told")


def test_check_http_sees_a_missing_page(web_port: int) -> None:
    arguments = ("-I", "127.0.0.1", "-p", web_port, "-u", "/health")

    as_usual = ask("check_http", *arguments)
    expected = ask("check_http", *arguments, "-e", "404")

    assert as_usual.reason_code == "plugin_warning"
    assert "404" in as_usual.facts["text"]
    assert expected.reason_code == "plugin_ok"
    assert {"time", "size"} <= {datum["label"] for datum in expected.facts["perfdata"]}


def test_check_procs_counts_this_machine_s_processes() -> None:
    result = ask("check_procs", "-w", "1:100000")

    (datum,) = result.facts["perfdata"]
    assert (result.reason_code, datum["label"]) == ("plugin_ok", "procs")
    assert datum["value"] > 0
    assert datum["warn"] == "1:100000"


def test_check_disk_measures_and_judges() -> None:
    fine = ask("check_disk", "-w", "0%", "-c", "0%", "-p", "/")
    full = ask("check_disk", "-w", "100%", "-c", "100%", "-p", "/")

    assert fine.reason_code == "plugin_ok"
    assert fine.facts["perfdata"][0]["label"] == "/"
    assert fine.facts["perfdata"][0]["max"] > 0
    assert full.reason_code == "plugin_critical"
    assert full.facts["perfdata"][0]["beyond"] == "crit"


def test_check_tcp_connects_and_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        connected = ask("check_tcp", "-H", "127.0.0.1", "-p", listener.getsockname()[1])
        refused = ask("check_tcp", "-H", "127.0.0.1", "-p", held.getsockname()[1])

    assert connected.reason_code == "plugin_ok"
    assert connected.facts["perfdata"][0]["unit"] == "s"
    assert refused.reason_code == "plugin_critical"
    assert "refused" in refused.facts["text"]


def test_plugin_s_own_timeout_is_its_state_and_our_deadline_is_unknown() -> None:
    """A listener that accepts and says nothing, while the plugin waits for words."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        waiting = ("-H", "127.0.0.1", "-p", port, "-e", "hello")
        own = ask("check_tcp", *waiting, "-t", "1", timeout_s=5.0)
        ours = ask("check_tcp", *waiting, "-t", "30", timeout_s=1.0)

    assert own.reason_code == "plugin_critical"
    assert (ours.status, ours.reason_code) == (Status.UNKNOWN, "timeout")


def test_wrong_arguments_are_unknown() -> None:
    result = ask("check_tcp", "--no-such-option")

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "plugin_unknown")


@pytest.mark.django_db(transaction=True)
def test_debian_s_own_caller_reads_our_exit_code(sqlite_file: str) -> None:
    """`negate` runs a plugin and turns its state round: OK and CRITICAL change places."""
    make_probe()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        values = ("--value", "host=127.0.0.1", "--value", f"port={port}")
        ours = (sys.executable, str(settings.BASE_DIR / "manage.py"), "probe", "tcp", *values)
        done = subprocess.run(
            [f"{FOLDER}/negate", "-t", "30", *ours, "--nagios"],
            env={**os.environ, "DATABASE_URL": sqlite_file, "KNOWNFIX_NO_VENV": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stdout
    assert "refused the connection" in done.stdout
