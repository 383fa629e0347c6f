"""What is wrong with a file is said at once, each with its line."""

import pytest

from kb.ingest import BadGuide, GuideDraft, decode, parse

HEAD = "---\nslug: a\nlanguage: ko\ntitle: t\n"


def complaints(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadGuide) as caught:
        parse(text)
    return [(c.line, c.field, c.message) for c in caught.value.complaints]


def complaint(front: str) -> tuple[int, str, str]:
    (only,) = complaints(f"{HEAD}{front}\n---\n")
    return only


def test_everything_wrong_is_said_at_once_in_the_order_of_lines() -> None:
    text = """---
slug: a b
language: ko
colour: red
title: [x]
symptoms:
  s: {phrases: [x], suggests: {nobody: strong}}
causes:
  c:
    weight: -1
    evidence: [{when: {look: refused}, says: perhaps}]
---
"""

    found = complaints(text)

    assert found == [
        (2, "slug", "must be 1 to 50 letters, digits, hyphens or underscores"),
        (4, "colour", found[1][2]),
        (5, "title", "must be text; put it in quotes"),
        (7, "symptoms.s.suggests", "this guide has no cause nobody"),
        (10, "causes.c.weight", "must be a number above 0"),
        (
            11,
            "causes.c.evidence[0].says",
            "perhaps is not one of: rules-out, strongly-against, against, for, strongly-for",
        ),
        (11, "causes.c.evidence[0].when", "this guide has no check look"),
    ]
    assert found[1][2].startswith("is not known here; known: slug, language, title")


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("title: again", (5, "title", "is written twice")),
        ("404: x", (5, "404", "keys must be text; put this one in quotes")),
        ("? [a]\n: x", (5, "?", "keys must be text; put this one in quotes")),
        ("summary: 404", (5, "summary", "must be text; put it in quotes")),
        ("summary: no", (5, "summary", "must be text; put it in quotes")),
        ("summary:", (5, "summary", "is empty")),
        ('summary: "\\0"', (5, "summary", "holds a control character")),
        ("summary: &x y", (5, "", "anchors (&name) are not allowed: write the value out")),
        ("summary: !!str y", (5, "", "tags (tag:yaml.org,2002:str) are not allowed")),
        ("causes: [c]", (5, "causes", "must be `key: value` entries")),
        ("symptoms: {s: {}}", (5, "symptoms.s", "needs phrases or a pattern, else nothing can match it")),
        ("state: open", (5, "state", "open is not one of: draft, in_review, published, archived")),
        ("review_after: 2026-02-30", (5, "review_after", "must be a date such as 2026-12-31")),
        ("parameters: {p: {default: 1}}", (5, "parameters.p.type", "is missing")),
        ("parameters: {p-q: {type: port}}", (5, "parameters.p-q", "must be a name: letters, digits and underscores, at most 50")),
        ("parameters: {p: {type: port, required: yes}}", (5, "parameters.p.required", "must be true or false")),
        ("parameters: {p: {type: port, default: 010}}", (5, "parameters.p.default", "must be text, a number, true or false; put anything else in quotes")),
        ("checks: {c: {name: n}}", (5, "checks.c.probe", "is missing")),
        ('checks: {c: {probe: p, with: {a: "${b}"}}}', (5, "checks.c.with.a", "this guide has no parameter b")),
        ("causes: {c: {refines: c}}", (5, "causes.c.refines", "names itself")),
        ("causes:\n  c: {refines: d}\n  d: {refines: c}", (6, "causes.c.refines", "goes in a circle: c → d → c")),
        ("causes: {c: {evidence: [{when: {}, says: for}]}}", (5, "causes.c.evidence[0].when", "needs at least one check")),
        ("checks: {k: {probe: p}}\ncauses: {c: {evidence: [{when: {k: []}, says: for}]}}", (6, "causes.c.evidence[0].when.k", "needs a reason, a status or facts")),
        ("checks: {k: {probe: p}}\ncauses: {c: {evidence: [{when: {k: {status: UNKNOWN}}, says: for}]}}", (6, "causes.c.evidence[0].when.k.status", "UNKNOWN is not one of: OK, WARNING, CRITICAL")),
        ("causes: {c: {resolutions: {r: {risk: high}}}}", (5, "causes.c.resolutions.r.risk", "high is not one of: none, low, moderate, destructive")),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_with_its_line(front: str, expected: tuple[int, str, str]) -> None:
    assert complaint(front) == expected


