"""Lets a child stop when its parent is gone, however the parent died."""

import os
import signal
import threading

GRACE_S = 6.0


def stop_with_parent() -> None:
    """Send this process SIGTERM when the pipe on its standard input closes.

    Children run in a session of their own, so that Ctrl-C reaches only the supervisor; a
    supervisor that was killed would leave them behind. The kernel closes its pipes.
    """
    threading.Thread(target=_wait, name="parent", daemon=True).start()


def _wait() -> None:
    # os.read, not sys.stdin: a reader blocked in sys.stdin holds its lock, and closing it hangs.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_S)
    os._exit(1)
