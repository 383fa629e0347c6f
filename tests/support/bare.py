"""Python without any installed package, as on a stranger's laptop: only the checkout's engine."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def bare(program: str, given: Any = None) -> Any:
    """What `program` leaves in `answer`, run with `given`, where no site-packages exist."""
    lines = [
        "import json, sys",
        f"sys.path.insert(0, {str(ROOT)!r})",
        "given = json.load(sys.stdin)",
        program,
        "json.dump(answer, sys.stdout)",
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "\n".join(lines)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
