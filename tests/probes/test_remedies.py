"""Every way of not having looked says what to do about it, and who can."""

import pytest
from django.utils import translation

from config.roles import ROLES
from probes.engine.registry import KINDS
from probes.engine.spec import Status
from probes.remedies import REMEDIES, WHO, remedy_of

BLIND = sorted(
    {
        code
        for kind in KINDS.values()
        for code, status in kind.reasons.items()
        if status is Status.UNKNOWN
    }
)


@pytest.mark.parametrize("code", BLIND)
def test_every_way_of_not_looking_has_a_remedy_in_both_languages(code: str) -> None:
    remedy = remedy_of(code)

    assert remedy is not None
    with translation.override("en"):
        english = str(remedy.what)
    with translation.override("ko"):
        korean = str(remedy.what)
    assert english.endswith(".")
    assert korean != english


def test_remedies_are_for_roles_that_the_base_has() -> None:
    roles = {"operator": "probe operator", "author": "author", "responder": "responder"}

    assert WHO.keys() == roles.keys()
    assert set(roles.values()) <= ROLES.keys()
    assert {remedy.who for remedy in REMEDIES.values()} <= WHO.keys()


def test_what_was_looked_at_needs_no_remedy() -> None:
    assert remedy_of("refused") is None
