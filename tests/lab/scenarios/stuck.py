"""A process is there and does not serve: it hangs, it waits for its child, or it is still loading."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.lab.lab import Lab
from tests.lab.machine import BALANCED, GUNICORN, SITE
from tests.lab.parts.site import APPS, BALANCER, DIRECT, PORT, Site, uvicorn
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
from tests.lab.service import Service


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


def _worker_timeout(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    blocking = site.start(_GUNICORN, cwd=APPS / "blocking", env={"BLOCKS": "1"})
    blocking.wait_until_listening(PORT)
    yield Stage(
        title="gunicorn's only worker does not come back from a request",
        looks=(answered(504), listener("listening", "0.0.0.0")),
    )
    blocking.wait_for_words("WORKER TIMEOUT")
    blocking.wait_for_words("Worker exiting")
    yield Stage(
        title="gunicorn has ended the worker; the log of its master says so",
        looks=(
            Look(
                at="inside",
                kind="log_match",
                params={"path": str(blocking.log), "patterns": ["WORKER TIMEOUT", "SIGKILL|OOM"]},
                status="OK",
                reason="matched",
                facts={"matched": lambda found: found[0]["pattern"] == "WORKER TIMEOUT"},
            ),
            direct("connected"),
        ),
    )
    blocking.kill()
    site.start(_GUNICORN, cwd=APPS / "blocking").wait_until_listening(PORT)
    yield Stage(
        title="what blocked is mended",
        looks=(
            Look(
                at="outside",
                kind="http",
                params={"url": f"{BALANCER}/health", **HEALTH},
                status="OK",
                reason="as_expected",
                facts={"status": 200},
            ),
        ),
    )


def _worker_timed_out(lab: Lab) -> Iterator[Stage]:
    site = Site(lab).balanced()
    blocking = site.start(_GUNICORN, cwd=APPS / "blocking", env={"BLOCKS": "1"})
    blocking.wait_until_listening(PORT)
    argv = [sys.executable, "-c", f"import urllib.request as r; r.urlopen('{BALANCER}/health')"]
    lab.start("user", argv, at=site.outside)
    blocking.wait_for_words("WORKER TIMEOUT")
    yield Stage(title="gunicorn has ended a worker that did not come back", looks=())


_GUNICORN = [
    sys.executable, "-m", "gunicorn", "wsgi:application", "--workers", "1", "--timeout", "2",
    "--bind", f"0.0.0.0:{PORT}", "--no-control-socket",
]  # fmt: skip


def _reloader(lab: Lab) -> Iterator[Stage]:
    project = copy_of_reloading(lab)
    site = Site(lab)
    lab.values |= {"directory": str(project), "interpreter": sys.executable}
    # Named in full, for the process to be told from others of this host.
    parent = site.start(
        uvicorn("--reload", "--app-dir", str(project), target="main:app"), cwd=project
    )
    parent.wait_for_words("ModuleNotFoundError")
    parent.wait_for_words(_RUNNING)
    yield Stage(
        title="the reloader's parent lives, its child died on import",
        looks=(
            direct("refused"),
            direct("refused", at="inside"),
            listener("not_listening"),
            *_what_people_take_for_proof(parent),
            Look(
                at="inside",
                kind="asgi_target",
                params={
                    "interpreter": sys.executable,
                    "cwd": str(project),
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


def copy_of_reloading(lab: Lab) -> Path:
    """An application that imports what is not there, in a folder that probes may read."""
    project = lab.folder / "project"
    shutil.copytree(APPS / "reloading", project)
    return project


_RUNNING = f"Uvicorn running on http://0.0.0.0:{PORT}"


def _what_people_take_for_proof(parent: Service) -> tuple[Look, ...]:
    """The process is there and its log says that it runs; both are true, and nothing listens."""
    return (
        Look(
            at="inside",
            kind="process",
            params={"cmdline_regex": f"uvicorn main:app .*--app-dir {parent.log.parent}/"},
            status="OK",
            reason="running",
            facts={"count": 1, "pids": [parent.pid]},
        ),
        Look(
            at="inside",
            kind="log_match",
            params={"path": str(parent.log), "patterns": [_RUNNING]},
            status="OK",
            reason="matched",
            facts={"matched": [{"count": 1, "line": re.compile(_RUNNING)}]},
        ),
        Look(
            at="inside",
            kind="log_match",
            params={
                "path": str(parent.log),
                "patterns": ["ModuleNotFoundError"],
                "expect": "not_matched",
            },
            status="CRITICAL",
            reason="matched",
        ),
    )


def _late_start(lab: Lab) -> Iterator[Stage]:
    serve_late(Site(lab), after_s=2)
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


def _very_late_start(lab: Lab) -> Iterator[Stage]:
    """Late enough for several steps of a diagnosis."""
    serve_late(Site(lab), after_s=5)
    yield Stage(title="the API begins to listen five seconds after a refusal", looks=())


def serve_late(site: Site, *, after_s: int) -> None:
    """The API, which begins to listen so long after the first connection was refused."""
    argv = [sys.executable, str(Path(APPS, "late", "serve.py")), str(after_s), str(PORT)]
    site.start(argv).wait_for_words("loading")


SCENARIOS = (
    Scenario(
        slug="process-hung",
        row="process hung (SIGSTOP)",
        sentence="The API's process is stopped: connections are accepted, nothing answers.",
        cause="hung worker",
        stages=_hung,
        needs=BALANCED,
    ),
    Scenario(
        slug="worker-timeout",
        row="process hung (SIGSTOP)",
        sentence="gunicorn's worker blocks: the balancer gives up first, then gunicorn ends it.",
        cause="hung worker",
        stages=_worker_timeout,
        met=_worker_timed_out,
        needs=(*BALANCED, GUNICORN),
    ),
    Scenario(
        slug="starts-not-listening",
        row="starts, not listening",
        sentence="The log says that uvicorn runs; its reloader's child died and nothing listens.",
        cause="import error in the child of --reload",
        stages=_reloader,
        needs=SITE,
    ),
    Scenario(
        slug="late-start",
        row="late start",
        sentence="The API takes its time: refused, refused, and the third try is answered.",
        cause="slow start",
        stages=_late_start,
        met=_very_late_start,
        needs=SITE,
    ),
)
