"""`python3 -m probes.engine.agent`: where from, with which token, within which limits."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from probes.engine.agent import VERSION
from probes.engine.agent.client import Base, Refused, check_url
from probes.engine.agent.once import COULD_NOT_LOOK, Asked, Once
from probes.engine.agent.words import language_of, say
from probes.engine.agent.work import Agent
from probes.engine.errors import InvalidParams
from probes.engine.limits import read_limits
from probes.engine.spec import Policy

logger = logging.getLogger("knownfix.agent")
TOKEN_VARIABLE = "KNOWNFIX_TOKEN"


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    _speak_utf8()
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.WARNING if options.once else logging.INFO,
        stream=sys.stderr,
    )
    base = Base(options.server, token=options.token, ca_file=options.ca)
    try:
        return asyncio.run(_run(base, options))
    finally:
        base.close()


async def _run(base: Base, options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    _stop_politely(stop)
    host = socket.gethostname()
    agent = Agent(base, own=options.limits, host=host, runner=f"{host}:{os.getpid()}")
    _warn_of_plain_http(options.server)
    if options.once:
        return await Once(base, agent, _asked(options), out=sys.stdout).run(stop)
    logger.info("agent %s on %s asks %s for work", VERSION, host, base.url)
    try:
        await agent.serve(stop)
    except Refused as refused:
        logger.error("%s", say("refused", options.lang, reason=str(refused)))
        if refused.status == 401:
            logger.error("%s", say("new_token", options.lang))
        return COULD_NOT_LOOK
    logger.info("stopped")
    return 0


def _stop_politely(stop: asyncio.Event) -> None:
    """The first signal gives the batch back; the second ends it here and now."""
    loop = asyncio.get_running_loop()

    def ask(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(stop.set)

    # Not loop.add_signal_handler, which Windows does not have.
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)


def _warn_of_plain_http(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        logger.warning("%s is not encrypted: whoever is on the way can read the token", url)


def _asked(options: argparse.Namespace) -> Asked:
    return Asked(
        guide=options.once,
        language=options.lang,
        text=options.text or "",
        values=dict(options.set),
        is_confirmed=options.yes,
    )


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(argv)
    options.token = (options.token or os.environ.get(TOKEN_VARIABLE, "")).strip()
    if not options.token or not options.token.isascii() or not options.token.isprintable():
        parser.error(f"give the location's token in {TOKEN_VARIABLE} or with --token")
    options.lang = language_of(options.lang)
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="agent",
        description="Looks from this host for a Knownfix base: runs the probes that its location "
        "is asked for, within this host's own limits.",
    )
    add = parser.add_argument
    add("--version", action="version", version=VERSION)
    add("--server", required=True, type=_argument(check_url), metavar="URL")
    add("--token", help=f"better in the variable {TOKEN_VARIABLE}: the process list shows this")
    add("--limits", type=_argument(_limits), default=_loopback(), metavar="FILE",
        help="what probes may touch here (TOML); without it loopback addresses only")  # fmt: skip
    add("--ca", metavar="FILE", help="certificates to trust instead of the system's")
    add("--once", metavar="GUIDE", help="run this guide's checks here and print the verdict")
    add("--set", action="append", default=[], type=_argument(_pair), metavar="NAME=VALUE",
        help="a value for the guide's checks; may be repeated")  # fmt: skip
    add("--text", type=_argument(_text), metavar="FILE",
        help="the error as a file, or - for standard input")  # fmt: skip
    add("--yes", action="store_true", help="look at the values that were read from the text")
    add("--lang", choices=("ko", "en"), help="the language of --once; default: what LANG says")
    return parser


def _argument(read: Callable[[str], object]) -> Callable[[str], object]:
    """argparse says of a ValueError only that something is wrong; this says what."""

    def reader(text: str) -> object:
        try:
            return read(text)
        except (ValueError, OSError) as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return reader


def _loopback() -> Policy:
    return Policy.read(networks=["127.0.0.0/8", "::1/128"])


def _limits(path: str) -> Policy:
    try:
        return read_limits(Path(path), unsaid=_loopback())
    except InvalidParams as refused:
        raise ValueError("; ".join(map(str, refused.complaints))) from None


def _pair(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair or not name.strip():
        raise ValueError(f"{text!r} is not NAME=VALUE, such as port=8001")
    return name.strip(), value.strip()


def _text(path: str) -> str:
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    return data.decode("utf-8", errors="replace")


def _speak_utf8() -> None:
    """A pipe under another code page must not end in an error at the first Korean letter."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())