def test_an_alias_bomb_is_refused_before_it_is_opened() -> None:
    bomb = "a: &a [x,x]\n" + "\n".join(f"b{n}: [*a, *a, *a]" for n in range(50))

    found = complaints(f"{HEAD}{bomb}\n---\n")

    assert len(found) == 151
    assert found[1] == (6, "", "aliases (*name) are not allowed: write the value out")


def test_a_deep_nest_is_refused() -> None:
    line, _, message = complaint("summary: " + "[" * 5000 + "]" * 5000)

    assert (line, message) == (5, "nested more than 12 levels deep")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, "", "the file is empty")),
        (" \n\n", (1, "", "the file is empty")),
        ("# only prose\n", (1, "", "the file must begin with front matter: a line `---`")),
        ("---\nslug: a\n", (1, "", "the front matter is not closed: a second line `---` is missing")),
        ("---\n- a\n---\n", (2, "", "front matter must be a list of `key: value` lines")),
        ("---\n---\n", (2, "", "front matter must be a list of `key: value` lines")),
        ("---\na: b\n\x00\x01", (3, "", "holds the control character U+0000: this is not a text file")),
        ("x" * 5_000_000, (0, "", "the file is larger than 1000000 bytes")),
        ("---\n" + "#" * 300_000 + "\n---\n", (1, "", "the front matter is longer than 200000 characters")),
    ],
    ids=["empty", "blank", "no front matter", "not closed", "a list", "nothing", "binary", "5 MB", "long front"],
)  # fmt: skip
def test_a_file_that_is_no_guide_is_refused(text: str, expected: tuple[int, str, str]) -> None:
    assert complaints(text) == [expected]


def test_broken_yaml_is_refused_with_the_line_of_the_break() -> None:
    line, _, message = complaint("summary: 'open\ncauses: {}")

    assert line >= 5
    assert message.startswith("not valid YAML: ")


def test_half_a_surrogate_pair_is_refused() -> None:
    assert complaint('summary: "\\ud800"')[0] == 5


def test_a_second_document_is_refused() -> None:
    assert complaints("---\nslug: a\n...\n\n--- \nslug: b\n---\n")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"---\nslug: a\ntitle: \xff\n", (3, "byte 19 is not UTF-8")),
        (b"x" * 5_000_000, (0, "the file is larger than 1000000 bytes")),
        ("한글".encode("cp949"), (1, "byte 0 is not UTF-8")),
    ],
    ids=["broken UTF-8", "5 MB", "another encoding"],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, expected: tuple[int, str]) -> None:
    with pytest.raises(BadGuide) as caught:
        decode(data)

    assert [(c.line, c.message) for c in caught.value.complaints] == [expected]


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    text = decode(b"\xef\xbb\xbf---\r\nslug: a\r\nlanguage: ko\r\ntitle: t\r\n---\r\n# x\r\n")

    assert parse(text) == GuideDraft(slug="a", language="ko", title="t", body="# x\r\n")


def test_a_translation_has_its_own_keys() -> None:
    found = complaints(
        "---\ntranslates: a\nlanguage: en\ntitle: t\ncauses: {}\nnames: {steps: {}}\n---\n"
    )

    assert [(line, field) for line, field, _ in found] == [(5, "causes"), (6, "names.steps")]


def test_missing_parts_get_the_documented_defaults() -> None:
    draft = parse(f"{HEAD}causes: {{not-running: {{resolutions: {{start: {{}}}}}}}}\n---\n")

    assert isinstance(draft, GuideDraft)
    (cause,) = draft.causes
    assert (draft.state, cause.title, cause.weight, cause.standing) == (
        "published",
        "not running",
        1.0,
        "suspected",
    )
    assert (cause.resolutions[0].kind, cause.resolutions[0].risk) == ("fix", "low")
