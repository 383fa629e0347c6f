"""Reading and writing a guide are inverse."""

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.ingest import (
    CauseDraft,
    CheckDraft,
    EvidenceDraft,
    GuideDraft,
    ParameterDraft,
    ResolutionDraft,
    SymptomDraft,
    TranslationDraft,
    drafts,
    dump,
    parse,
)

_UNSTORABLE = "".join(map(chr, [*range(9), *range(11, 32), *range(127, 160), 0xFFFE, 0xFFFF]))


def lines(most: int = 60) -> st.SearchStrategy[str]:
    letters = st.characters(exclude_categories=["Cs"], exclude_characters=_UNSTORABLE + "\n")
    awkward = st.sampled_from(["no", "1e3", "0x10", "12:30", "~", "- a", "# b", "'", '"', "a: b"])
    return (st.text(letters, min_size=1, max_size=most).filter(str.strip)) | awkward


def bodies() -> st.SearchStrategy[str]:
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff")
    kept = st.text(letters, max_size=80).map(
        lambda text: "".join(c for c in text if (c >= " " and c != "\x7f") or c in "\t\n\r\f")
    )
    return kept | st.sampled_from(["\r\n# x\r\n", "\n---\n\n---\n", "---\n", "\n\n  ", "", "\r"])


slugs = st.from_regex(r"[-a-zA-Z0-9_]{1,12}", fullmatch=True)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True)
provenances = st.sampled_from(drafts.PROVENANCES)
plain_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=_UNSTORABLE), max_size=20
).filter(lambda text: "${" not in text)
scalars = (
    plain_texts
    | st.integers(-(10**17), 10**17)
    | st.booleans()
    | st.floats(-1e15, 1e15, allow_nan=False)
)
plains = scalars | st.lists(scalars, max_size=3) | st.dictionaries(names, scalars, max_size=3)
conditions = st.fixed_dictionaries(
    {"reason": st.lists(lines(20), min_size=1, max_size=3)},
    optional={
        "status": st.lists(st.sampled_from(drafts.STATUSES), min_size=1, max_size=3),
        "facts": st.dictionaries(names, plains, min_size=1, max_size=2),
    },
)
parameters = st.builds(
    ParameterDraft,
    type=st.sampled_from(drafts.PARAMETER_TYPES),
    default=st.none() | plains,
    read_from=st.just("") | lines(10),
    required=st.booleans(),
    label=st.just("") | lines(),
)


@st.composite
def guides(draw: st.DrawFn) -> GuideDraft:
    causes = draw(st.lists(slugs, unique=True, max_size=3))
    checks = draw(st.lists(slugs, unique=True, max_size=3))
    symptoms = draw(st.lists(slugs, unique=True, max_size=3))

    def some(of: list[str], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
        return st.frozensets(st.sampled_from(of), min_size=least) if of else st.just(frozenset())

    def evidence() -> st.SearchStrategy[EvidenceDraft]:
        when = st.dictionaries(st.sampled_from(checks), conditions, min_size=1)
        says = st.sampled_from(drafts.SAYS)
        return st.builds(EvidenceDraft, when=when, says=says, provenance=provenances)

    def resolution(slug: str) -> st.SearchStrategy[ResolutionDraft]:
        return st.builds(
            ResolutionDraft,
            slug=st.just(slug),
            title=lines(),
            kind=st.sampled_from(drafts.RESOLUTION_KINDS),
            section=st.just("") | lines(),
            risk=st.sampled_from(drafts.RISKS),
            caution=st.just("") | lines(),
            rollback=st.just("") | lines(),
            verify=some(checks),
            provenance=provenances,
        )

    return GuideDraft(
        slug=draw(slugs),
        language=draw(st.sampled_from(["ko", "en"])),
        title=draw(lines()),
        summary=draw(st.just("") | lines().map(lambda line: f"{line}\n\n {line}\n")),
        state=draw(st.sampled_from(drafts.STATES)),
        services=draw(st.frozensets(slugs, max_size=2)),
        review_after=draw(st.none() | st.dates(min_value=datetime.date(1000, 1, 1))),
        parameters=draw(st.dictionaries(names, parameters, max_size=3)),
        symptoms=tuple(
            draw(
                st.builds(
                    SymptomDraft,
                    slug=st.just(slug),
                    phrases=st.lists(lines(), min_size=1, max_size=3).map(tuple),
                    pattern=st.just("") | lines(),
                    language=st.sampled_from(["", "ko", "en"]),
                    explained_by=some(symptoms[:place]),
                    suggests=some(causes).map(lambda found: dict.fromkeys(found, "strong")),
                    provenance=provenances,
                )
            )
            for place, slug in enumerate(symptoms)
        ),
        checks=tuple(
            draw(
                st.builds(
                    CheckDraft,
                    slug=st.just(slug),
                    name=lines(),
                    probe=slugs,
                    values=st.dictionaries(names, plains, max_size=3),
                    role=st.sampled_from(drafts.ROLES),
                    section=st.just("") | lines(),
                    baseline=st.just("") | lines(20),
                    provenance=provenances,
                )
            )
            for slug in checks
        ),
        causes=tuple(
            CauseDraft(
                slug=slug,
                title=draw(lines()),
                section=draw(st.just("") | lines()),
                standing=draw(st.sampled_from(drafts.STANDINGS)),
                weight=draw(st.floats(0.001, 1000)),
                refines=draw(st.sampled_from(["", *causes[:place]])),
                provenance=draw(provenances),
                evidence=tuple(draw(st.lists(evidence(), max_size=2))) if checks else (),
                resolutions=tuple(
                    draw(resolution(name))
                    for name in draw(st.lists(slugs, unique=True, max_size=2))
                ),
            )
            for place, slug in enumerate(causes)
        ),
        body=draw(bodies()),
    )


translations = st.builds(
    TranslationDraft,
    translates=slugs,
    language=st.sampled_from(["ko", "en"]),
    title=lines(),
    summary=st.just("") | lines(),
    names=st.dictionaries(
        st.sampled_from(list(drafts.NAMED_PARTS)),
        st.dictionaries(slugs, lines(), min_size=1, max_size=2),
        max_size=4,
    ),
    body=bodies(),
)


@settings(deadline=None, max_examples=60)
@given(guides())
def test_a_written_guide_reads_as_the_same_guide(draft: GuideDraft) -> None:
    assert parse(dump(draft)) == draft


@settings(deadline=None, max_examples=40)
@given(translations)
def test_a_written_translation_reads_as_the_same_translation(draft: TranslationDraft) -> None:
    assert parse(dump(draft)) == draft


@settings(deadline=None, max_examples=60)
@given(bodies())
def test_the_body_is_kept_byte_for_byte(body: str) -> None:
    text = f"---\nslug: a\nlanguage: ko\ntitle: b\n---\n{body}"

    assert dump(parse(text)).encode() == text.encode()
