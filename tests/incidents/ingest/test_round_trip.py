"""Reading and writing an incident are inverse."""

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.ingest import (
    ActionItemDraft,
    AttemptDraft,
    ConclusionDraft,
    IncidentDraft,
    NoteDraft,
    StatusChangeDraft,
    drafts,
    dump,
    parse,
)

_UNSTORABLE = "".join(map(chr, [*range(9), *range(11, 32), *range(127, 160), 0xFFFE, 0xFFFF]))
_AWKWARD = ["no", "1e3", "12:30", "2025-06-17", "~", "- a", "# b", "'", "a: b", " x", "x "]


def texts(*, without: str = "") -> st.SearchStrategy[str]:
    """What a field can hold; never blank."""
    letters = st.characters(exclude_categories=["Cs"], exclude_characters=_UNSTORABLE + without)
    return st.text(letters, min_size=1, max_size=40).filter(str.strip) | st.sampled_from(_AWKWARD)


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | strategy


lines = texts(without="\n")
pasted = texts() | st.sampled_from(["a\n  b\n", "\n\nx", "  x\n y \n\n", "a\n---\nb", "x\n\n"])
slugs = st.from_regex(r"[-a-zA-Z0-9_]{1,12}", fullmatch=True)
causes = st.from_regex(r"[-a-z0-9]{1,9}/[-a-z0-9]{1,9}", fullmatch=True)
resolutions = st.from_regex(r"[-a-z]{1,9}/[-a-z]{1,9}/[-a-z]{1,9}", fullmatch=True)
ids = st.from_regex(r"inc_[0-9a-z]{12}", fullmatch=True)
moments = st.integers(0, 4 * 10**15).map(
    lambda microseconds: (
        datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        + datetime.timedelta(microseconds=microseconds)
    )
)
values = lines | st.integers(-(10**17), 10**17) | st.booleans()
changes = st.builds(
    StatusChangeDraft,
    was=st.sampled_from(drafts.STATUSES),
    became=st.sampled_from(drafts.STATUSES),
    at=moments,
    recorded_at=moments,
    by=maybe(lines),
)
attempts = st.builds(
    AttemptDraft,
    what=lines,
    outcome=st.sampled_from(drafts.OUTCOMES),
    at=moments,
    note=maybe(pasted),
    resolution=maybe(resolutions),
    addresses=st.frozensets(causes, max_size=2),
    by=maybe(lines),
)
notes = st.builds(
    NoteDraft, text=pasted, occurred_at=moments, recorded_at=moments, author=maybe(lines)
)
action_items = st.builds(
    ActionItemDraft,
    what=lines,
    recorded_at=moments,
    detail=maybe(pasted),
    horizon=maybe(st.sampled_from(drafts.HORIZONS)),
    owner=maybe(lines),
    due=st.none() | st.dates(),
    done_at=st.none() | moments,
    done_by=maybe(lines),
)
conclusions = st.builds(
    ConclusionDraft,
    at=moments,
    cause=causes,
    resolution=maybe(resolutions),
    confirmation=maybe(st.sampled_from(drafts.CONFIRMATIONS)),
    by=maybe(lines),
)
bodies = texts().map(
    lambda text: "".join(c for c in text if c >= " " or c in "\t\n")
) | st.sampled_from(["\r\n# x\r\n", "\n---\n\n---\n", "---\n", "\n\n  ", "", "\r"])
incidents = st.builds(
    IncidentDraft,
    incident=ids,
    title=lines,
    started_at=moments,
    recorded_at=moments,
    language=maybe(st.sampled_from(["ko", "en"])),
    status=st.sampled_from(drafts.STATUSES[:-1]),
    severity=st.sampled_from(drafts.SEVERITIES),
    environment=maybe(lines),
    services=st.frozensets(slugs, max_size=2),
    guides=st.frozensets(slugs, max_size=2),
    reporter=maybe(lines),
    assignee=maybe(lines),
    resolved_at=st.none() | moments,
    closed_at=st.none() | moments,
    resolution_kind=maybe(st.sampled_from(drafts.RESOLUTION_KINDS)),
    known_error=maybe(causes),
    from_guide=maybe(slugs),
    symptom=maybe(pasted),
    typed=st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), values, max_size=2),
    status_changes=st.lists(changes, max_size=2).map(tuple),
    attempts=st.lists(attempts, max_size=2).map(tuple),
    notes=st.lists(notes, max_size=2).map(tuple),
    action_items=st.lists(action_items, max_size=2).map(tuple),
    conclusion=st.none() | conclusions,
    body=bodies,
)


@settings(max_examples=60, deadline=None)
@given(incidents)
def test_what_was_written_reads_the_same(draft: IncidentDraft) -> None:
    text = dump(draft)

    assert parse(text) == draft
    assert dump(parse(text)) == text


@settings(max_examples=25, deadline=None)
@given(incidents, bodies)
def test_the_report_is_kept_to_the_byte(draft: IncidentDraft, body: str) -> None:
    front = dump(draft).removesuffix(draft.body)

    assert parse(front + body).body == body
