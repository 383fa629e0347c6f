"""Facts about what failed, by a code or a name: error constants, errno, HTTP status, exception."""

from collections.abc import Iterator

from kb.matching.readers import Found, Place, Reader, group, place

_REASONS = (
    r"bad\srequest|unauthorized|forbidden|not\sfound|method\snot\sallowed|conflict"
    r"|payload\stoo\slarge|unprocessable|too\smany\srequests|internal\sserver\serror"
    r"|not\simplemented|bad\sgateway|service\s(?:temporarily\s)?unavailable|gateway\stime-?out"
    r"|ok\b|moved\spermanently|found\b"
)
_ERRNO_NAMES = (
    "EACCES|EADDRINUSE|EADDRNOTAVAIL|EAGAIN|EAI_AGAIN|EBADF|EBUSY|ECONNABORTED|ECONNREFUSED"
    "|ECONNRESET|EEXIST|EHOSTUNREACH|EINVAL|EIO|EISDIR|ELIFECYCLE|EMFILE|ENETUNREACH|ENOENT"
    "|ENOMEM|ENOSPC|ENOTDIR|ENOTEMPTY|ENOTFOUND|EPERM|EPIPE|EPROTO|ERESOLVE|EROFS|ETIMEDOUT"
)
_LONGEST_MESSAGE = 300


def _exception(found: Found) -> Iterator[Place]:
    if found["name"] == "WinError":
        return
    yield place("exception", found, "name")
    if message := (found["message"] or "")[:_LONGEST_MESSAGE].strip():
        start = found.string.index(message, found.start("message"))
        yield start, start + len(message), "message", message


CODES = (
    Reader(r"\b(?:net::)?(ERR_[A-Z0-9_]+)\b", group("error_constant")),
    Reader(
        rf"""\b(NS_ERROR_[A-Z0-9_]+|(?:SSL|SEC|PR|MOZILLA_PKIX)_ERROR_[A-Z0-9_]+
            |(?:{_ERRNO_NAMES})|ORA-\d{{5}}|CrashLoopBackOff|ImagePullBackOff|ErrImagePull
            |OOMKilled|DNS_PROBE_[A-Z_]+|WSAE[A-Z]+|WSAHOST_NOT_FOUND|CreateContainer(?:Config)?Error
            |RunContainerError|InvalidImageName|FailedScheduling|FailedMount|FailedCreatePodSandBox
            |MODULE_NOT_FOUND|UND_ERR_[A-Z_]+|UNABLE_TO_[A-Z_]+|DEPTH_ZERO_SELF_SIGNED_CERT
            |PROTOCOL_CONNECTION_LOST|E[A-Z]{{2,}}_[A-Z_]+)\b""",
        group("error_constant"),
        exact_case=True,
    ),
    Reader(
        r"""\berrno[\s:=]{0,3}-?(\d{1,5})\b | \bwin(?:32)?\s?error[\s:=]{0,3}(\d{1,5})\b
          | \b(?:os|socket)\serror:?\s(\d{1,5})\b | \berror\s(\d{1,5})\sconnecting\b
          | \b(?:failed|error)\s\((\d{1,5}):\s | \(0x[0-9a-f]{8}/(\d{1,5})\) | \bWSA(?:\s?error|[a-z]{0,12})[\s:=]{1,3}(\d{5})\b""",
        group("errno"),
    ),
    Reader(
        r"""\bhttp/\d(?:\.\d)?"?\s([1-5]\d\d)\b
          | \b(?:http|status(?:[\s_-]?code)?|상태\s?코드|response\scode)["']?\s{0,2}[:=]?\s{0,2}["']?
              (?:of\s)?([1-5]\d\d)\b""",
        group("http_status"),
    ),
    Reader(
        rf"""\b([1-5]\d\d):?\s?\(?(?:{_REASONS})
          | \b([45]\d\d)\s?(?:번\s?)?(?:에러|오류|errors?\b|응답|response)""",
        group("http_status"),
        before=r"\w.:/-",
    ),
    Reader(
        r"""\b(?P<name>(?:[A-Za-z_]\w*\.)*[A-Z]\w*?
            (?:Error|Exception|Failure|Timeout|Warning|Configured))\b
            (?::[\x20\t](?P<message>[^\n]+))?""",
        _exception,
        takes=False,
        exact_case=True,
    ),
    # A process that ended, and curl, whose exit code says why: "curl: (7)".
    Reader(
        r"""\bcurl:\s\((\d{1,3})\)
          | \bexit(?:ed)?\s?(?:with\s)?(?:non-zero\s)?(?:code|status)[\s:=]{0,2}(\d{1,3})\b
          | \bcode=exited,\sstatus=(\d{1,3})\b | \breturn(?:ed\snon-zero\sexit\sstatus|\scode)\s(\d{1,3})\b
          | \bexitCode["']?[:=]\s?(\d{1,3})\b | 종료\s?코드\s?[:(]?\s?(\d{1,3})\b""",
        group("exit_code"),
        takes=False,
    ),
    Reader(r"\bSQLSTATE[\s:=\[(]{0,3}([0-9A-Z]{5})\b", group("sqlstate"), exact_case=True),
    # What programs say in words where others have a name: Safari, Go, PostgreSQL, PowerShell.
    Reader(
        r"""(could\snot\sconnect\sto\sthe\sserver) | (due\sto\saccess\scontrol\schecks)
          | (the\snetwork\sconnection\swas\slost) | (i/o\stimeout) | (context\sdeadline\sexceeded)
          | (connect:\s(?:connection\srefused|no\sroute\sto\shost|network\sis\sunreachable))
          | (unable\sto\sconnect\sto\sthe\sremote\sserver) | (원격\s서버에\s연결할\s수\s없습니다)
          | \b(?:FATAL|PANIC):\x20\x20([^\n]+)""",
        group("message"),
        takes=False,
    ),
    # Test-NetConnection
    Reader(r"\bTcpTestSucceeded\s+:\s(True|False)\b", group("tcp_test"), takes=False),
)
BARE_STATUS = Reader(
    r"\b(40[0134589]|413|422|429|50[0234])\b",
    group("http_status"),
    before=r"\w.:/-",
    after=r"[\w:/%]|\.\d|\s?(?:ms|s|kb|mb)\b",
)
