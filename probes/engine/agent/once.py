"""`--once GUIDE`: run a guide's checks here and say what the base makes of them."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from probes.engine.agent.claims import Work, read_work
from probes.engine.agent.client import Base, Refused, Unreachable
from probes.engine.agent.words import padded, say, width
from probes.engine.agent.work import Agent
from probes.engine.spec import ProbeResult

ALL_OK, FOUND, COULD_NOT_LOOK = 0, 1, 3
_EXIT: Mapping[str, int] = {"ok": ALL_OK, "found": FOUND, "unknown": COULD_NOT_LOOK}
_COLOURS: Mapping[str, str] = {"OK": "32", "WARNING": "33", "CRITICAL": "31", "UNKNOWN": "35"}
_STATUS_WIDTH = max(len(status) for status in _COLOURS)
# The base may be restarting; longer than this, a person at a terminal rather hears of it.
_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a person asked for. `values` fill the guide's parameters."""

    guide: str
    language: str
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    is_confirmed: bool = False


class Once:
    def __init__(self, base: Base, agent: Agent, asked: Asked, *, out: TextIO) -> None:
        self._base = base
        self._agent = agent
        self._asked = asked
        self._out = out
        self._in_colour = out.isatty() and sys.platform != "win32"
        self._ended: set[int] = set()

    async def run(self, stop: asyncio.Event) -> int:
        """The exit code: 0 all is well, 1 something was found, 3 could not look."""
        try:
            return await self._run(stop)
        except Unreachable as reason:
            self._say("away", url=self._base.url, reason=str(reason))
        except Refused as refused:
            self._explain(refused)
        return COULD_NOT_LOOK

    async def _run(self, stop: asyncio.Event) -> int:
        begun = await self._ask_for_it()
        self._say("looking", location=begun["location"], guide=begun["title"])
        if begun["work"] is None:
            self._say("nothing")
            self._list_the_rest(begun["checks"])
            return COULD_NOT_LOOK
        work = read_work(begun["work"])
        await self._agent.run(work, stop, on_result=self._printer(begun, work))
        self._list_the_rest(begun["checks"])
        return await self._verdict(begun)

    async def _ask_for_it(self) -> Any:
        body = {
            "guide": self._asked.guide,
            "text": self._asked.text,
            "values": dict(self._asked.values),
            "confirm": self._asked.is_confirmed,
            "agent": self._agent.about,
        }
        return await self._base.post("once", body, language=self._asked.language)

    def _printer(self, begun: Mapping[str, Any], work: Work) -> Any:
        slugs = {item: ref.rpartition("/")[2] for item, ref in work.refs.items()}
        labels: Mapping[str, str] = begun["reasons"]
        name_width = max(map(width, slugs.values()), default=0)

        def show(item: int, result: ProbeResult) -> None:
            status = str(result.status)
            label = labels.get(result.reason_code, result.reason_code)
            name = padded(slugs[item], name_width)
            self._line(f"{self._coloured(status)}  {name}  {label}")
            self._line(f"{' ' * (_STATUS_WIDTH + name_width + 4)}{result.summary}")

        return show

    def _coloured(self, status: str) -> str:
        text = status.ljust(_STATUS_WIDTH)
        return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m" if self._in_colour else text

    def _list_the_rest(self, checks: Sequence[Mapping[str, Any]]) -> None:
        """What did not run, and what it would take."""
        for why in ("missing", "not_approved", "manual"):
            if these := [check for check in checks if check["state"] == why]:
                self._line("")
                self._say(why)
                for check in these:
                    self._line(f"  {check['name']}: {_wants(check)}".rstrip(": "))

    async def _verdict(self, begun: Mapping[str, Any]) -> int:
        found = await self._patiently(f"verdict/{begun['investigation']}")
        self._line("")
        if not found["is_complete"]:
            self._say("unfinished")
        else:
            self._line(f"== {say('verdict', self._asked.language)}")
            self._line(found["text"].rstrip("\n"))
        return _EXIT[found["outcome"]] if found["is_complete"] else COULD_NOT_LOOK

    async def _patiently(self, path: str) -> Any:
        for tries in range(1, _TRIES + 1):
            try:
                return await self._base.get(path, language=self._asked.language)
            except Unreachable as reason:
                if tries == _TRIES:
                    raise
                await asyncio.sleep(max(tries, reason.wait_s))
        raise AssertionError("the last try raised or returned")

    def _explain(self, refused: Refused) -> None:
        self._say("refused", reason=str(refused))
        for complaint in refused.complaints:
            self._line(f"  {complaint}")
        if refused.status == 401:
            self._say("new_token")
        if refused.problem.get("code") == "needs_confirmation":
            self._say("confirm")

    def _say(self, name: str, **values: str) -> None:
        self._line(say(name, self._asked.language, **values))

    def _line(self, text: str) -> None:
        """Who reads may have gone, as behind `head`; what is seen is recorded all the same."""
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except BrokenPipeError:
            _discard(self._out)


def _discard(out: TextIO) -> None:
    """From here on to nobody, what is still buffered included: Python writes that at its end."""
    nobody = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nobody, out.fileno())
    os.close(nobody)


def _wants(check: Mapping[str, Any]) -> str:
    return str(check["question"]) or ", ".join(check["missing"])
