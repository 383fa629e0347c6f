"""tls_certificate against real TLS servers, with certificates of an authority of our own."""

import asyncio
import contextlib
import ssl
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.engine.network.certificate import read_certificate
from probes.engine.spec import Policy, Status
from tests.probes.engine.authority import Authority
from tests.probes.engine.servers import Handler, run, says, serving

NAME = "shop.lab.test"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


@pytest.fixture
def policy(authority: Authority) -> Policy:
    return Policy.read(networks=["127.0.0.0/8", "::1/128"], roots=[str(authority.folder)])


async def look(
    tls: ssl.SSLContext | None,
    policy: Policy,
    *,
    handler: Handler | None = None,
    timeout_s: float = 5.0,
    **params: Any,
) -> Any:
    async with serving(handler or says(), tls=tls) as port:
        return await run(
            "tls_certificate",
            policy=policy,
            timeout_s=timeout_s,
            **{"host": "127.0.0.1", "port": port, "server_name": NAME, **params},
        )


async def test_a_trusted_certificate_is_valid_with_what_it_says(
    authority: Authority, policy: Policy
) -> None:
    tls = authority.signs(NAME, days=90, also="DNS:*.lab.test,IP:127.0.0.1,IP:::1")

    result = await look(tls, policy, ca_file=str(authority.pem))

    assert (result.status, result.reason_code) == (Status.OK, "valid")
    assert 89.9 < result.facts["days_left"] <= 90
    assert result.facts["names"] == [NAME, "*.lab.test", "127.0.0.1", "::1"]
    assert (result.facts["subject"], result.facts["issuer"]) == (NAME, "Lab authority")
    assert result.facts["is_trusted"] is True
    assert result.facts["tls_version"] == "TLSv1.3"


@pytest.mark.parametrize(
    ("days", "status", "reason_code"),
    [
        (22, Status.OK, "valid"),
        (20, Status.WARNING, "expires_soon"),
        (6, Status.CRITICAL, "expires_very_soon"),
        (0.5, Status.CRITICAL, "expires_very_soon"),
        (-3, Status.CRITICAL, "expired"),
    ],
)
async def test_the_days_left_are_judged(
    authority: Authority, policy: Policy, days: float, status: Status, reason_code: str
) -> None:
    tls = authority.signs(NAME, days=days, since_days=30)

    result = await look(tls, policy, ca_file=str(authority.pem))

    assert (result.status, result.reason_code) == (status, reason_code)
    assert abs(result.facts["days_left"] - days) < 0.1


async def test_the_days_left_are_known_although_nobody_trusts_it(
    authority: Authority, policy: Policy
) -> None:
    untrusted = await look(authority.signs(NAME, days=40), policy)
    self_signed = await look(authority.signs(NAME, days=40, by_itself=True), policy)
    other_name = await look(
        authority.signs("other.lab.test", days=40), policy, ca_file=str(authority.pem)
    )

    answers = [untrusted, self_signed, other_name]
    assert [each.reason_code for each in answers] == ["untrusted", "self_signed", "name_mismatch"]
    for each in answers:
        assert each.status is Status.CRITICAL
        assert 39.9 < each.facts["days_left"] <= 40
        assert each.facts["is_trusted"] is False
    assert "40 days left" in other_name.summary
    assert other_name.facts["names"] == ["other.lab.test"]


async def test_an_expired_one_is_expired_whoever_signed_it(
    authority: Authority, policy: Policy
) -> None:
    tls = authority.signs(NAME, days=-2, since_days=9, by_itself=True)

    result = await look(tls, policy)

    assert result.reason_code == "expired"
    assert "expired 2 days ago" in result.summary


async def test_one_that_begins_tomorrow_is_not_yet_valid(
    authority: Authority, policy: Policy
) -> None:
    tls = authority.signs(NAME, since_days=-1)

    result = await look(tls, policy, ca_file=str(authority.pem))

    assert (result.status, result.reason_code) == (Status.CRITICAL, "not_yet_valid")


