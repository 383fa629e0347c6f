"""Small ASGI applications, written to a folder so that a real uvicorn can serve them."""

from pathlib import Path

_APP = """
ORIGIN = {origin!r}


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"application/json")]
    if ORIGIN:
        headers += [
            (b"access-control-allow-origin", ORIGIN.encode()),
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", b"*"),
        ]
    await send({{"type": "http.response.start", "status": 200, "headers": headers}})
    await send({{"type": "http.response.body", "body": b'{{"status": "OK"}}'}})
"""


def write_app(folder: Path, *, imports: str = "", origin: str = "", name: str = "main") -> None:
    """`NAME:app` answers 200 to everything; with `origin` it allows that origin."""
    first = f"import {imports}  # noqa\n" if imports else ""
    (folder / f"{name}.py").write_text(first + _APP.format(origin=origin))
