"""manual: a question that a person answers; no runner ever looks."""

from collections.abc import Mapping
from typing import Any

from probes.engine.errors import CannotLook
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    raise CannotLook("needs_person", f"a person has to answer: {params['question']}")


KIND = Kind(
    name="manual",
    title="Question to a person",
    help="Something only a person can see: a browser console, an antivirus window, a colour.",
    params=(
        Param(name="question", type="text", required=True, help="Answered by confirmed or denied."),
        Param(
            name="translations",
            type="mapping",
            help="The question in other languages, such as ko and then the Korean words.",
        ),
        Param(name="answers", type="text", multiple=True, help="Words for the answers, if given."),
        Param(name="evidence_required", type="boolean", default=False, help="Ask for a note too."),
    ),
    reasons=reasons(ok=("confirmed",), critical=("denied",), unknown=("skipped",)),
    look=look,
    cost_s=60.0,
    facts={
        "answer": "What the person answered.",
        "note": "What the person wrote about it.",
        "answered_by": "The name of the person's account.",
    },
    example={"question": "Does the browser's console show a CORS error?"},
)
