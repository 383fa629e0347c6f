"""People at a site, all at once: incidents opened and guides imported as fast as it answers."""

import contextlib
import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator

_GUIDE = """---
slug: trial-{number}
language: en
title: A guide written meanwhile, {number}
symptoms:
  s1: {{phrases: ["writer {number} said no at turn {turn}"], suggests: {{c1: strong}}}}
causes:
  c1: {{title: "The writer was at turn {turn}"}}
---
Written by writer {number} at turn {turn}.
"""
WRITERS = 4
# Every so many incidents a guide: its index costs far more of a transaction.
_INCIDENTS_PER_GUIDE = 4


class Answers:
    """How often each HTTP status came; 0 is a request that got no answer."""

    def __init__(self) -> None:
        self.by_status: Counter[int] = Counter()

    @property
    def total(self) -> int:
        return self.by_status.total()

    @property
    def failed(self) -> int:
        return sum(times for status, times in self.by_status.items() if not 200 <= status < 300)


@contextlib.contextmanager
def writing(port: int, key: str) -> Iterator[Answers]:
    """Meanwhile, writers write without a pause."""
    answers, over = Answers(), threading.Event()
    threads = [
        threading.Thread(target=_write, args=(port, key, number, answers, over))
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _write(port: int, key: str, number: int, answers: Answers, over: threading.Event) -> None:
    turn = 0
    while not over.is_set():
        turn += 1
        if turn % (_INCIDENTS_PER_GUIDE + 1):
            body, kind = json.dumps({"title": f"writer {number}, turn {turn}"}), "application/json"
            status = _post(port, key, "/api/v1/incidents", body, kind)
        else:
            body = _GUIDE.format(number=number, turn=turn)
            status = _post(port, key, "/api/v1/import", body, "text/markdown")
        answers.by_status[status] += 1


def _post(port: int, key: str, path: str, body: str, kind: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
    try:
        connection.request("POST", path, body.encode(), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()
