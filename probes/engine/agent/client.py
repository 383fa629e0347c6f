"""Talking to the base over HTTP(S) with the standard library alone, off the event loop."""

import asyncio
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from probes.engine.agent import VERSION

_TIMEOUT_S = 15.0
_NO_CONTENT = 204
_MAX_ANSWER_BYTES = 4 * 1024 * 1024
# A renewal must not wait behind a record that hangs.
_AT_ONCE = 6


class Unreachable(Exception):
    """Nobody answered, or not now: the same request may be sent again.

    `wait_s` is how long the base asked us to wait, if it did.
    """

    def __init__(self, message: str, *, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s
        super().__init__(message)


class Refused(Exception):
    """The base answered no: sent again, the same request would be refused again."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))

    @property
    def complaints(self) -> list[str]:
        """Each thing that is wrong, as the base says it, with the name of the value."""
        errors = self.problem.get("errors") or ()
        return [
            f"{str(one.get('pointer', '')).rpartition('/')[2]}: {one.get('detail', '')}"
            for one in errors
            if isinstance(one, dict)
        ]

    @property
    def whole(self) -> str:
        """The sentence and every complaint, in one line."""
        return " ".join((str(self), *self.complaints))


class Base:
    """The base at `url`. The token is in no message and no repr of this class."""

    def __init__(self, url: str, *, token: str, ca_file: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._opener = urllib.request.build_opener(
            _NoRedirect(),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)),
        )
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="base")

    async def post(self, path: str, body: Mapping[str, Any], *, language: str = "en") -> Any:
        """The answer's JSON, None for an empty one. Raises Unreachable or Refused."""
        return await self._ask("POST", path, json.dumps(body).encode(), language)

    async def get(self, path: str, *, language: str = "en") -> Any:
        return await self._ask("GET", path, None, language)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, method: str, path: str, body: bytes | None, language: str) -> Any:
        request = urllib.request.Request(  # noqa: S310 - only http and https get here
            f"{self.url}/api/v1/agent/{path}",
            data=body,
            method=method,
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Language": language,
                "User-Agent": f"knownfix-agent/{VERSION}",
            },
        )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, request)

    def _send(self, request: urllib.request.Request) -> Any:
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                return _read(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise _problem(error) from None
        except urllib.error.URLError as error:
            raise Unreachable(_reason(error.reason)) from None
        except (OSError, HTTPException) as error:
            raise Unreachable(_reason(error)) from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to an address that nobody named."""

    def redirect_request(self, *_: Any) -> None:
        return None


def check_url(url: str) -> str:
    """The base's address. Raises ValueError with a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError(f"{url!r} is no address of a base; write it as https://kb.example.com")
    return url.rstrip("/")


def _read(answer: Any) -> Any:
    body = answer.read(_MAX_ANSWER_BYTES + 1)
    if len(body) > _MAX_ANSWER_BYTES:
        raise Unreachable("the answer is longer than any answer of a base")
    if answer.status == _NO_CONTENT:
        return None
    try:
        return json.loads(body)
    except ValueError:
        # A server that is stopped in the middle leaves an empty or half a body, without an error.
        raise Unreachable("the answer was cut off, or what answers there is not a base") from None


def _problem(error: urllib.error.HTTPError) -> Exception:
    if 300 <= error.code < 400:
        where = str(error.headers.get("Location", ""))[:200]
        return Refused(error.code, {"detail": f"the base redirects to {where}: use that address"})
    if error.code == 429 or error.code >= 500:
        return Unreachable(f"it answered {error.code}", wait_s=_wait_s(error))
    try:
        problem = json.loads(error.read(65536))
    except (ValueError, OSError):
        problem = {}
    return Refused(error.code, problem if isinstance(problem, dict) else {})


def _wait_s(error: urllib.error.HTTPError) -> float:
    asked = str(error.headers.get("Retry-After", ""))
    return min(float(asked), 60.0) if asked.isdecimal() else 0.0


def _reason(error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted here ({error.verify_message}); see --ca"
    if isinstance(error, TimeoutError):
        return f"no answer within {_TIMEOUT_S:.0f} s"
    return str(error) or type(error).__name__
