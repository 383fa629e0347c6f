"""What a document says against itself: paths nobody answers, and two lists of status words."""

import os
from pathlib import Path

import pytest

from kb.ingest.contradictions import (
    OddStatusWords,
    UnansweredPath,
    odd_status_words,
    unanswered_paths,
)

# The shape of an incident report: a server tried in between, a plan for containers at the end.
REPORT = """\
# Quote service could not be reached

It was asked with `curl http://localhost:8001/` and refused.

```tsx
if (response.data.status === 'OK') {
  setQuotes({ status: 'OK', color: 'green' });
} else {
  setQuotes({ status: 'Error', color: 'red' });
}
```

## A small server instead

```python
# small.py
from fastapi import FastAPI
import uvicorn

app = FastAPI()

@app.get("/")
def alive():
    return {"status": "OK"}

@app.post("/api/quotes/{number}")
def quote(number: int):
    return {"text": "none"}

if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8001)
```

It failed the same way. The core service answers: `curl http://localhost:8080/api/health/db`.

## Later

```yaml
services:
  quotes:
    ports: ["8001:8001"]
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8001/health"]
      interval: 30s
```

```typescript
interface Health {
  status: 'OK' | 'WARN' | 'ERROR' | 'PLANNED';
}
```
"""


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if words in line)


def test_health_check_that_no_route_answers_is_found_with_both_places() -> None:
    assert unanswered_paths(REPORT) == [
        UnansweredPath(
            path="/health",
            port=8001,
            line=line_of(REPORT, "8001/health"),
            is_health_check=True,
            routes=("/", "/api/quotes/{number}"),
            route_lines=(line_of(REPORT, "@app.get"), line_of(REPORT, "@app.post")),
        )
    ]


def test_status_words_that_a_list_lacks_are_found_with_their_lines() -> None:
    assert odd_status_words(REPORT) == [
        OddStatusWords(
            used=(("Error", line_of(REPORT, "'Error'")),),
            listed=("OK", "WARN", "ERROR", "PLANNED"),
            listed_at=line_of(REPORT, "'PLANNED'"),
        )
    ]


def code(lines: str, *, ask: str = "curl http://localhost:5000/health") -> str:
    return f"```\n{lines}\n```\n\nThen: `{ask}`\n"


FLASK = '@app.route("/up")\ndef up(): ...\napp.run(port=5000)'
DJANGO = "urlpatterns = [\n    path('up/', views.up),\n]\n# manage.py runserver 0.0.0.0:5000"
EXPRESS = "app.get('/up', (req, res) => res.send('ok'));\napp.listen(5000);"
FASTAPI = 'app = FastAPI()\n@app.get("/up")\ndef up(): ...\nuvicorn.run(app, port=5000)'


@pytest.mark.parametrize("server", [FLASK, DJANGO, EXPRESS, FASTAPI])
def test_each_frameworks_routes_are_read(server: str) -> None:
    assert [(one.path, one.port) for one in unanswered_paths(code(server))] == [("/health", 5000)]
    assert unanswered_paths(code(server, ask="curl http://localhost:5000/up")) == []
    assert unanswered_paths(code(server, ask="curl http://localhost:5000/up/?deep=1")) == []


@pytest.mark.parametrize(
    "ask",
    [
        "http://localhost:5000/health",
        "curl http://localhost:5001/health",
        "curl http://localhost/health",
        "curl https://example.test/health",
    ],
    ids=["only-named", "another-port", "no-port", "elsewhere"],
)
def test_what_asks_something_else_or_nothing_is_no_contradiction(ask: str) -> None:
    assert unanswered_paths(code(FLASK, ask=ask)) == []


@pytest.mark.parametrize(
    "more",
    [
        "app.include_router(health.router)",
        "app.register_blueprint(health)",
        "app.use('/health', health)",
        "app.mount('/static', files)",
        "    path('health/', include('health.urls')),",
        "# ... more routes",
        "// …",
    ],
)
def test_code_that_may_have_other_routes_contradicts_nothing(more: str) -> None:
    assert unanswered_paths(code(f"{FLASK}\n{more}")) == []


def test_code_whose_port_nobody_knows_contradicts_nothing() -> None:
    nowhere = '@app.get("/up")\ndef up(): ...'

    assert unanswered_paths(code(nowhere)) == []
    two = f"```\n{nowhere}\n```\n```\nnpm start --port 3000\n```\n{code(FLASK)}"
    assert unanswered_paths(two) == []


def test_the_only_port_that_is_started_is_the_codes_own() -> None:
    text = '```\n@app.get("/up")\n```\n```\nuvicorn main:app --port 5000\n```\n' + code("")

    assert [one.path for one in unanswered_paths(text)] == ["/health"]


def test_parameters_and_what_fastapi_brings_itself_are_answered() -> None:
    items = FASTAPI.replace("/up", "/items/{item_id}")

    assert unanswered_paths(code(items, ask="curl http://localhost:5000/items/3")) == []
    assert unanswered_paths(code(items, ask="curl http://localhost:5000/docs")) == []
    found = unanswered_paths(code(items, ask="curl http://localhost:5000/items/"))
    assert [one.path for one in found] == ["/items/"]


def test_a_probe_of_kubernetes_asks_on_lines_of_its_own() -> None:
    probe = "livenessProbe:\n  httpGet:\n    path: /healthz\n    port: 5000"
    text = f"```\n{FLASK}\n```\n```yaml\n{probe}\n```\n"

    assert [(one.path, one.line, one.is_health_check) for one in unanswered_paths(text)] == [
        ("/healthz", line_of(text, "/healthz"), True)
    ]


def test_a_list_about_something_else_contradicts_nothing() -> None:
    text = "```\nstatus: 'draft' | 'published'\nreply = {'status': 'OK'}\n```\n"

    assert odd_status_words(text) == []


def test_fences_are_read_as_markdown_reads_them() -> None:
    text = f"~~~~\n```\n{FLASK}\n~~~~\n- step:\n\n  ```\n  curl http://localhost:5000/health\n"

    assert [one.path for one in unanswered_paths(text)] == ["/health"]


SHARED = Path(os.environ.get("KNOWNFIX_SHARED", Path(__file__).resolve().parents[4] / "shared"))


@pytest.mark.shared
def test_the_report_asks_for_health_and_its_servers_define_none() -> None:
    text = (SHARED / "sources" / "ai-api-connection-report.md").read_text(encoding="utf-8")

    [found] = unanswered_paths(text)
    [words] = odd_status_words(text)

    assert (found.path, found.port, found.routes) == ("/health", 8001, ("/", "/api/py/voice"))
    assert words.used == (("Error", 35), ("In Development", 240))
    assert words.listed == ("OK", "WARN", "ERROR", "DEVELOPING")
