"""tls_certificate: is the server's certificate trusted, for this name, and for how long?"""

import asyncio
import functools
import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from probes.engine.errors import CannotLook, Complaint
from probes.engine.guard import NameNotFound, allowed_path, resolve
from probes.engine.network import tls
from probes.engine.network.certificate import Certificate, read_certificate
from probes.engine.network.connect import winner
from probes.engine.network.starttls import NEGOTIATIONS
from probes.engine.outcomes import SAYS
from probes.engine.schema import Kind, Param, reasons
from probes.engine.spec import Observation, Policy

_MAX_CA_FILE = 1024 * 1024
# X509_V_ERR_* of OpenSSL (x509_vfy.h). All others are a chain that leads to nobody trusted.
_DISTRUST = {9: "not_yet_valid", 10: "expired", 18: "self_signed", 62: "name_mismatch",
             64: "name_mismatch"}  # fmt: skip
_SAYS = {
    **SAYS,
    "reset": "broke the connection off while connecting",
    "no_route": "cannot be reached: there is no route",
    "starttls_refused": "does not go on in TLS",
}


async def look(params: Mapping[str, Any], *, deadline: float, policy: Policy) -> Observation:
    host, port = params["host"], params["port"]
    name = params["server_name"] or host
    trust = await asyncio.to_thread(_trust, params["ca_file"], policy)
    try:
        addresses = await resolve(host, port, policy=policy, deadline=deadline)
    except NameNotFound as error:
        return Observation(
            reason_code="dns_failed", facts={"host": host, "port": port}, summary=str(error)
        )
    shake = functools.partial(
        tls.shake_hands, name=name, deadline=deadline, starttls=params["starttls"]
    )
    done = await shake(addresses, trust)
    if done.distrust:
        # Once more at the same address, only to read what was not accepted.
        read = await shake([winner(done.attempts).address], tls.trusting_anyone())
        read.distrust = done.distrust
        done = read
    return _observe(params, name, done)


def _trust(ca_file: str | None, policy: Policy) -> ssl.SSLContext:
    if ca_file is None:
        return tls.trusting_the_system()
    path = allowed_path(ca_file, policy=policy)
    try:
        return tls.trusting(_read_pem(path))
    except (OSError, ValueError) as error:
        # An ssl.SSLError is an OSError.
        raise CannotLook("unreadable", f"{ca_file} holds no certificate: {error}") from None


def _read_pem(path: Path) -> str:
    if not path.is_file():
        raise ValueError("there is no such file")
    with path.open("rb") as file:
        return file.read(_MAX_CA_FILE).decode("ascii")


def _observe(params: Mapping[str, Any], name: str, done: tls.Handshake) -> Observation:
    facts = _facts(params, name, done)
    at = f"{params['host']} port {params['port']}"
    if done.failure:
        words = _SAYS.get(done.failure, "and the probe did not agree on TLS")
        words = f"{words}: {done.problem}" if done.problem else words
        return Observation(reason_code=done.failure, facts=facts, summary=f"{at} {words}")
    try:
        read = read_certificate(done.der)
    except (ValueError, OverflowError):
        raise CannotLook("unreadable", f"the certificate of {at} cannot be read") from None
    now = datetime.now(UTC)
    facts |= _said(read, now)
    code, words = _judge(params, name, read, done.distrust, now)
    return Observation(reason_code=code, facts=facts, summary=f"the certificate of {at} {words}")


def _facts(params: Mapping[str, Any], name: str, done: tls.Handshake) -> dict[str, Any]:
    return {
        "host": params["host"],
        "port": params["port"],
        "server_name": name,
        "peer_ip": winner(done.attempts).address.ip,
        "addresses": [attempt.facts for attempt in done.attempts],
        "is_trusted": None if done.failure else done.distrust is None,
        "distrust": done.distrust[1] if done.distrust else None,
        "tls_version": done.version,
        "cipher": done.cipher,
        "problem": done.problem or None,
    }


