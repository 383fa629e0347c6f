"""Every page that has an address, in both languages, themes and widths, as an administrator."""

from collections.abc import Iterator, Mapping

import pytest

from tests.browser.crawling import crawl
from tests.browser.furnishing import furnished
from tests.browser.product import Product, running
from tests.browser.visiting import LOOKS, Visitor, bytes_of_first_view, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Addresses without a page: they take what a page's form posts, or answer a script or a machine.
POSTED = {
    "action_done", "admin:kb_guide_picture", "admin:kb_guide_preview", "admin:kb_guide_try",
    "admin:logout", "admin:probes_batch_cancel", "admin:probes_location_revoke",
    "admin:probes_location_token", "admin:probes_probe_approve", "batch_cancel", "gap_draft",
    "gap_look_up", "guide_answer", "guide_checks", "guide_outcome", "guide_remark", "guide_stop",
    "guide_ticks", "guide_undo", "incident_action", "incident_add_to", "incident_attempt",
    "incident_close", "incident_merge", "incident_note", "incident_status", "incident_take",
    "incident_unmerge", "investigation_answer", "investigation_cancel", "investigation_checks",
    "investigation_outcome", "investigation_parameters", "language", "logout", "run_again",
    "schedule_pause", "schedule_run", "theme", "tour",
}  # fmt: skip
ANSWERED = {
    "admin:autocomplete", "admin:jsi18n", "admin:probes_probe_last", "admin:view_on_site", "agent_pyz", "batch_live", "docs",
    "guide_file", "guide_live", "incident_checks", "incident_postmortem_file", "incident_similar",
    "investigation_live", "live", "picture", "ready", "review_count", "run_output", "schema",
    "status_live",
}  # fmt: skip
# Rows that nobody makes or deletes by hand: their addresses exist and refuse everyone.
REFUSED = {
    f"admin:{model}_{deed}"
    for deed in ("add", "delete")
    for model in (
        "kb_attempt",
        "kb_guiderevision",
        "kb_investigation",
        "probes_batch",
        "probes_run",
    )
} | {"admin:kb_searchgap_add"}
# Looked at by tests of their own, because a signed-in administrator never meets them.
ELSEWHERE = {"admin:login", "admin:password_change_done", "login"}
# With everything a page brings along the first time: 60 kB, so that it is there on a bad line.
MOST_BYTES = 60_000
STARTS = ("/", "/admin/", "/problems/not_found")


def names_of(resolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            if not str(pattern.pattern).startswith("api/v1"):
                yield from names_of(pattern, inner)
        elif pattern.name:
            yield space + pattern.name


def page_names() -> list[str]:
    from django.urls import get_resolver

    every = set(names_of(get_resolver()))
    return sorted(every - POSTED - ANSWERED - REFUSED - ELSEWHERE)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, str]]:
    """The running product with rows of every kind, and a session of its administrator."""
    with running(tmp_path_factory.mktemp("furnished")) as product:
        yield product, furnished(product.var)


@pytest.fixture(scope="module")
def addresses(base) -> Mapping[str, list[str]]:
    product, session = base
    return crawl(product.url, f"sessionid={session}; django_language=ko", STARTS)


@pytest.fixture(scope="module")
def visitors(base, chromium) -> list[Visitor]:
    product, session = base
    return [visitor(chromium, product.url, session, look) for look in LOOKS]


@pytest.mark.parametrize("name", page_names())
def test_page_is_accessible_still_and_fits(name: str, addresses, visitors) -> None:
    assert name in addresses, "no link leads to this page; is it one?"

    wrong = [
        f"{path} {'/'.join(map(str, look))}: {problem}"
        for look, one in zip(LOOKS, visitors, strict=True)
        for path in addresses[name]
        for problem in one.look_at(path)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name in page_names() if "admin:" not in name])
def test_first_view_is_light(name: str, base, addresses, chromium) -> None:
    product, session = base
    sizes = {
        path: bytes_of_first_view(chromium, product.url, session, path) for path in addresses[name]
    }

    assert {path: size for path, size in sizes.items() if size > MOST_BYTES} == {}


def test_every_address_that_is_left_out_exists() -> None:
    from django.urls import get_resolver

    every = set(names_of(get_resolver()))
    assert sorted((POSTED | ANSWERED | REFUSED | ELSEWHERE) - every) == []