async def test_a_self_signed_one_is_valid_for_who_trusts_exactly_it(
    authority: Authority, policy: Policy
) -> None:
    tls = authority.signs(NAME, by_itself=True)

    assert (await look(tls, policy, ca_file=str(authority.last))).reason_code == "valid"


async def test_an_address_is_compared_with_the_addresses_it_is_for(
    authority: Authority, policy: Policy
) -> None:
    named = await look(
        authority.signs(NAME, also="IP:127.0.0.1"),
        policy, server_name=None, ca_file=str(authority.pem),
    )  # fmt: skip
    not_named = await look(
        authority.signs(NAME), policy, server_name=None, ca_file=str(authority.pem)
    )

    assert (named.reason_code, not_named.reason_code) == ("valid", "name_mismatch")


async def test_what_is_not_tls_or_hangs_or_is_closed_is_told_apart(
    policy: Policy, closed_port: int, dropping_port: int
) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def talks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.lab.test ESMTP\r\n")
        await writer.drain()
        await asyncio.sleep(60)

    hung = await look(None, policy, handler=silent, timeout_s=0.4)
    plain = await look(None, policy, handler=talks)
    refused = await run("tls_certificate", policy=policy, host="127.0.0.1", port=closed_port)
    dropped = await run(
        "tls_certificate", policy=policy, timeout_s=0.4, host="127.0.0.1", port=dropping_port
    )

    assert [each.reason_code for each in (hung, plain, refused, dropped)] == [
        "handshake_failed", "handshake_failed", "refused", "timed_out_connect",
    ]  # fmt: skip
    assert "in time" in hung.summary
    assert "wrong version number" in plain.summary


async def test_a_server_that_wants_the_clients_certificate_is_read_all_the_same(
    authority: Authority, policy: Policy
) -> None:
    tls = authority.signs(NAME)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(authority.pem)

    assert (await look(tls, policy, ca_file=str(authority.pem))).reason_code == "valid"