def _said(read: Certificate, now: datetime) -> dict[str, Any]:
    return {
        "subject": read.subject,
        "issuer": read.issuer,
        "names": list(read.names),
        "serial": read.serial,
        "not_before": read.not_before.isoformat(),
        "not_after": read.not_after.isoformat(),
        "days_left": read.days_left(now),
    }


def _judge(
    params: Mapping[str, Any],
    name: str,
    read: Certificate,
    distrust: tuple[int, str] | None,
    now: datetime,
) -> tuple[str, str]:
    """Its own dates come first: they hold whoever signed it. Who expects `self_signed` would
    otherwise never hear that it has expired."""
    days = read.days_left(now)
    if read.not_after < now:
        return "expired", f"expired {-days:.0f} days ago, on {read.not_after:%Y-%m-%d}"
    if read.not_before > now:
        return "not_yet_valid", f"is valid only from {read.not_before:%Y-%m-%d %H:%M} UTC on"
    left = f"{days:.0f} days left, until {read.not_after:%Y-%m-%d}"
    if distrust:
        return _DISTRUST.get(distrust[0], "untrusted"), (
            f"is not accepted for {name}: {distrust[1]} ({left})"
        )
    if days < params["crit_days"]:
        return "expires_very_soon", f"has {left}"
    if days < params["warn_days"]:
        return "expires_soon", f"has {left}"
    return "valid", f"is trusted for {name} and has {left}"


def _check(params: Mapping[str, Any]) -> Iterable[Complaint]:
    warn, crit = params["warn_days"], params["crit_days"]
    if isinstance(warn, int) and isinstance(crit, int) and crit > warn:
        yield Complaint(field="crit_days", message=f"must be at most warn_days ({warn})")


KIND = Kind(
    name="tls_certificate",
    title="TLS certificate",
    help="Shakes hands with a TLS server and reads its certificate: whether it is trusted, for "
    "the name that was asked, and how many days it has left, also when it is not trusted.",
    params=(
        Param(name="host", type="host", required=True, help="Name or IP address."),
        Param(name="port", type="port", default=443),
        Param(
            name="server_name",
            type="host",
            help="The name the certificate must be for. Without it: host.",
        ),
        Param(
            name="starttls",
            type="choice",
            choices=tuple(NEGOTIATIONS),
            help="What is spoken in the clear before TLS, if anything.",
        ),
        Param(name="warn_days", type="integer", default=21, minimum=0, maximum=3650),
        Param(name="crit_days", type="integer", default=7, minimum=0, maximum=3650),
        Param(
            name="ca_file",
            type="path",
            help="Certificates to trust instead of the system's, in PEM, inside allowed folders: "
            "those of an authority, or the server's own.",
        ),
    ),
    reasons=reasons(
        ok=("valid",),
        warning=("expires_soon",),
        critical=(
            "expires_very_soon",
            "expired",
            "not_yet_valid",
            "self_signed",
            "untrusted",
            "name_mismatch",
            "handshake_failed",
            "starttls_refused",
            "refused",
            "timed_out_connect",
            "reset",
            "no_route",
            "dns_failed",
        ),
        unknown=("resolver_unavailable", "unreadable"),
    ),
    look=look,
    cost_s=0.3,
    check=_check,
    facts={
        "host": "What was asked for.",
        "port": "The port that was asked.",
        "server_name": "The name the certificate was compared with.",
        "peer_ip": "The address that was connected to.",
        "addresses": "One entry per address of the name: how connecting to it ended.",
        "is_trusted": "Whether chain, dates and name were accepted.",
        "distrust": "Why it was not accepted, in OpenSSL's words.",
        "tls_version": "The version of TLS that was agreed on.",
        "cipher": "The cipher that was agreed on.",
        "problem": "What went wrong, in the client's words.",
        "subject": "Whom it names as its holder.",
        "issuer": "Who signed it.",
        "names": "The names and addresses it is for.",
        "serial": "Its serial number, in hexadecimal.",
        "not_before": "From when on it is valid.",
        "not_after": "Until when it is valid.",
        "days_left": "How many days that are from now; below zero when it has expired.",
    },
    example={"host": "shop.example.com", "port": 443, "warn_days": 21, "crit_days": 7},
)
