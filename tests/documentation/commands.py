"""The examples of a document: `curl` lines and the JSON they answer, run on the test client.

Only what the documents use of a shell: `export NAME=value`, `NAME=$(... | jq -r .field)`, variables,
a pipe into curl, and curl's -H, -d, -X and --data-binary with text, `@file` or `@-`.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from rest_framework.test import APIClient

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASSIGNED = re.compile(r"^(?:export )?([A-Z]+)=(.*)$", re.DOTALL)
FIELD = re.compile(r"^(.*?)\s*\|\s*jq -r \.(\w+)$", re.DOTALL)
PIPED = "your output: GET http://localhost:8000/ net::ERR_CONNECTION_REFUSED"
# What a variable stands for differs at every call; so does when.
CHANGING = re.compile(r"^(inv|inc|bat|run|req)_|/(inv|inc|bat|run)_|^\d{4}-\d\d-\d\dT")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block: the name of its language and its text."""

    language: str
    text: str


def blocks(document: Path) -> list[Block]:
    found = FENCE.findall(document.read_text())
    return [Block(language=language, text=text) for language, text in found]


def lines(text: str) -> Iterator[str]:
    """Whole commands: a backslash at the end goes on in the next line."""
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


@dataclass(kw_only=True)
class Shell:
    """Runs commands one after the other; `meanwhile` is what the worker does between two."""

    client: APIClient
    files: tuple[Path, ...]
    meanwhile: Callable[[], None] = lambda: None
    variables: dict[str, str] = field(default_factory=dict)
    answer: object = None

    def run(self, line: str) -> object:
        """The response of a line that asks the API, else None."""
        if assigned := ASSIGNED.match(line):
            name, value = assigned.groups()
            return self._assign(name, value)
        return self._curl(line) if "curl " in line and "/api/" in line else None

    def _assign(self, name: str, value: str) -> object:
        if not value.startswith("$(curl"):
            self.variables[name] = value
            return None
        called, wanted = FIELD.match(value[2:-1]).groups()
        answer = self._curl(called)
        self.variables[name] = answer.json()[wanted]
        return answer

    def _curl(self, line: str) -> object:
        words = shlex.split(line[line.index("curl ") :].replace("$(cat var/api_key)", "$KEY"))
        method, body, headers, address = "", None, {}, ""
        rest = iter(words[1:])
        for word in rest:
            if word == "-H":
                name, _, value = self._filled(next(rest)).partition(": ")
                headers[name] = value
            elif word in ("-d", "--data-binary"):
                body = self._body(next(rest))
            elif word == "-X":
                method = next(rest)
            elif not word.startswith("-"):
                address = self._filled(word)
        # The client of the test carries the key.
        headers.pop("Authorization")
        kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        method = method or ("GET" if body is None else "POST")
        self.answer = self.client.generic(
            method, path, body or b"", content_type=kind, headers=headers
        )
        self.meanwhile()
        return self.answer

    def _body(self, said: str) -> bytes:
        if said == "@-":
            return PIPED.encode()
        if said.startswith("@"):
            name = Path(said[1:]).name
            return next(one for one in self.files if one.name == name).read_bytes()
        return self._filled(said).encode()

    def _filled(self, text: str) -> str:
        return re.sub(r"\$([A-Z]+)", lambda found: self.variables.get(found[1], ""), text)


def differences(said: object, is_: object, at: str = "") -> list[str]:
    """Where an answer lacks what a document says of it; it may say more. Numbers may differ."""
    if isinstance(said, dict) and isinstance(is_, dict):
        return [
            one
            for key, value in said.items()
            for one in (
                differences(value, is_[key], f"{at}/{key}")
                if key in is_
                else [f"{at}/{key} is missing"]
            )
        ]
    if isinstance(said, list) and isinstance(is_, list):
        short = [f"{at} holds only {len(is_)}"] if len(is_) < len(said) else []
        pairs = enumerate(zip(said, is_, strict=False))
        return short + [one for n, (a, b) in pairs for one in differences(a, b, f"{at}/{n}")]
    if isinstance(said, float) and isinstance(is_, float):
        return []
    if isinstance(said, str) and isinstance(is_, str) and CHANGING.search(said):
        return []
    return [] if said == is_ else [f"{at} is {json.dumps(is_, ensure_ascii=False)}"]