def speaks(tls: ssl.SSLContext, *script: tuple[bytes, bytes]) -> Handler:
    """A server that, for each pair, waits for the first and answers the second, and then goes on
    in TLS if the last pair says so."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for heard, said in script:
            if heard and heard not in await reader.readuntil(heard):
                return
            writer.write(said)
            await writer.drain()
        await writer.start_tls(tls)
        await reader.read()

    return handler


SMTP = ((b"", b"220-mail\r\n220 ready\r\n"), (b"EHLO knownfix.invalid\r\n", b"250-mail\r\n250-SIZE 1\r\n250 STARTTLS\r\n"),
        (b"STARTTLS\r\n", b"220 go\r\n"))  # fmt: skip
IMAP = ((b"", b"* OK ready\r\n"), (b"a1 STARTTLS\r\n", b"* note\r\na1 OK go\r\n"))
POSTGRES = ((b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"S"),)


@pytest.mark.parametrize(
    ("starttls", "script"), [("smtp", SMTP), ("imap", IMAP), ("postgres", POSTGRES)]
)
async def test_a_server_that_starts_in_the_clear_is_read_too(
    authority: Authority, policy: Policy, starttls: str, script: Any
) -> None:
    handler = speaks(authority.signs(NAME, days=30), *script)
    ca_file = str(authority.pem)

    trusted = await look(None, policy, handler=handler, starttls=starttls, ca_file=ca_file)
    untrusted = await look(None, policy, handler=handler, starttls=starttls)

    assert (trusted.reason_code, untrusted.reason_code) == ("valid", "untrusted")
    assert 29.9 < untrusted.facts["days_left"] <= 30


@pytest.mark.parametrize(
    ("starttls", "answer", "reason_code"),
    [
        ("smtp", b"220 ready\r\n250 SIZE\r\n", "starttls_refused"),
        ("smtp", b"554 no\r\n", "starttls_refused"),
        ("smtp", b"220-x\r\n" * 1000, "starttls_refused"),
        ("smtp", b"2" * 100_000, "starttls_refused"),
        ("imap", b"* OK\r\na1 BAD\r\n", "starttls_refused"),
        ("imap", b"* BYE\r\n", "starttls_refused"),
        ("imap", b"* OK\r\n" * 1000, "starttls_refused"),
        ("postgres", b"N", "starttls_refused"),
        ("postgres", b"HTTP/1.1 400\r\n", "starttls_refused"),
        ("smtp", b"220 re", "handshake_failed"),
        ("imap", b"", "handshake_failed"),
    ],
)
async def test_a_server_that_does_not_go_on_in_tls_says_what_it_said(
    policy: Policy, starttls: str, answer: bytes, reason_code: str
) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    result = await look(None, policy, handler=handler, starttls=starttls)

    assert (result.status, result.reason_code) == (Status.CRITICAL, reason_code)


async def test_an_authority_that_cannot_be_read_means_that_we_could_not_look(
    authority: Authority, policy: Policy
) -> None:
    (authority.folder / "empty.pem").write_text("nothing")
    gone = await look(None, policy, ca_file=str(authority.folder / "gone.pem"))
    empty = await look(None, policy, ca_file=str(authority.folder / "empty.pem"))
    outside = await look(None, policy, ca_file="/etc/ssl/certs/ca-certificates.crt")

    assert [each.reason_code for each in (gone, empty, outside)] == [
        "unreadable", "unreadable", "not_allowed",
    ]  # fmt: skip
    assert {each.status for each in (gone, empty, outside)} == {Status.UNKNOWN}


async def test_nothing_is_sent_over_a_line_that_is_not_trusted(
    authority: Authority, policy: Policy
) -> None:
    sent: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append(await reader.read(1000))

    await look(authority.signs(NAME), policy, handler=note)

    assert b"".join(sent) == b""


def test_every_authority_of_this_system_is_read_as_openssl_reads_it() -> None:
    context = ssl.create_default_context()
    certificates = context.get_ca_certs(binary_form=True)
    if not certificates:
        pytest.skip("MISSING: the system's certificates (apt install ca-certificates)")

    for der, said in zip(certificates, context.get_ca_certs(), strict=True):
        read = read_certificate(der)
        assert read.serial.upper().lstrip("0") == said["serialNumber"].lstrip("0")
        assert read.not_after.timestamp() == ssl.cert_time_to_seconds(said["notAfter"])
        assert read.not_before.timestamp() == ssl.cert_time_to_seconds(said["notBefore"])


@pytest.mark.parametrize(
    "der",
    [b"", b"\x30", b"\x30\xff", b"\x30\x84\xff\xff\xff\xff", b"\x30\x02\x30\x00", b"\x30\x80" * 40],
)
def test_what_is_no_certificate_is_refused_and_not_a_crash(der: bytes) -> None:
    with pytest.raises(ValueError):
        read_certificate(der)


def test_a_cut_off_certificate_is_refused(authority: Authority) -> None:
    authority.signs(NAME)
    der = ssl.PEM_cert_to_DER_cert(Path(authority.last).read_text())

    assert read_certificate(der).subject == NAME
    for length in range(0, len(der), 7):
        with pytest.raises(ValueError):
            read_certificate(der[:length])


@settings(deadline=None, max_examples=300)
@given(at=st.integers(min_value=0, max_value=2000), new=st.integers(min_value=0, max_value=255))
def test_a_certificate_with_any_byte_changed_is_read_or_refused(
    authority: Authority, at: int, new: int
) -> None:
    der = bytearray(ssl.PEM_cert_to_DER_cert(authority.pem.read_text()))
    der[at % len(der)] = new

    with contextlib.suppress(ValueError):
        read_certificate(bytes(der))
