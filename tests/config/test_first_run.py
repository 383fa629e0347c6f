"""The administrator and the terminal's key of a first start, and the roles."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from config import first_run, roles
from config.models import ApiKey

pytestmark = pytest.mark.django_db


def test_password_of_the_first_administrator_must_be_changed(client: Client) -> None:
    made = first_run.ensure_admin()
    assert made
    client.login(username=made.name, password=made.password)

    answer = client.get("/admin/")

    assert (answer.status_code, answer["Location"]) == (302, "/password/")


def test_second_start_makes_no_second_administrator() -> None:
    first_run.ensure_admin()

    assert first_run.ensure_admin() is None
    assert User.objects.filter(is_superuser=True).count() == 1


def test_name_that_somebody_has_is_not_taken_over() -> None:
    User.objects.create_user("admin")

    made = first_run.ensure_admin()

    assert made and made.name == "admin2"
    assert not User.objects.get(username="admin").is_superuser


def test_terminal_key_can_look_up_and_read_and_nothing_else(tmp_path: Path) -> None:
    first_run.ensure_terminal_key(tmp_path / "api_key")

    key = ApiKey.objects.get()

    assert key.digest == ApiKey.digest_of((tmp_path / "api_key").read_text().strip())
    assert key.user.get_all_permissions() == {"kb.match_text", "kb.view_guide"}
    assert [key.allows(name) for name in ("kb.match_text", "probes.run_probe")] == [True, False]


def test_key_whose_file_was_lost_is_replaced_and_revoked(tmp_path: Path) -> None:
    path = tmp_path / "api_key"
    first_run.ensure_terminal_key(path)
    path.unlink()

    assert first_run.ensure_terminal_key(path)
    assert not first_run.ensure_terminal_key(path)
    assert ApiKey.objects.filter(revoked_at=None).count() == 1


def test_create_key_prints_a_secret_that_opens_its_scopes() -> None:
    User.objects.create_user("ci")
    out = StringIO()

    call_command("create_key", "deploys", "--user=ci", "--scope=probes.run_probe", stdout=out)

    key = ApiKey.objects.get(digest=ApiKey.digest_of(out.getvalue().strip()))
    assert key.allows("probes.run_probe")


@pytest.mark.parametrize(
    ("user", "scope", "word"),
    [("nobody", "kb.match_text", "nobody"), ("ci", "kb.fly", "kb.fly")],
    ids=["unknown user", "unknown scope"],
)
def test_create_key_names_what_it_does_not_know(user: str, scope: str, word: str) -> None:
    User.objects.create_user("ci")

    with pytest.raises(CommandError, match=word):
        call_command("create_key", "x", f"--user={user}", f"--scope={scope}")

    assert not ApiKey.objects.exists()


def test_every_role_exists_and_the_ladder_holds() -> None:
    held = {
        group.name: {
            f"{one.content_type.app_label}.{one.codename}"
            for one in group.permissions.select_related("content_type")
        }
        for group in Group.objects.all()
    }

    assert set(held) == set(roles.ROLES)
    assert held["viewer"] < held["responder"] < held["author"] < held["administrator"]
    assert held["responder"] < held["probe operator"] < held["administrator"]
    assert "probes.run_probe" not in held["viewer"]
    assert "kb.publish_guide" not in held["probe operator"]


def test_migrating_again_keeps_what_an_administrator_gave() -> None:
    viewer = Group.objects.get(name="viewer")
    given = Permission.objects.get(codename="run_probe")
    viewer.permissions.add(given)

    call_command("migrate", verbosity=0)

    assert given in viewer.permissions.all()
    assert Group.objects.count() == len(roles.ROLES)
