"""Windows' own error numbers in POSIX words, where Python leaves them as they are.

asyncio's loop on Windows reports what the kernel said (ERROR_CONNECTION_REFUSED, 1225), not
what sockets would have said (WSAECONNREFUSED, 10061). Numbers: Microsoft, "System Error Codes"
and "Windows Sockets Error Codes".
"""

import errno

_POSIX = {
    5: errno.EACCES,
    64: errno.ECONNRESET,
    121: errno.ETIMEDOUT,
    1225: errno.ECONNREFUSED,
    1231: errno.ENETUNREACH,
    1232: errno.EHOSTUNREACH,
    1234: errno.ECONNREFUSED,
    1236: errno.ECONNABORTED,
    1460: errno.ETIMEDOUT,
    10013: errno.EACCES,
    10024: errno.EMFILE,
    10047: errno.EAFNOSUPPORT,
    10048: errno.EADDRINUSE,
    10049: errno.EADDRNOTAVAIL,
    10050: errno.ENETDOWN,
    10051: errno.ENETUNREACH,
    10053: errno.ECONNABORTED,
    10054: errno.ECONNRESET,
    10055: errno.ENOBUFS,
    10060: errno.ETIMEDOUT,
    10061: errno.ECONNREFUSED,
    10064: errno.EHOSTDOWN,
    10065: errno.EHOSTUNREACH,
}


def in_posix_words(error: OSError) -> OSError:
    """The same error with the number, and so the class, that it has elsewhere."""
    number = _POSIX.get(getattr(error, "winerror", None) or 0)
    return OSError(number, error.strerror) if number else error


def posix_name(number: int | None) -> str | None:
    """`ECONNREFUSED` on every system; Windows' errno module says `WSAECONNREFUSED`."""
    name = errno.errorcode.get(number or 0)
    return name.removeprefix("WSA") if name else None
