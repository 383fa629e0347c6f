"""The academy's API, slow to start: it begins to listen so long after a connection was refused.

python serve.py SECONDS PORT      (in the folder that holds `app`)
"""

import sys
import time
from pathlib import Path

import uvicorn


def main() -> None:
    seconds, port = float(sys.argv[1]), int(sys.argv[2])
    sys.path.insert(0, ".")
    from app.main import app

    before = _resets()
    sys.stderr.write("loading\n")
    while _resets() == before:
        time.sleep(0.02)
    time.sleep(seconds)
    uvicorn.run(app, host="0.0.0.0", port=port)


def _resets() -> int:
    """How often this network namespace has answered a connection with a reset."""
    names, values = (
        line.split()
        for line in Path("/proc/net/snmp").read_text().splitlines()
        if line[:4] == "Tcp:"
    )
    return int(dict(zip(names, values, strict=True))["OutRsts"])


if __name__ == "__main__":
    main()
