"""Checks that a text itself suggests: its addresses and ports, looked at with probes that are there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kb.matching import Analysis, analyse
from probes.engine.placeholders import placeholders
from probes.models import Probe

MOST_FOUND = 4
# What may be looked at by what a text states alone, the general probe of a kind first.
_BY_NEEDS: Mapping[frozenset[str], str] = {
    frozenset({"url"}): "http",
    frozenset({"host", "port"}): "tcp_connect",
}


@dataclass(frozen=True, kw_only=True)
class FoundCheck:
    """A check nobody ran yet. `said` is what of the text it looks at."""

    slug: str
    name: str
    probe: str
    values: Mapping[str, str]
    said: str


def found_checks(texts: Iterable[str]) -> tuple[FoundCheck, ...]:
    """At most `MOST_FOUND`, each thing once; none where no approved probe asks for just that."""
    probes = _general_probes()
    stated = dict.fromkeys(one for text in texts for one in _stated(analyse(text)))
    found: list[FoundCheck] = []
    for names, values in stated:
        probe = probes.get(frozenset(names))
        if probe is not None and len(found) < MOST_FOUND:
            found.append(
                FoundCheck(
                    slug=f"{probe.slug[:40]}-found-{len(found) + 1}",
                    name=probe.name,
                    probe=probe.slug,
                    values=dict(zip(names, values, strict=True)),
                    said=":".join(values),
                )
            )
    return tuple(found)


def _general_probes() -> Mapping[frozenset[str], Probe]:
    """By what they ask for: of several, the one whose definition says least beside that."""
    probes = Probe.objects.filter(kind__in=_BY_NEEDS.values()).order_by("slug")
    found: dict[frozenset[str], Probe] = {}
    for probe in sorted(probes, key=lambda one: (len(one.params), one.retries, one.slug)):
        needs = placeholders(probe.params)
        if _BY_NEEDS.get(needs) == probe.kind and probe.is_approved:
            found.setdefault(needs, probe)
    return found


def _stated(analysis: Analysis) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(names, values) for whole addresses, then for a host with the port that stands nearest."""
    for url in analysis.values("url"):
        yield ("url",), (url,)
    ports = [fact for fact in analysis.facts if fact.type == "port"]
    for host in (fact for fact in analysis.facts if fact.type == "host"):
        nearest = min(ports, key=lambda port: abs(port.span[0] - host.span[1]), default=None)
        if nearest is not None:
            yield ("host", "port"), (host.value, nearest.value)
