"""Runs what a stage wants looked at, each at its own place, and says where it is not as expected."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.lab.lab import ROOT, Lab
from tests.lab.scenario import Command, Look, Stage, differences


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A look and what the probe said: a ProbeResult as JSON."""

    look: Look
    result: dict[str, Any]

    @property
    def problems(self) -> list[str]:
        """Where it differs from what the scenario says; empty when all is as expected."""
        look, result = self.look, self.result
        found = [
            f"{name} is {seen!r}, not {wanted!r}"
            for name, seen, wanted in (
                ("status", result["status"], look.status),
                ("reason_code", result["reason_code"], look.reason),
            )
            if seen != wanted
        ]
        tries = [attempt["reason_code"] for attempt in result["attempts"]]
        if look.attempts and tries != list(look.attempts):
            found.append(f"attempts are {tries}, not {list(look.attempts)}")
        if result["elapsed_s"] < look.at_least_s:
            found.append(f"it took {result['elapsed_s']:.2f} s, not {look.at_least_s} s or more")
        found += differences(look.facts, result["facts"])
        asked = f"{look.kind} {dict(look.params)} from {look.at}"
        return [f"{asked}: {each}; it said: {result['summary']}" for each in found]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A command and how it ended."""

    command: Command
    exit_code: int
    output: str

    @property
    def problems(self) -> list[str]:
        typed = " ".join(self.command.argv)
        found = []
        if self.exit_code != self.command.exit_code:
            found.append(f"`{typed}` ended with {self.exit_code}, not {self.command.exit_code}")
        if self.command.prints not in self.output:
            found.append(f"`{typed}` did not print {self.command.prints!r} but {self.output!r}")
        return found


# A runner that was itself late has not looked: it is asked again, at most so often.
_LATE = "runner_overloaded"
_TIMES = 4


def look_at(lab: Lab, looks: Sequence[Look]) -> list[Answer]:
    """Every look's answer, in order. Those of one place run side by side, as do the places."""
    answers = _look_once(lab, looks)
    for _ in range(1, _TIMES):
        late = [at for at, each in enumerate(answers) if each.result["reason_code"] == _LATE]
        if not late:
            break
        again = _look_once(lab, [looks[at] for at in late])
        for at, answer in zip(late, again, strict=True):
            answers[at] = answer
    return answers


def _look_once(lab: Lab, looks: Sequence[Look]) -> list[Answer]:
    places = list(dict.fromkeys(look.at for look in looks))
    at = {place: [look for look in looks if look.at == place] for place in places}
    asked = {place: _ask(lab, place, at[place]) for place in places}
    told = {place: iter(_told(asked[place])) for place in places}
    return [Answer(look=look, result=next(told[look.at])) for look in looks]


def run_commands(lab: Lab, commands: Sequence[Command]) -> Iterator[Ending]:
    for command in commands:
        done = lab.run(
            command.argv,
            at=lab.places[command.at],
            cwd=lab.folder / command.cwd,
            env=command.env,
        )
        yield Ending(command=command, exit_code=done.returncode, output=done.stdout)


def problems_of(lab: Lab, stage: Stage) -> list[str]:
    """Everything about this stage that is not as the scenario says."""
    seen: list[Ending | Answer] = [*run_commands(lab, stage.commands), *look_at(lab, stage.looks)]
    return [f"{stage.title}: {problem}" for each in seen for problem in each.problems]


def _ask(lab: Lab, place: str, looks: Sequence[Look]) -> "subprocess.Popen[str]":
    specs = [
        {
            "kind": look.kind,
            "params": dict(look.params),
            "timeout_s": look.timeout_s,
            "retries": look.retries,
            "expectation": dict(look.expectation),
        }
        for look in looks
    ]
    process = subprocess.Popen(
        lab.places[place].argv(
            [sys.executable, "-m", "tests.lab.looking", str(lab.write_limits())]
        ),
        cwd=ROOT,
        env=os.environ | lab.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(json.dumps(specs))
    process.stdin.flush()
    return process


def _told(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    output, errors = process.communicate(timeout=60)
    if process.returncode:
        raise AssertionError(f"the probes could not be run:\n{errors}")
    told: list[dict[str, Any]] = json.loads(output)
    return told
