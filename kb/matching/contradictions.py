"""What speaks against a guide although its words match: another port, product, layer, status.

Only what stands on a loud line contradicts: a log's routine lines name many ports and products.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.matching.candidate import Candidate
from kb.matching.concepts import concepts, product_of_port
from kb.matching.facts import is_spelled_out
from kb.matching.impacts import LAYER, STATUS
from kb.matching.lines import LOUD
from kb.matching.values import Analysis, Fact, Span

# What is left of the score, in hundredths.
MILD, SERIOUS = 80, 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    kind: str
    label: str
    spans: tuple[Span, ...]
    keeps: int


def contradictions(
    analysis: Analysis, guide: Candidate, services: frozenset[str]
) -> list[Contradiction]:
    found = [
        _other_layer(analysis, guide),
        _other_product(analysis, guide),
        _other_port(analysis, guide),
        _other_status(analysis, guide),
        _other_container(analysis, guide),
        _other_service(guide, services),
    ]
    return [contradiction for contradiction in found if contradiction]


def _other_layer(analysis: Analysis, guide: Candidate) -> Contradiction | None:
    """A text about certificates and a guide about refused connections."""
    theirs = {mark.removeprefix(LAYER) for mark in guide.marks if mark.startswith(LAYER)}
    hits = [(concepts()[h.name].layer, h) for h in analysis.concepts if h.line >= LOUD]
    layers = {layer for layer, _ in hits if layer}
    if not theirs or not layers or theirs & layers:
        return None
    spans = tuple(hit.span for layer, hit in hits if layer)
    return Contradiction(kind="layer", label=", ".join(sorted(layers)), spans=spans, keeps=SERIOUS)


def _other_product(analysis: Analysis, guide: Candidate) -> Contradiction | None:
    """A refused Redis and a guide that never speaks of Redis, by name or by its port."""
    if matching_ports(analysis, guide):
        return None
    named = [
        (hit.name, hit.span)
        for hit in analysis.concepts
        if hit.line >= LOUD and concepts()[hit.name].product
    ]
    by_port = [
        (product_of_port()[fact.value], fact.span)
        for fact in _ports(analysis)
        if fact.line >= LOUD
        and fact.value in product_of_port()
        and f"#port:{fact.value}" not in guide.impacts
    ]
    products = dict.fromkeys(name for name, _ in [*named, *by_port])
    if not products or any(f"@{name}" in guide.impacts for name in products):
        return None
    spans = tuple(span for _, span in [*named, *by_port])
    return Contradiction(kind="product", label=", ".join(products), spans=spans, keeps=SERIOUS)


def _other_port(analysis: Analysis, guide: Candidate) -> Contradiction | None:
    ports = [fact for fact in _ports(analysis) if fact.line >= LOUD]
    if not ports or not guide.ports or matching_ports(analysis, guide):
        return None
    if any(f"#port:{fact.value}" in guide.impacts for fact in ports):
        return None
    return _differs("port", ports, guide.ports)


def _other_container(analysis: Analysis, guide: Candidate) -> Contradiction | None:
    named = [f for f in analysis.facts if f.type == "container" and f.line >= LOUD]
    known = {f"#container:{name}" for name in guide.containers} | set(guide.impacts)
    if not named or not guide.containers:
        return None
    if any(f"#container:{fact.value.lower()}" in known for fact in named):
        return None
    return _differs("container", named, guide.containers)


def _other_status(analysis: Analysis, guide: Candidate) -> Contradiction | None:
    theirs = {mark.removeprefix(STATUS) for mark in guide.marks if mark.startswith(STATUS)}
    seen = [f for f in analysis.facts if _is_http_error(f) and f.line >= LOUD]
    if not theirs or not seen or theirs & {fact.value for fact in seen}:
        return None
    return _differs("status", seen, theirs)


def _other_service(guide: Candidate, services: frozenset[str]) -> Contradiction | None:
    if not services or not guide.services or services & guide.services:
        return None
    label = f"{', '.join(sorted(services))} ≠ {', '.join(sorted(guide.services))}"
    return Contradiction(kind="service", label=label, spans=(), keeps=MILD)


def _is_http_error(fact: Fact) -> bool:
    return fact.type == "http_status" and fact.value >= "400"


def _differs(kind: str, facts: list[Fact], theirs: Iterable[str]) -> Contradiction:
    said = dict.fromkeys(fact.value for fact in facts)
    label = f"{', '.join(said)} ≠ {', '.join(sorted(theirs))}"
    return Contradiction(
        kind=kind, label=label, spans=tuple(fact.span for fact in facts), keeps=MILD
    )


def matching_ports(analysis: Analysis, guide: Candidate) -> list[Fact]:
    """The places where the text names a port the guide was written for."""
    return [fact for fact in _ports(analysis) if fact.value in guide.ports]


def _ports(analysis: Analysis) -> list[Fact]:
    """The ports its loudest lines write; one that only a scheme implies is no claim."""
    return [
        fact
        for fact in analysis.facts
        if fact.type == "port"
        and fact.line >= analysis.loudest
        and is_spelled_out(fact, analysis.text)
    ]
