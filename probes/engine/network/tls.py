"""TLS handshakes with an address that passed the guard: with a server that proves itself, or not."""

import asyncio
import functools
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from probes.engine.guard import Address
from probes.engine.network.connect import Attempt, close_all, connect_all, winner
from probes.engine.network.starttls import NEGOTIATIONS, NotOffered


@dataclass(kw_only=True)
class Handshake:
    """`failure` is a reason code, empty when it was completed. `distrust` is OpenSSL's number and
    words for why the certificate was not accepted; then `der` is not known."""

    attempts: list[Attempt]
    failure: str = ""
    problem: str = ""
    distrust: tuple[int, str] | None = None
    der: bytes = b""
    version: str | None = None
    cipher: str | None = None


async def shake_hands(
    addresses: Sequence[Address],
    context: ssl.SSLContext,
    *,
    name: str,
    deadline: float,
    starttls: str | None = None,
) -> Handshake:
    """`starttls` names the protocol that is spoken in the clear first, if there is one."""
    attempts = await connect_all(addresses, deadline=deadline)
    done = Handshake(attempts=attempts)
    try:
        won = winner(attempts)
        if won.outcome != "connected":
            done.failure = won.outcome
        else:
            async with asyncio.timeout_at(deadline):
                await _shake(done, won, context, name, starttls)
    except TimeoutError:
        done.failure, done.problem = "handshake_failed", "the server did not answer in time"
    finally:
        close_all(attempts)
    return done


async def _shake(
    done: Handshake, won: Attempt, context: ssl.SSLContext, name: str, starttls: str | None
) -> None:
    sock, won.sock = won.sock, None
    try:
        writer = await _secured(sock, context, name, starttls)
    except ssl.SSLCertVerificationError as error:
        done.distrust = (error.verify_code, error.verify_message)
    except NotOffered as error:
        done.failure, done.problem = "starttls_refused", str(error)
    except TimeoutError:
        # An OSError too, but ours.
        raise
    except OSError as error:
        # An ssl.SSLError is one too; so is a peer that hangs up.
        done.failure, done.problem = "handshake_failed", _words(error)
    else:
        _note(done, writer)
        writer.transport.abort()


async def _secured(
    sock: socket.socket | None, context: ssl.SSLContext, name: str, starttls: str | None
) -> asyncio.StreamWriter:
    if starttls is None:
        return (await asyncio.open_connection(sock=sock, ssl=context, server_hostname=name))[1]
    reader, writer = await asyncio.open_connection(sock=sock)
    try:
        await NEGOTIATIONS[starttls](reader, writer)
        await writer.start_tls(context, server_hostname=name)
    except BaseException:
        writer.transport.abort()
        raise
    return writer


def _words(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or type(error).__name__


def _note(done: Handshake, writer: asyncio.StreamWriter) -> None:
    line = writer.get_extra_info("ssl_object")
    done.der = line.getpeercert(binary_form=True) or b""
    done.version = line.version()
    cipher = line.cipher()
    done.cipher = cipher[0] if cipher else None


@functools.cache
def trusting_the_system() -> ssl.SSLContext:
    """Loading the system's certificates takes tens of milliseconds: once per process."""
    return ssl.create_default_context()


def trusting(pem: str) -> ssl.SSLContext:
    """Only these certificates, which may be an authority's or the server's own. Raises
    ssl.SSLError, or ValueError, for what is none."""
    context = ssl.create_default_context(cadata=pem)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


@functools.cache
def trusting_anyone() -> ssl.SSLContext:
    """To read a certificate that is not trusted; nothing is ever sent over it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
