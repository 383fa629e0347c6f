"""Stored XSS, terminal sequences and direction characters: output is text, on every surface."""

import asyncio
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from probes import services
from probes.engine.runner import run_one
from probes.engine.spec import Policy, ProbeResult, ProbeSpec
from probes.models import Batch, Run
from tests.pages.people import person
from tests.probes.engine.servers import response, run, says, serving
from tests.probes.factories import claim, make_probe, make_user

EVIL = (
    "<script>alert(1)</script>"
    "<img src=x onerror=alert(2)>"
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m"
    "\u202egnp.exe\u202c\u2066\u200b\ufeff"
    "\x08\x7f\x9b31m"
    "</pre></textarea>{{ secret }}{% load x %}"
)
FORBIDDEN = ("<script>alert", "<img src=x", "\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200b",
             "\x08", "</textarea>{{")  # fmt: skip


async def looked_at_evil() -> ProbeResult:
    answer = says(200, EVIL.encode(), {"Server": "<script>alert(3)</script>", "Via": "a\x1b[31mb"})
    async with serving(answer) as port:
        params = {"url": f"http://127.0.0.1:{port}/", "expect_json": {"a": 1}}
        here = Policy.read(networks=["127.0.0.0/8"])
        return await run_one(ProbeSpec(kind="http", params=params, timeout_s=5), policy=here)


@pytest.fixture
def stored(db: None) -> Run:
    probe = make_probe("evil", kind="http", params={"url": "http://127.0.0.1/"})
    wanted = [services.Wanted(probe=probe, ref="evil")]
    batch = services.request_batch(wanted, purpose=Batch.Purpose.TRY, by=None)
    held = claim()
    assert held is not None
    services.record(held, {held.items[0].item_id: asyncio.run(looked_at_evil())})
    return Run.objects.get(item__batch=batch)


def test_written_into_a_page_it_would_run_and_ours_is_text(stored: Run, client: Client) -> None:
    naive = f"<pre>{EVIL}</pre>"
    person(client, "probes.view_run", "probes.view_probe")

    page = client.get(f"/runs/{stored.public_id}/").content.decode()

    assert all(piece in naive for piece in FORBIDDEN[:4])
    assert "&lt;script&gt;alert(1)" in page
    for piece in FORBIDDEN:
        assert piece not in page, repr(piece)


def test_the_admin_shows_text_too(stored: Run, client: Client) -> None:
    client.force_login(make_user("operator", "probes.view_run", "probes.view_batch", is_staff=True))
    for address in (
        reverse("admin:probes_run_change", args=[stored.pk]),
        reverse("admin:probes_run_changelist"),
        reverse("admin:probes_batch_change", args=[stored.item.batch_id]),
    ):
        page = client.get(address).content.decode()
        for piece in FORBIDDEN:
            assert piece not in page, (address, piece)


def test_the_api_answers_json_that_no_terminal_or_browser_acts_on(
    stored: Run, client: Client
) -> None:
    person(client, "probes.view_run", "probes.view_probe")

    answer = client.get(f"/api/v1/runs/{stored.public_id}")

    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    for piece in FORBIDDEN[2:-1]:
        assert piece not in answer.content.decode()


def test_nothing_unseen_is_stored(stored: Run) -> None:
    kept = f"{stored.facts}{stored.summary}{stored.output}{stored.attempts}"

    # Kept as text, because it is the evidence; escaped where it is shown.
    assert "<script>alert(1)</script>" in kept
    for piece in FORBIDDEN[2:-1]:
        assert piece not in kept


async def test_names_of_headers_and_redirects_are_cleaned_as_well(policy: Policy) -> None:
    moved = response(302, b"", {"Location": "/\x1b[31m\u202ex".encode().decode("latin-1")})

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(moved)
        await writer.drain()

    async with serving(handler) as port:
        result: Any = await run("http", policy=policy, url=f"http://127.0.0.1:{port}/")

    assert "\x1b" not in f"{result.facts}{result.summary}{result.output}"
    assert "\u202e" not in f"{result.facts}{result.summary}{result.output}"
