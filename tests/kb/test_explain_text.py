"""`explain_text` prints everything matching does with a text, and stores nothing."""

import io
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kb.models import Guide, Investigation, SearchGap
from tests.kb.unreachable import make_unreachable

pytestmark = pytest.mark.django_db

TEXT = "서버가 안 열려요\nconnect ECONNREFUSED 127.0.0.1:9999\nnet::ERR_CONNECTION_REFUSED"


@pytest.fixture
def guide() -> Guide:
    return make_unreachable()


def explained(file: Path | str, **options: object) -> str:
    out = io.StringIO()
    call_command("explain_text", str(file), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "paste.txt"
    path.write_text(f"{TEXT}\npassword=correct-horse-battery", encoding="utf-8")
    return path


def test_facts_concepts_terms_and_fingerprint_are_printed_with_places(
    guide: Guide, file: Path
) -> None:
    said = explained(file)

    assert "fingerprint  v" in said
    assert "error_constant (Error code)      2:9          ECONNREFUSED" in said
    assert "port (Port)                      2:32         9999" in said
    assert "refused " in said
    assert "terms kept: " in said
    assert "correct-horse" not in said


def test_contributions_sum_to_the_score(guide: Guide, file: Path) -> None:
    said = explained(file, all=True)

    start = said.index("  connection   score ")
    score = int(said[start:].split("score ")[1].split(" ")[0])
    lines = [line.split() for line in said[start:].splitlines() if line[4:10].strip()[:1] in "+-"]
    assert sum(int(words[0]) for words in lines if words) == score
    assert "symptom (Known message)  “ERR_CONNECTION_REFUSED”   symptom:refused" in said
    assert "port (against)  the text names port 9999, the guide is for 8000" in said


def test_names_are_in_the_reader_s_language(guide: Guide, file: Path) -> None:
    assert "port (포트)" in explained(file, lang="ko")


def test_what_is_unknown_is_said_and_nothing_is_stored(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("flux capacitor drained"))

    said = explained("-")

    assert "matches: 0\n  Nothing is known about this text." in said
    assert not Investigation.objects.exists()
    assert not SearchGap.objects.exists()


def test_a_file_that_is_not_there_is_named(guide: Guide, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        explained(tmp_path / "nowhere")


def test_an_unknown_service_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("explain_text", "-", service=["nowhere"])
    with pytest.raises(CommandError, match=r"missing\.txt: No such file"):
        call_command("explain_text", str(tmp_path / "missing.txt"))
