"""A visit to a page: what the browser complained about, and what a careful eye would."""

from collections.abc import Sequence
from dataclasses import dataclass

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Every language with every theme, and both with each width.
LOOKS = (
    ("ko", "light", 1360),
    ("en", "dark", 1360),
    ("ko", "dark", 390),
    ("en", "light", 390),
)
# Sums the shifts of the layout that no press or key caused, as Chromium measures them.
_WATCH = """
window.shifted = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted.push([one.value,
    one.sources.map((source) => source.node?.nodeName + "." + (source.node?.className ?? "")).join(" ")]);
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Visitor:
    """A browser window of one language, theme and width; remembers every complaint."""

    page: object
    url: str
    width: int
    complaints: list[str]

    def look_at(self, path: str) -> list[str]:
        """What is wrong with this page, as sentences."""
        self.complaints.clear()
        answer = self.page.goto(f"{self.url.rstrip('/')}{path}", wait_until="load")
        wrong = [] if answer.status == 200 else [f"answers {answer.status}"]
        wrong += self._shifts() + self._too_wide()
        # Before the inspection, whose own doing is no complaint about the page.
        return [*wrong, *self.complaints, *self._inaccessible()]

    def _shifts(self) -> list[str]:
        # Two frames later, what a script moved at the start is drawn.
        self.page.evaluate(
            "() => new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame(ok)))"
        )
        return [
            f"the layout shifts by {by:.4f}: {what}"
            for by, what in self.page.evaluate("window.shifted")
        ]

    def _too_wide(self) -> list[str]:
        width = self.page.evaluate("document.documentElement.scrollWidth")
        return [f"is {width} px wide"] if width > self.width else []

    def _inaccessible(self) -> list[str]:
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options={"runOnly": LEVELS}).response["violations"]
        return [_sentence(one) for one in found]


def _sentence(violation: dict) -> str:
    nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
    return f"axe {violation['id']} ({len(violation['nodes'])}): {nodes}"


def visitor(chromium, url: str, session: str, look: Sequence) -> Visitor:
    language, theme, width = look
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        has_touch=width < 600,
    )
    cookies = {"sessionid": session, "django_language": language}
    context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies.items()])
    context.add_init_script(_WATCH)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: _own(request.url, url) or complaints.append(f"asks {request.url}"),
    )
    return Visitor(page, url, width, complaints)


def _own(address: str, url: str) -> bool:
    return address.startswith((url.rstrip("/") + "/", "data:", "blob:"))


def bytes_of_first_view(chromium, url: str, session: str, path: str) -> int:
    """What travels when a browser that never was here opens this page: headers and bodies."""
    context = chromium.new_context(viewport={"width": 1360, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    page.goto(f"{url.rstrip('/')}{path}", wait_until="networkidle")
    context.close()
    return int(sum(sizes))
