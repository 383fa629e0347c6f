"""Every reason code a kind can give has words."""

import pytest

from probes import reasons
from probes.engine.registry import KINDS

CODES = sorted({code for kind in KINDS.values() for code in kind.reasons})


@pytest.mark.parametrize("code", CODES)
def test_every_reason_code_has_a_label(code: str) -> None:
    assert reasons.label(code) != code


def test_code_of_a_kind_that_is_gone_stays_as_it_is() -> None:
    assert reasons.label("gone_code") == "gone_code"
