"""What a diagnosis of the laboratory cost and came to: played in three orders, kept, and printed."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from kb.diagnosis import conclude
from kb.diagnosis.walking import Policy
from kb.evaluation.diagnosis import Prepared, play, prepare
from kb.evaluation.diagnosis_sets import RecordedCase, dump_case
from tests.lab.diagnosing import Followed
from tests.lab.lab import ROOT
from tests.lab.orders import run_in_order
from tests.lab.scenarios.catalogue import DIAGNOSED
from tests.lab.scenarios.doubles import DOUBLES

LABORATORY = ROOT / "benchmarks" / "diagnosis" / "laboratory.jsonl"
# Where tests leave what they learnt for the run's end; the second, whether to record it.
FOLDER, RECORD = "KNOWNFIX_LAB_TOLD", "KNOWNFIX_LAB_RECORD"
MOST_OF_AUTHOR = 0.60
LEAST_DOUBLES = 0.9
_SEEDS = 20
_DOUBLE = frozenset(each.slug for each in DOUBLES)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One paste: what following the advice came to, and what each order of checks would cost.

    Each order is played over what the checks said in the laboratory; only those that could be
    run there are asked.
    """

    case: RecordedCase
    followed: Followed
    prepared: Prepared

    @classmethod
    def of(cls, case: RecordedCase, followed: Followed) -> "Told":
        found = prepare(case)
        asked = [each for each in found.inputs.askable if each.key in found.looks]
        inputs = replace(found.inputs, askable=asked)
        return cls(case=case, followed=followed, prepared=replace(found, inputs=inputs))

    @property
    def is_right(self) -> bool:
        """The right cause first after the runs; without a known one, none of the causes."""
        ended = self.followed.ended_with
        return ended in self.case.right if self.case.right else not ended

    @property
    def is_true_to_its_runs(self) -> bool:
        """No cause is called supported that no run speaks for; who knows none, confirms none."""
        ranking = self.followed.ranking
        assert ranking
        supported = [one for one in ranking.beliefs if one.state == "supported"]
        first = {self.followed.ended_with} if self.case.right else set()
        return all(any(moved.runs for moved in one.moved) for one in supported) and (
            bool(self.case.right) or not first
        )

    def ruled_out(self) -> set[str]:
        """What every check of its guides together rules out."""
        seen = list(self.prepared.looks.values())
        ranking, _ = conclude(replace(self.prepared.inputs, seen=seen))
        return {one.key for one in ranking.beliefs if one.state == "ruled_out"}

    def row(self) -> dict[str, Any]:
        """As the table needs it; plain values."""
        costs = {
            "advised": [one.checks for one in play(self.prepared, "advised", seeds=1)],
            "author": [self._cost("author")],
            "random": [self._cost("random", seed=seed) for seed in range(_SEEDS)],
        }
        return {
            "scenario": self.case.scenario,
            "text": self.case.text.strip().partition("\n")[0],
            "wants": list(self.case.right),
            "came_to": self.followed.ended_with,
            "is_right": self.is_right,
            "run": self.followed.run,
            **{order: fmean(checks) for order, checks in costs.items()},
        }

    def _cost(self, policy: Policy, *, seed: int = 0) -> int:
        """The checks in that order until the stop rule; all of them, where it stops on a wrong cause."""
        found = run_in_order(self.prepared.inputs, self.prepared.looks, policy=policy, seed=seed)
        is_right = found.ended_with in self.case.right if self.case.right else not found.ended_with
        return found.run if is_right else found.most

    def __str__(self) -> str:
        ranking = self.followed.ranking
        assert ranking
        first = [f"{one.key} {one.belief:.2f} {one.state}" for one in ranking.beliefs[:5]]
        said = {key: look.reason_code for key, look in self.case.looks.items()}
        return "\n".join(
            (
                "",
                self.case.text,
                f"  wants {', '.join(self.case.right) or 'none of these'}",
                f"  none {ranking.none_of_these:.2f}, {', '.join(first)}",
                f"  ran {', '.join(self.followed.run)}; {self.followed.settled}",
                f"  said {said}",
            )
        )


def keep(told: Sequence[Told]) -> None:
    """Leave it for the end of the run, where the table is printed."""
    if folder := os.environ.get(FOLDER):
        rows = [{"row": one.row(), "case": dump_case(one.case)} for one in told]
        Path(folder, f"{told[0].case.scenario}.json").write_text(json.dumps(rows), "utf-8")


def kept(folder: Path) -> list[dict[str, Any]]:
    """All that was left there, in the order of the catalogue."""
    files = [folder / f"{slug}.json" for slug in DIAGNOSED]
    return [row for file in files if file.exists() for row in json.loads(file.read_text("utf-8"))]


def record(rows: Iterable[Mapping[str, Any]], path: Path = LABORATORY) -> None:
    """Put these cases into the file, in place of those of the same scenarios."""
    new: dict[str, list[str]] = {}
    for row in rows:
        new.setdefault(row["row"]["scenario"], []).append(row["case"])
    old: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        old.setdefault(json.loads(line)["scenario"], []).append(line)
    lines = [line for slug in DIAGNOSED for line in new.get(slug, old.get(slug, ()))]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """By scenario: pastes right, and mean checks in the three orders; then all, and what was missed."""
    heading = f"{'scenario':36}{'right':>7}{'advised':>9}{'documents':>11}{'random':>8}{'share':>7}"
    single, double = _parted(rows)
    parts = {slug: [r for r in rows if r["scenario"] == slug] for slug in DIAGNOSED}
    parts |= {"one fault": single, "two faults at once": double, "all": rows}
    lines = [_line(name, part) for name, part in parts.items() if part]
    return [heading, *lines, *(_missed(row) for row in rows if not row["is_right"])]


def is_whole(rows: Sequence[Mapping[str, Any]]) -> bool:
    return {row["scenario"] for row in rows} == set(DIAGNOSED)


def shortcomings(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where the whole falls short of what it must reach."""
    single, double = _parted(rows)
    advised, author, random = (_mean(rows, each) for each in ("advised", "author", "random"))
    found = {
        f"{len(single) - _right(single)} single pastes are wrong": _right(single) < len(single),
        f"only {_right(double)} of {len(double)} double pastes are right": (
            _right(double) < LEAST_DOUBLES * len(double)
        ),
        f"{advised / author:.0%} of the documents' checks": advised > MOST_OF_AUTHOR * author,
        "no fewer checks than by lot": advised >= random,
    }
    return [sentence for sentence, holds in found.items() if holds]


def _parted(
    rows: Sequence[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    single = [row for row in rows if row["scenario"] not in _DOUBLE]
    return single, [row for row in rows if row["scenario"] in _DOUBLE]


def _line(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    advised, author, random = (_mean(rows, each) for each in ("advised", "author", "random"))
    share = f"{advised / author:.0%}" if author else ""
    right = f"{_right(rows)}/{len(rows)}"
    return f"{name:36}{right:>7}{advised:9.2f}{author:11.2f}{random:8.2f}{share:>7}"


def _missed(row: Mapping[str, Any]) -> str:
    wants = ", ".join(row["wants"]) or "none of these"
    return f"missed {row['scenario']}: {row['text'][:70]!r} wants {wants}, came to {row['came_to'] or 'none'}"


def _right(rows: Sequence[Mapping[str, Any]]) -> int:
    return sum(row["is_right"] for row in rows)


def _mean(rows: Sequence[Mapping[str, Any]], order: str) -> float:
    return fmean(row[order] for row in rows) if rows else 0.0
