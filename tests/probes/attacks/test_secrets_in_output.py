"""Secrets in what targets say: what is stored and shown holds none, and keeps the evidence."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from probes import services
from probes.engine.limits import read_limits
from probes.engine.programs import child
from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeResult, ProbeSpec
from probes.models import Batch
from tests.pages.people import person
from tests.probes.engine.servers import head_of, response, run, serving
from tests.probes.factories import claim, make_probe

DSN = "postgres://shop:hunter2abc@db.test:5432/shop"
TOKEN = "tok-5f2c9e71aa"


async def test_a_traceback_tells_the_host_and_not_the_password(
    tmp_path: Path, policy: Policy
) -> None:
    (tmp_path / "settings_of_shop.py").write_text(f"raise ValueError('cannot reach {DSN}')")
    argv = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
            "import settings_of_shop"]  # fmt: skip
    naive = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True)

    result = await run(
        "python_import", policy=policy, timeout_s=20, interpreter=sys.executable,
        modules=["settings_of_shop"], cwd=str(tmp_path),
    )  # fmt: skip

    assert "hunter2abc" in naive.stderr
    assert "hunter2abc" not in str(result)
    assert "db.test:5432" in result.output


async def test_a_child_inherits_our_secrets_unless_it_gets_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2abc")
    argv = [sys.executable, "-I", "-c", "import os; print(dict(os.environ))"]
    naive = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True)
    ours = await child.run(argv, cwd="/", deadline=asyncio.get_running_loop().time() + 10)

    assert "hunter2abc" in naive.stdout
    assert "hunter2abc" not in ours.stdout


async def debug_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What many frameworks show when something fails: the request and the settings."""
    head = await head_of(reader)
    body = head + b"\nDATABASE_URL=" + DSN.encode() + b"\nAWS_KEY=AKIAIOSFODNN7EXAMPLE"
    writer.write(response(500, body, {"Set-Cookie": "sid=a1b2c3d4e5", "Server": "debug"}))
    await writer.drain()


@pytest.mark.django_db(transaction=True)
def test_a_debug_page_leaves_no_secret_in_the_database_or_on_a_page(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    (tmp_path / "limits.toml").write_text(
        'networks = ["127.0.0.0/8"]\n[secrets]\nshop = {env = "SHOP_TOKEN"}\n'
    )
    policy = read_limits(tmp_path / "limits.toml")
    probe = make_probe(
        "page",
        kind="http",
        params={"url": "http://127.0.0.1:1/${page}", "secret_headers": {"X-Api-Key": "shop"}},
    )
    wanted = [services.Wanted(probe=probe, values={"page": "settings"}, ref="page")]
    batch = services.request_batch(wanted, purpose=Batch.Purpose.TRY, by=None)
    held = claim()
    assert held is not None

    result, echoed = asyncio.run(_looked(held.items[0].spec, policy))
    services.record(held, {held.items[0].item_id: result})

    run_row = batch.items.get().run
    person(client, "probes.view_run", "probes.view_probe")
    page = client.get(f"/runs/{run_row.public_id}/").content.decode()
    said = client.get(f"/api/v1/runs/{run_row.public_id}").content.decode()
    stored = f"{run_row.facts}{run_row.summary}{run_row.output}{run_row.attempts}{batch.items.get().params}"
    assert all(secret in echoed for secret in (TOKEN, "hunter2abc", "AKIAIOSFODNN7EXAMPLE"))
    for place in (stored, page, said):
        for secret in (TOKEN, "hunter2abc", "AKIAIOSFODNN7EXAMPLE", "a1b2c3d4e5"):
            assert secret not in place
    assert "db.test:5432" in stored
    assert "settings" in page


async def _looked(spec: ProbeSpec, policy: Policy) -> tuple[ProbeResult, str]:
    """Our result, and what a naive client would have stored."""
    async with serving(debug_page) as port:
        url = spec.params["url"].replace(":1/", f":{port}/")
        here = ProbeSpec(kind=spec.kind, params={**spec.params, "url": url}, timeout_s=5)
        result = await run_one(here, policy=policy)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET / HTTP/1.1\r\nHost: a\r\nX-Api-Key: {TOKEN}\r\n\r\n".encode())
        echoed = (await reader.read()).decode()
        writer.close()
    return result, echoed


def test_a_definition_cannot_hold_what_is_called_a_secret() -> None:
    for params in (
        {"url": "http://127.0.0.1/", "headers": {"Authorization": "Bearer hunter2abc"}},
        {"url": "http://127.0.0.1/?api_key=hunter2abc"},
        {"url": "http://u:hunter2abc@127.0.0.1/"},
        {"url": "http://127.0.0.1/", "secret_headers": {"Authorization": "Bearer hunter2abc"}},
    ):
        result = asyncio.run(run("http", policy=Policy(), **params))
        assert result.reason_code == "bad_definition"
        assert "hunter2abc" not in str(result)
