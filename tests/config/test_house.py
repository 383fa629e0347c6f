"""What holds for the whole tree: templates compile, migrations are complete, and `test` counts right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template

from config.management.commands.test import LEFT_OUT, count, plain_line
from tests import conftest

FOLDER = Path(settings.BASE_DIR, "templates")
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name: str) -> None:
    assert get_template(name)


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration() -> None:
    assert call_command("makemigrations", check=True, dry_run=True, verbosity=0) is None


def test_counts_of_a_report_are_passed_failed_and_skipped(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>'
    )

    assert count(report) == {"passed": 5, "failed": 2, "skipped": 2}


@pytest.mark.parametrize(
    ("skipped", "line"),
    [(0, "5 passed, 2 failed"), (1, "5 passed, 2 failed, 1 skipped")],
    ids=["none skipped", "one skipped"],
)
def test_last_line_is_plain(skipped: int, line: str) -> None:
    assert plain_line({"passed": 5, "failed": 2, "skipped": skipped}) == line


def test_every_left_out_marker_is_counted() -> None:
    assert set(conftest.LEFT_OUT) == set(LEFT_OUT)


def test_skipped_test_of_the_laboratory_counts_as_failed(tmp_path: Path) -> None:
    tests = tmp_path / "test_skips.py"
    tests.write_text(
        "import pytest\n\n\n@pytest.mark.lab\ndef test_one():\n    pytest.skip('no nft here')\n"
    )
    root = Path(settings.BASE_DIR)

    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "test",
            "--lab",
            "-n",
            "0",
            f"-c{root}/pyproject.toml",
            tests,
        ],
        cwd=root,
        env={**os.environ, "KNOWNFIX_NO_VENV": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "no nft here" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
