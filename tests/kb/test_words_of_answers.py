"""How a question to a person reads: commands as code, answers as people give them."""

import pytest
from django.utils.translation import override

from probes.models import Probe
from probes.templatetags.manual import answer_word, question


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("`docker ps -a`: is it Up?", "<code>docker ps -a</code>: is it Up?"),
        ("Is `a` or `b` there?", "Is <code>a</code> or <code>b</code> there?"),
        ("Is it Up?", "Is it Up?"),
        ("Is ` there?", "Is ` there?"),
        ("`docker logs <name>`: <b>?", "<code>docker logs &lt;name&gt;</code>: &lt;b&gt;?"),
    ],
)
def test_command_in_a_question_is_code_and_nothing_in_it_is_markup(asked: str, shown: str) -> None:
    assert question(Probe(kind="manual", params={"question": asked})) == shown


def test_answers_are_those_the_question_asks_for() -> None:
    with override("en"):
        words = [answer_word(code) for code in ("confirmed", "denied", "skipped")]

    assert words == ["Yes", "No", "Cannot tell"]
