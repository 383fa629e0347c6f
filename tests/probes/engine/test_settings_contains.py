"""settings_contains on real files of every form, and on settings modules that are never run."""

from pathlib import Path
from typing import Any

import pytest

from probes.engine.errors import InvalidParams
from probes.engine.files.django_settings import read_django_setting
from probes.engine.files.settings_file import Setting
from probes.engine.registry import validate
from probes.engine.spec import Policy, ProbeResult, Status
from tests.probes.engine.servers import run

ORIGIN = "http://localhost:5173"


async def asked(policy: Policy, path: Path, setting: str, *wanted: str) -> ProbeResult:
    return await run(
        "settings_contains",
        policy=policy,
        path=str(path),
        setting=setting,
        expect_contains=list(wanted),
    )


@pytest.mark.parametrize(
    ("name", "content", "setting"),
    [
        (".env", f"CORS=https://a.test,{ORIGIN}\n", "CORS"),
        (".env.local", f'CORS=\'["https://a.test", "{ORIGIN}"]\'\n', "CORS"),
        ("settings.py", f'CORS = ["https://a.test", "{ORIGIN}"]\n', "CORS"),
        (
            "app.toml",
            f'[http.cors]\norigins = ["https://a.test", "{ORIGIN}"]\n',
            "http.cors.origins",
        ),
        ("app.ini", f"[http.cors]\norigins =\n  https://a.test\n  {ORIGIN}\n", "http.cors.origins"),
        ("app.json", f'{{"http": {{"cors": ["https://a.test", "{ORIGIN}"]}}}}', "http.cors"),
        ("app.yml", f"http:\n  cors:\n  - https://a.test\n  - {ORIGIN}\n", "http.cors"),
    ],
)
async def test_every_form_is_read(
    policy: Policy, tmp_path: Path, name: str, content: str, setting: str
) -> None:
    (tmp_path / name).write_text(content)

    has = await asked(policy, tmp_path / name, setting, ORIGIN)
    lacks = await asked(policy, tmp_path / name, setting, ORIGIN, "https://b.test")
    other = await asked(policy, tmp_path / name, "NOTHING", ORIGIN)

    assert (has.status, has.reason_code) == (Status.OK, "contains")
    assert (lacks.status, lacks.reason_code) == (Status.CRITICAL, "missing")
    assert (lacks.facts["present"], lacks.facts["missing"]) == ([ORIGIN], ["https://b.test"])
    assert "a.test" not in str(lacks)
    assert (other.status, other.reason_code) == (Status.CRITICAL, "missing")


async def test_part_of_a_part_does_not_count_and_a_near_one_is_told(
    policy: Policy, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"CORS={ORIGIN}/,{ORIGIN}.evil.test\n")

    result = await asked(policy, tmp_path / ".env", "CORS", ORIGIN)

    assert result.reason_code == "missing"
    assert result.facts["nearly"] == [f"{ORIGIN}/"]
    assert f"does not hold {ORIGIN}, but {ORIGIN}/" in result.summary


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("settings.py", "CORS = [\n"),
        ("app.toml", "cors = ["),
        ("app.ini", "cors = 1"),
        ("app.json", "{"),
        ("app.yaml", "a: [b"),
        ("long.py", "CORS = " + "+".join(["[1]"] * 2500)),
        ("deep.json", "[" * 100_000),
    ],
)
async def test_file_that_is_not_of_its_form_is_unknown(
    policy: Policy, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)

    result = await asked(policy, tmp_path / name, "CORS", ORIGIN)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "unreadable")


async def test_missing_file_is_critical_and_one_outside_is_unknown(
    policy: Policy, tmp_path: Path
) -> None:
    missing = await asked(policy, tmp_path / "settings.py", "CORS", ORIGIN)
    outside = await asked(policy, Path("/etc/passwd"), "root", "x")

    assert (missing.status, missing.reason_code) == (Status.CRITICAL, "file_missing")
    assert (outside.status, outside.reason_code) == (Status.UNKNOWN, "not_allowed")


def setting_of(source: str, *, name: str = "CORS", **others: str) -> Setting | None:
    files = {"settings.py": source} | {f"{key}.py": text for key, text in others.items()}
    return read_django_setting(
        Path("/srv/config/settings.py"), name, read=lambda path: files.get(path.name)
    )


