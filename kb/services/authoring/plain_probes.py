"""Which probe definitions fit the checks of a plain document, and those that come with it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from kb.ingest.drafts import PARAMETER_TYPES
from kb.ingest.fields import NAME
from kb.ingest.plain import Check, Document
from probes.engine import registry
from probes.models import Probe
from probes.services import load_probes

ASK = "ask"
_SHELL_NAME = re.compile(r"\$\{([^}]*)\}")

# General enough for any document. A question runs nothing, so nobody has to approve it.
_QUESTION = """
ask:
  name: A person answers the document's question
  kind: manual
  params: {question: "${question}"}
"""
_LOOKS = """
docker-container:
  name: The container is running
  kind: docker_container
  params: {name: "${name}", expect_state: running}

docker-log:
  name: The end of the container's log shows no error
  kind: docker_log
  params: {name: "${name}", patterns: ["(?i)error|exception|traceback|fatal"], expect: not_matched}
"""
_DEFINITIONS = {"docker_container": "docker-container", "docker_log": "docker-log"}


def provide_probes(wanted: Iterable[str]) -> None:
    """Create the definitions among `wanted` that only imports bring; what is there is kept.

    Those that look at a host wait for approval like any other.
    """
    missing = set(wanted) - set(Probe.objects.values_list("slug", flat=True))
    if ASK in missing:
        load_probes(_QUESTION, by=None, approve=True)
    if missing & set(_DEFINITIONS.values()):
        load_probes(_LOOKS, by=None, approve=False, only_new=True)


def fitting_probes(document: Document) -> Mapping[str, list[str]]:
    """Slugs by kind: what the document's checks of that kind may use, the general one first."""
    kinds = {
        proposal.becomes.kind
        for proposal in document.proposals
        if isinstance(proposal.becomes, Check)
    } - {"manual"}
    found: dict[str, list[str]] = defaultdict(list)
    for kind, slug in (
        Probe.objects.filter(kind__in=kinds).order_by("slug").values_list("kind", "slug")
    ):
        found[kind].append(slug)
    for kind, slug in _DEFINITIONS.items():
        if kind in kinds and slug not in found[kind]:
            found[kind].append(slug)
    return found


def choices_for(check: Check, fitting: Mapping[str, list[str]]) -> list[str]:
    """The probes a check may use, the proposed one first; a person can always be asked."""
    slugs = fitting.get(check.kind, [])
    first = [slug for slug in slugs if slug == check.probe]
    return [*first, *(slug for slug in slugs if slug not in first), ASK]


def values_for(probe: Probe, check: Check, *, title: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What fills the probe's placeholders, and the type of each that the document leaves open."""
    if probe.slug == ASK:
        return {"question": question_of(check, title)}, {}
    values: dict[str, Any] = {}
    left_open: dict[str, str] = {}
    for name in sorted(registry.placeholders(probe.params)):
        parameter = _parameter_of(probe, name)
        if parameter in check.parameters or name in check.parameters:
            given = _readable(check.parameters.get(parameter, check.parameters.get(name)))
            values[name] = given
            left_open |= dict.fromkeys(registry.placeholders(given), "text")
        else:
            values[name], left_open[name] = f"${{{name}}}", _type_of(probe, parameter)
    return values, left_open


def question_of(check: Check, title: str) -> str:
    """What a person is asked: the sentence, the command to look with, what to expect."""
    said = check.question or title
    command = f"`{check.command}`" if check.command and check.command not in said else ""
    expected = f"({check.expected})" if check.expected else ""
    # `${NAME}` in a document is a shell's: the guide has no value for it.
    return _SHELL_NAME.sub(r"$\1", " ".join(part for part in (command, said, expected) if part))


def _readable(value: Any) -> Any:
    """Without what looks like a placeholder and can be none: `${a-b}` becomes `$a-b`."""
    if not isinstance(value, str):
        return value
    return _SHELL_NAME.sub(lambda m: m[0] if NAME.fullmatch(m[1]) else f"${m[1]}", value)


def _parameter_of(probe: Probe, placeholder: str) -> str:
    """The kind's parameter that is exactly this placeholder; the same name where none is."""
    whole = f"${{{placeholder}}}"
    return next((key for key, value in probe.params.items() if value == whole), placeholder)


def _type_of(probe: Probe, parameter: str) -> str:
    kind = registry.KINDS.get(probe.kind)
    types = {param.name: param.type for param in kind.params} if kind else {}
    found = types.get(parameter, "text")
    return found if found in PARAMETER_TYPES else "text"
