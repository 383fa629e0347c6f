"""Sets limits on itself, then becomes the program: `-c LAUNCHER CPU_SECONDS ARGV...`.

A program of its own, run by a fresh interpreter, because code between fork and exec in a process
with threads (preexec_fn) can deadlock. Imports nothing of the project.
"""

import os
import sys

_MAX_FILE_BYTES = 16 * 1024 * 1024
_MAX_MEMORY_BYTES = 8 * 1024 * 1024 * 1024
_NOT_STARTED = 127


def main() -> None:
    import resource

    seconds = int(sys.argv[1])
    for limit, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _MAX_FILE_BYTES),
        (resource.RLIMIT_AS, _MAX_MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))
    try:
        os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - never through a shell
    except OSError as error:
        sys.stderr.write(f"cannot start {sys.argv[2]}: {error}\n")
        raise SystemExit(_NOT_STARTED) from None


if __name__ == "__main__":
    main()
