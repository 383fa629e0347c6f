"""Nothing useful is behind the port: nobody listens, somebody else does, or only for this host."""

import re
import sys
from collections.abc import Iterator

from tests.lab.lab import Lab
from tests.lab.machine import BALANCED, SITE
from tests.lab.parts.balancer import balance
from tests.lab.parts.site import ACADEMY, DIRECT, PORT, Site, uvicorn
from tests.lab.scenario import Command, Look, Scenario, Stage
from tests.lab.scenarios.looks import (
    HEALTH,
    all_is_well,
    answered,
    direct,
    healthy,
    http_direct,
    listener,
    masked,
)


def _server_off(lab: Lab) -> Iterator[Stage]:
    site = Site(lab)
    yield Stage(
        title="no server was started",
        looks=(
            direct("refused", errno="ECONNREFUSED"),
            direct("refused", at="inside"),
            http_direct("refused", status=None),
            listener("not_listening"),
        ),
    )
    site.serve()
    yield Stage(
        title="the server is started",
        looks=(healthy(base=DIRECT), direct("connected"), listener("listening", "0.0.0.0")),
    )


def _upstream_off(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    site.serve().kill()
    yield Stage(
        title="the API was killed behind its load balancer",
        looks=(masked(502), answered(502), direct("refused"), listener("not_listening")),
    )
    site.serve()
    yield Stage(
        title="the API is started again; its CORS settings were never touched",
        looks=all_is_well(),
    )


def _no_target(lab: Lab) -> Iterator[Stage]:
    site = Site(lab)
    balancer = balance(lab, at=site.outside)
    site.serve()
    yield Stage(
        title="the API runs, and the load balancer has no target",
        looks=(
            masked(503),
            answered(503),
            direct("connected"),
            healthy(base=DIRECT),
            listener("listening", "0.0.0.0"),
        ),
    )
    balancer.kill()
    site.balanced()
    yield Stage(title="the API is its target", looks=all_is_well())


def _loopback_only(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    api = site.serve(host="127.0.0.1")
    yield Stage(
        title="started without --host 0.0.0.0",
        looks=(
            direct("refused"),
            masked(502),
            direct("connected", at="inside"),
            healthy(at="inside", base=f"http://127.0.0.1:{PORT}"),
            listener("bound_loopback_only", "127.0.0.1", expect_bind="0.0.0.0"),
        ),
    )
    api.kill()
    site.serve()
    yield Stage(title="started with --host 0.0.0.0", looks=all_is_well())


def _port_taken(lab: Lab) -> Iterator[Stage]:
    site = Site(lab)
    holder = site.start([sys.executable, "-m", "http.server", str(PORT)], cwd=lab.folder)
    holder.wait_until_listening(PORT)
    yield Stage(
        title="another program holds port 8000",
        commands=(
            Command(
                at="inside",
                argv=uvicorn(),
                cwd=str(ACADEMY),
                exit_code=BUSY_PORT,
                prints="[Errno 98] error while attempting to bind on address ('0.0.0.0', 8000)",
            ),
        ),
        looks=(
            direct("connected"),
            Look(
                at="inside",
                kind="port_listen",
                params={"port": PORT, "expect_process": "uvicorn"},
                status="CRITICAL",
                reason="held_by_other",
                facts={
                    "listeners": [{"address": "0.0.0.0", "cmdline": re.compile(r"http\.server")}]
                },
            ),
            Look(
                at="outside",
                kind="http",
                params={"url": f"{DIRECT}/health", **HEALTH},
                status="CRITICAL",
                reason="wrong_status",
                facts={
                    "status": 404,
                    "server": re.compile("^SimpleHTTP"),
                    "content_type": re.compile("^text/html"),
                },
            ),
        ),
    )
    holder.kill()
    yield Stage(title="its holder was ended", looks=(_free(),))
    site.serve()
    yield Stage(
        title="the API is started",
        looks=(healthy(base=DIRECT), listener("listening", "0.0.0.0", expect_process="uvicorn")),
    )


# uvicorn ends with 3 when the port is busy, and with the same when the application cannot be
# imported: the code alone does not tell.
BUSY_PORT = 3


def _free() -> Look:
    return Look(
        at="inside",
        kind="port_listen",
        params={"port": PORT, "expect": "free"},
        status="OK",
        reason="not_listening",
        facts={"listeners": []},
    )


SCENARIOS = (
    Scenario(
        slug="server-off",
        row="server off",
        sentence="Nobody listens on port 8000.",
        cause="not running",
        stages=_server_off,
        needs=SITE,
    ),
    Scenario(
        slug="upstream-off",
        row="upstream off behind proxy",
        sentence="The API died behind the load balancer; the browser speaks of CORS.",
        cause="infrastructure; CORS is a symptom",
        stages=_upstream_off,
        needs=BALANCED,
    ),
    Scenario(
        slug="no-target",
        row="upstream off behind proxy",
        sentence="The load balancer has no target to send to; the API itself is well.",
        cause="infrastructure; CORS is a symptom",
        stages=_no_target,
        needs=BALANCED,
    ),
    Scenario(
        slug="loopback-only",
        row="bound to 127.0.0.1",
        sentence="The API listens on 127.0.0.1, so only its own host reaches it.",
        cause="wrong --host",
        stages=_loopback_only,
        needs=BALANCED,
    ),
    Scenario(
        slug="port-taken",
        row="port taken",
        sentence="Another program holds port 8000, and the API ends as it starts.",
        cause="other process",
        stages=_port_taken,
        needs=SITE,
    ),
)