@pytest.mark.parametrize(
    ("source", "items"),
    [
        ('CORS = ["a", "b c"]', ("a", "b c")),
        ('CORS = ("a",)\nCORS += ["b"]', ("a", "b")),
        ('BASE = ["a"]\nCORS = BASE + ["b"]', ("a", "b")),
        ('BASE = ["a"]\nCORS = [*BASE, "b"]', ("a", "b")),
        ('CORS: list[str] = ["a"]\nCORS.append("b")\nCORS.extend(["c"])', ("a", "b", "c")),
        ('HOST = "a"\nCORS = [HOST]', ("a",)),
        ('CORS = "a,b".split(",")', ("a", "b")),
        ("CORS = True", ("true",)),
        ('CORS = {"a": 1, "b": 2}', ("a", "b")),
    ],
)
def test_what_the_source_alone_says_is_known(source: str, items: tuple[str, ...]) -> None:
    assert setting_of(source) == Setting(items=items)


@pytest.mark.parametrize(
    ("source", "items", "why"),
    [
        ('CORS = os.environ["SHOP_CORS"].split(",")', (), "environment variable SHOP_CORS"),
        ('CORS = env.list("SHOP_CORS", default=["a"])', (), "environment variable SHOP_CORS"),
        ('CORS = ["a", os.getenv("FRONTEND")]', ("a",), "environment variable FRONTEND"),
        ('CORS = [f"http://{HOST}"]', (), "line 1 of settings.py works it out"),
        ('CORS = ["a", "b"]\nif DEBUG:\n    CORS = ["b"]', ("b",), "line 3 of settings.py sets it"),
        ('CORS = ["a", "b"]\nCORS.remove("b")', (), "line 2 of settings.py works it out"),
        ('CORS = ["a"]\nif DEBUG:\n    CORS += ["b"]', ("a",), "on a condition"),
        ('try:\n    CORS = ["a"]\nexcept E:\n    pass', (), "on a condition"),
    ],
)
def test_what_only_running_it_would_say_is_unclear(
    source: str, items: tuple[str, ...], why: str
) -> None:
    found = setting_of(source)

    assert found is not None
    assert found.items == items
    assert why in found.unclear


def test_star_imports_are_followed() -> None:
    assert setting_of('from .base import *\nCORS += ["b"]', base='CORS = ["a"]') == Setting(
        items=("a", "b")
    )
    assert setting_of("from config.base import *", base='CORS = ["a"]') == Setting(items=("a",))
    assert setting_of("from .settings import *\n") is None


async def test_module_is_never_run_and_its_unclear_setting_is_unknown(
    policy: Policy, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "settings.py").write_text(
        f"import os\nopen({str(ran)!r}, 'w')\nCORS = ['{ORIGIN}', os.environ['FRONTEND']]\n"
    )

    certain = await asked(policy, tmp_path / "settings.py", "CORS", ORIGIN)
    unclear = await asked(policy, tmp_path / "settings.py", "CORS", "https://b.test")

    assert certain.reason_code == "contains"
    assert (unclear.status, unclear.reason_code) == (Status.UNKNOWN, "unreadable")
    assert "environment variable FRONTEND" in unclear.summary
    assert not ran.exists()


async def test_star_import_out_of_the_folders_is_not_followed(
    policy: Policy, tmp_path: Path
) -> None:
    (tmp_path / "settings.py").write_text("from .base import *\n")
    (tmp_path / "base.py").symlink_to("/etc/passwd")

    result = await asked(policy, tmp_path / "settings.py", "CORS", ORIGIN)

    assert (result.status, result.reason_code) == (Status.UNKNOWN, "not_allowed")


@pytest.mark.parametrize("setting", ["SECRET_KEY", "DB_PASSWORD", "api_token"])
def test_setting_that_names_a_secret_is_refused(setting: str) -> None:
    params: dict[str, Any] = {"path": "/srv/.env", "setting": setting, "expect_contains": ["x"]}

    with pytest.raises(InvalidParams, match="names a secret"):
        validate("settings_contains", params)
