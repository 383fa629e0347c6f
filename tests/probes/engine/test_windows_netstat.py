"""What netstat prints on Windows, in English, Korean and German."""

import pytest

from probes.engine.host.windows_netstat import ListeningSocket, listening_sockets

ENGLISH = """
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1040
  TCP    127.0.0.1:8000         0.0.0.0:0              LISTENING       23412
  TCP    127.0.0.1:8000         127.0.0.1:52011        ESTABLISHED     23412
  TCP    192.168.0.7:52344      20.198.119.143:443     CLOSE_WAIT      5120
  TCP    [::]:135               [::]:0                 LISTENING       1040
  TCP    [::1]:5173             [::]:0                 LISTENING       9876
  TCP    [fe80::8c2f:1%12]:2869 [::]:0                 LISTENING       4
  UDP    0.0.0.0:5353           *:*                                    3344
  UDP    [::]:5353              *:*                                    3344
"""
KOREAN = """
활성 연결

  프로토콜  로컬 주소              외부 주소              상태            PID
  TCP    0.0.0.0:8001           0.0.0.0:0              LISTENING       15204
 [python.exe]
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1040
  RpcSs
 [svchost.exe]
  TCP    0.0.0.0:445            0.0.0.0:0              LISTENING       4
 소유권 정보를 가져올 수 없습니다.
  TCP    192.168.0.7:49670      52.139.250.253:443     ESTABLISHED     4420
  WpnService
 [svchost.exe]
  TCP    [::1]:5432             [::]:0                 LISTENING       6120
 [postgres.exe]
  UDP    0.0.0.0:123            *:*                                    1320
  W32Time
 [svchost.exe]
"""
GERMAN = """
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:8080           0.0.0.0:0              ABHÖREN         7788
  TCP    127.0.0.1:8080         127.0.0.1:50110        HERGESTELLT     7788
"""


def socket(address: str, port: int, pid: int, process: str = "") -> ListeningSocket:
    return ListeningSocket(address=address, port=port, pid=pid, process=process)


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        (
            ENGLISH,
            [
                socket("0.0.0.0", 135, 1040),
                socket("127.0.0.1", 8000, 23412),
                socket("::", 135, 1040),
                socket("::1", 5173, 9876),
                socket("fe80::8c2f:1", 2869, 4),
            ],
        ),
        (
            KOREAN,
            [
                socket("0.0.0.0", 8001, 15204, "python.exe"),
                socket("0.0.0.0", 135, 1040, "svchost.exe"),
                socket("0.0.0.0", 445, 4),
                socket("::1", 5432, 6120, "postgres.exe"),
            ],
        ),
        (GERMAN, [socket("0.0.0.0", 8080, 7788)]),
        (ENGLISH.replace("\n", "\r\n"), listening_sockets(ENGLISH)),
        ("The requested operation requires elevation.", []),
        ("", []),
    ],
    ids=["English", "Korean with -b", "German", "its line ends", "refused", "nothing"],
)
def test_listening_sockets_are_read_in_every_language(
    printed: str, found: list[ListeningSocket]
) -> None:
    assert listening_sockets(printed) == found


def test_family_is_that_of_the_address() -> None:
    assert [each.family for each in listening_sockets(KOREAN)] == ["ipv4", "ipv4", "ipv4", "ipv6"]
