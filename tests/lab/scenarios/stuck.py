"""A process is there and does not serve: it hangs, it waits for its child, or it is still loading."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.lab.lab import Lab
from tests.lab.machine import BALANCED, SITE
from tests.lab.parts.site import APPS, DIRECT, PORT, Site, uvicorn
from tests.lab.scenario import Look, Scenario, Stage
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

_RELOADING = APPS / "reloading"


def _hung(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    api = site.serve()
    api.freeze()
    yield Stage(
        title="the API's process is stopped (SIGSTOP)",
        looks=(
            direct("connected"),
            http_direct("timed_out_ttfb", phase="ttfb"),
            http_direct("timed_out_ttfb", at="inside", phase="ttfb"),
            listener("listening", "0.0.0.0"),
            answered(504),
            masked(504),
        ),
    )
    api.thaw()
    yield Stage(title="it goes on (SIGCONT)", looks=all_is_well())


def _reloader(lab: Lab) -> Iterator[Stage]:
    lab.policy["roots"].append(str(_RELOADING))
    site = Site(lab)
    parent = site.start(uvicorn("--reload", target="main:app"), cwd=_RELOADING)
    parent.wait_for_words("ModuleNotFoundError")
    # What people take for proof.
    parent.wait_for_words(f"Uvicorn running on http://0.0.0.0:{PORT}")
    yield Stage(
        title="the reloader's parent lives, its child died on import",
        looks=(
            direct("refused"),
            direct("refused", at="inside"),
            listener("not_listening"),
            Look(
                at="inside",
                kind="asgi_target",
                params={
                    "interpreter": sys.executable,
                    "cwd": str(_RELOADING),
                    "target": "main:app",
                },
                status="CRITICAL",
                reason="module_not_found",
                facts={
                    "exception": "ModuleNotFoundError",
                    "missing_module": "no_such_module_of_the_lab",
                },
                timeout_s=10.0,
            ),
        ),
    )
    site.serve()
    assert parent.process.poll() is None, "the reloader's parent should still be there"
    yield Stage(
        title="a second server on the same port starts and serves beside it",
        looks=(healthy(base=DIRECT), listener("listening", "0.0.0.0")),
    )


def _late_start(lab: Lab) -> Iterator[Stage]:
    site = Site(lab)
    argv = [sys.executable, str(Path(APPS, "late", "serve.py")), "2", str(PORT)]
    site.start(argv).wait_for_words("loading")
    yield Stage(
        title="the API begins to listen after two refused tries",
        looks=(
            Look(
                at="outside",
                kind="http",
                params={"url": f"{DIRECT}/health", **HEALTH},
                status="OK",
                reason="as_expected",
                facts={"status": 200, "json": {"status": "OK"}},
                retries=3,
                attempts=("refused", "refused", "as_expected"),
                # It waits 1 s, then 2 s.
                at_least_s=3.0,
            ),
        ),
    )


SCENARIOS = (
    Scenario(
        slug="process-hung",
        row="process hung (SIGSTOP)",
        sentence="The API's process is stopped: connections are accepted, nothing answers.",
        cause="hung worker",
        stages=_hung,
        paste=(
            "curl: (28) Operation timed out after 5000 milliseconds with 0 bytes received",
            "504 Gateway Time-out 이 나고 응답이 너무 깁니다",
        ),
        needs=BALANCED,
    ),
    Scenario(
        slug="starts-not-listening",
        row="starts, not listening",
        sentence="The log says that uvicorn runs; its reloader's child died and nothing listens.",
        cause="import error in the child of --reload",
        stages=_reloader,
        paste=(
            "INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)\n"
            "INFO:     Started reloader process [24608] using StatReload\n"
            "GET http://10.99.1.2:8000/ net::ERR_CONNECTION_REFUSED",
            "로그에는 서버가 실행 중이라고 나오는데 연결이 거부됩니다",
        ),
        needs=SITE,
    ),
    Scenario(
        slug="late-start",
        row="late start",
        sentence="The API takes its time: refused, refused, and the third try is answered.",
        cause="slow start",
        stages=_late_start,
        paste=(
            "배포 직후 몇 초 동안 연결이 거부됩니다",
            "connection refused right after deploying",
        ),
        needs=SITE,
    ),
)
