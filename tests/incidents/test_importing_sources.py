"""The raw documents the product was conceived from, imported whole: nothing of them is lost."""

import os
from pathlib import Path

import pytest

from incidents.services.importing import Imported, Rights, everything, import_plain
from kb.ingest.plain import Document, read
from kb.models import Resolution

SHARED = Path(os.environ.get("KNOWNFIX_SHARED", Path(__file__).parents[3] / "shared"))
EVERY = Rights(may_import=True, may_open=True, may_publish=True)
pytestmark = [pytest.mark.shared, pytest.mark.django_db]


def take(name: str) -> tuple[Document, Imported]:
    document = read((SHARED / "sources" / f"{name}.md").read_bytes().decode())
    decision = everything(document, name=f"{name}.md")
    return document, import_plain(document, decision, by=None, rights=EVERY, source="import")


@pytest.mark.parametrize("name", ["connection-issue-guide", "cors-502-runbook"])
def test_a_guide_is_stored_byte_for_byte_with_every_proposal(starter: None, name: str) -> None:
    document, imported = take(name)

    assert imported.guide.body.encode() == (SHARED / "sources" / f"{name}.md").read_bytes()
    assert (imported.guide.slug, imported.guide.state) == (name, "draft")
    assert imported.guide.title == document.title
    found = {one.id for one in (*imported.created, *imported.left_out)}
    assert found == {one.id for one in document.proposals}
    assert {one.sort for one in imported.left_out if one.id not in imported.merged} <= {"reference"}
    assert imported.guide.symptoms.count() == sum(o.sort == "symptom" for o in document.proposals)


def test_the_runbooks_negative_knowledge_is_advice_to_leave_alone(starter: None) -> None:
    _document, imported = take("cors-502-runbook")

    avoid = Resolution.objects.filter(cause__guide=imported.guide, kind="avoid")
    assert [row.title.partition(":")[0] for row in avoid.order_by("title")] == [
        "502는 Django가 아니라 프록시(ALB 등)에서 반환됨.",
        "CORS 설정 변경 불필요",
        "Django CORS 설정은 이미 올바름 (https",
        "NAT/인터넷 문제와 502는 별개",
    ]


def test_the_report_is_an_incident_with_seven_attempts_and_an_open_known_error(
    starter: None,
) -> None:
    document, imported = take("ai-api-connection-report")
    incident = imported.incident

    outcomes = [one.outcome for one in incident.investigation.attempts.all()]
    assert outcomes == ["unknown", "unknown", "unknown", "failed", "failed", "worked", "worked"]
    assert (incident.status, incident.resolution_kind) == ("closed", "workaround")
    assert incident.started_at.date().isoformat() == "2025-06-17"
    assert incident.known_error.standing == "suspected"
    assert incident.known_error.title == "근본적인 환경 또는 네트워크 설정 문제로 판단"
    assert incident.action_items.count() == 12
    changed = [
        number
        for number, (was, now) in enumerate(
            zip(document.body.split("\n"), incident.report.split("\n"), strict=True), start=1
        )
        if was != now
    ]
    assert changed == [one.line for one in document.secrets]
