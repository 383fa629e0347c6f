"""Reads what the text and the logs state, and what the checks saw, to find where they disagree."""

from collections.abc import Iterable, Iterator, Mapping

from kb.diagnosis.findings import Look, Statement, contradictions
from kb.matching import Analysis
from kb.models import Check
from kb.services.cases.reading import read_text
from kb.services.diagnosing.answers import CheckState
from kb.services.diagnosing.findings import Finding
from kb.services.diagnosing.parameters import names_used
from kb.services.diagnosing.things import address_of, port_of
from probes.models import Run

# What a guide's parameter is called where the text says whom somebody called.
_ADDRESSES = ("host", "url")
_FAILURES: Mapping[str, str] = {"refused": "refused", "timeout": "timed_out"}
_CALLS = ("tcp_connect", "http")


def findings_of(
    analysis: Analysis, states: Iterable[CheckState], runs: Mapping[str, Run]
) -> tuple[Finding, ...]:
    """The disagreements of a text with the runs that count as evidence, by check key."""
    looked_at = [state for state in states if state.key in runs]
    statements = [*_stated(analysis), *_logged(runs.values())]
    looks = [look for state in looked_at for look in _looks(state, runs[state.key])]
    checks = {state.key: state.check for state in looked_at}
    return tuple(
        Finding(
            kind=found.name,
            said=found.said.words,
            span=found.said.span,
            looked=_spoken(found.look),
            check=checks[found.look.check],
            run=runs[found.look.check],
        )
        for found in contradictions(statements, looks)
    )


def _stated(analysis: Analysis) -> Iterator[Statement]:
    yield from _claims(analysis)
    ports = [int(port) for port in analysis.values("port")]
    for hit in analysis.concepts:
        if hit.name in _FAILURES and hit.line:
            words = analysis.text[slice(*hit.span)]
            said = Statement(says=_FAILURES[hit.name], words=words, span=hit.span)
            yield from [_at(said, port) for port in ports] or [said]
    for fact in analysis.facts:
        if fact.type == "host":
            yield Statement(says="host", words=fact.value, host=fact.value, span=fact.span)


def _at(said: Statement, port: int) -> Statement:
    return Statement(says=said.says, words=said.words, port=port, span=said.span)


def _claims(analysis: Analysis, *, is_pasted: bool = True) -> Iterator[Statement]:
    for fact in analysis.facts:
        if fact.type == "claimed_address":
            yield Statement(
                says="running",
                words=fact.value.partition("://")[2] or fact.value,
                port=port_of(fact.value),
                span=fact.span if is_pasted else None,
            )


def _logged(runs: Iterable[Run]) -> Iterator[Statement]:
    """What the lines say that a look found in a log, or that a person copied beside an answer."""
    for run in runs:
        for line in _lines(run):
            yield from _claims(read_text(line), is_pasted=False)


def _lines(run: Run) -> list[str]:
    matched = run.facts.get("matched")
    lines = [one.get("line") for one in matched] if isinstance(matched, list) else []
    return [line for line in (*lines, run.facts.get("note")) if isinstance(line, str) and line]


def _looks(state: CheckState, run: Run) -> Iterator[Look]:
    address = address_of(state.values or {})
    if address is None:
        return
    kind = state.check.probe.kind
    sort = "listen" if kind == "port_listen" else "call" if kind in _CALLS else ""
    if sort:
        yield Look(
            check=state.key,
            run=run.pk,
            sort=sort,
            host=address.host,
            port=address.port,
            reason_code=run.reason_code,
            is_asked=_is_asked(state.check),
        )


def _is_asked(check: Check) -> bool:
    """Whether it calls, as the client does, the address that the text speaks of."""
    parameters = check.guide.parameters
    froms = {parameters[name].get("from") for name in names_used(check, check.guide)}
    return check.role == Check.Role.CLIENT and bool(froms.intersection(_ADDRESSES))


def _spoken(look: Look) -> str:
    return f"{look.host}:{look.port}" if look.port else look.host
