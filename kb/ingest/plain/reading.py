"""A plain document to what it may become. Reading it costs time in proportion to its length."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.ingest.complaints import BadGuide, Complaint, gettext_noop
from kb.ingest.plain.afterwards import actions, lessons, results
from kb.ingest.plain.attempts import attempts
from kb.ingest.plain.causes import causes
from kb.ingest.plain.checks import checks
from kb.ingest.plain.facts import facts
from kb.ingest.plain.guessing import guess_kind, guess_language
from kb.ingest.plain.lines import Line, lines_of, title_of, with_masks
from kb.ingest.plain.proposals import GUIDE, REPORT, SORTS, Proposal, Reason, Secret
from kb.ingest.plain.references import references
from kb.ingest.plain.remedies import remedies
from kb.ingest.plain.secrets import secrets_of
from kb.ingest.plain.symptoms import symptoms
from kb.ingest.reading import not_a_guide

# More than a person decides on in one page; the rest stays in the body.
MAX_PROPOSALS = 400
MAX_TITLE = 200
MAX_FRONT, MAX_FRONT_LINES = 4_000, 20

_GUIDE_FILE = gettext_noop(
    "this is a guide's own file, with front matter: import it in the administration or with "
    "manage.py import_guides"
)

_Finder = Callable[[Sequence[Line]], Iterable[Proposal]]
_OF_REPORT: tuple[_Finder, ...] = (facts, attempts, results, lessons, actions)
_FINDERS: Mapping[str, tuple[_Finder, ...]] = {
    GUIDE: (symptoms, checks, causes, remedies, references),
    REPORT: (symptoms, checks, causes, references, *_OF_REPORT),
}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document as it is read. `body` is the text, byte for byte.

    `lines` and what the proposals quote have masks in place of `secrets`. `is_cut` says that
    there was more to propose than a person can go through.
    """

    body: str
    kind: str
    guessed_kind: str
    reasons: tuple[Reason, ...]
    language: str
    title: str
    summary: str
    lines: tuple[Line, ...]
    proposals: tuple[Proposal, ...]
    secrets: tuple[Secret, ...]
    is_cut: bool = False

    @property
    def coverage(self) -> Mapping[int, tuple[str, ...]]:
        """The proposals that each line fed, by line number."""
        fed: dict[int, list[str]] = defaultdict(list)
        for proposal in self.proposals:
            for number in (*proposal.lines, *proposal.also):
                fed[number].append(proposal.id)
        return {number: tuple(ids) for number, ids in sorted(fed.items())}


def read(text: str, *, kind: str = "") -> Document:
    """What the document may become; `kind` overrules the guess.

    Raises BadGuide for what is no text (too large, empty, with control characters), and for a
    guide's own file.
    """
    if problem := not_a_guide(text) or _has_front_matter(text):
        raise BadGuide([problem])
    secrets = secrets_of(text)
    lines = with_masks(lines_of(text), {one.line: one.masked for one in secrets})
    title = _title(lines)
    told = [proposal for find in _OF_REPORT for proposal in find(lines)]
    guessed, reasons = guess_kind(title, lines, told)
    found = _in_order(_find(lines, kind or guessed))
    return Document(
        body=text,
        kind=kind or guessed,
        guessed_kind=guessed,
        reasons=reasons,
        language=guess_language(lines),
        title=title[:MAX_TITLE],
        summary=_summary(lines),
        lines=tuple(lines),
        proposals=tuple(_named(found[:MAX_PROPOSALS])),
        secrets=tuple(secrets),
        is_cut=len(found) > MAX_PROPOSALS,
    )


def _has_front_matter(text: str) -> Complaint | None:
    """A guide's own file says itself what it holds: there is nothing to propose."""
    first, *others = text[:MAX_FRONT].split("\n")[:MAX_FRONT_LINES]
    names_itself = any(line.startswith(("slug:", "translates:")) for line in others)
    if first.strip() == "---" and names_itself:
        return Complaint(line=1, field="", template=_GUIDE_FILE)
    return None


def _find(lines: Sequence[Line], kind: str) -> Iterator[Proposal]:
    for find in _FINDERS[kind]:
        yield from find(lines)


def _in_order(found: Iterable[Proposal]) -> list[Proposal]:
    """By sort, then by line; what is said twice on one line is one proposal."""
    order = list(SORTS.values())
    once: dict[tuple[object, ...], Proposal] = {}
    for one in found:
        once.setdefault((one.sort, one.line, one.title, _command(one)), one)
    return sorted(once.values(), key=lambda one: (order.index(one.sort), one.line))


def _command(proposal: Proposal) -> str:
    return str(getattr(proposal.becomes, "command", ""))


def _named(found: Iterable[Proposal]) -> Iterator[Proposal]:
    """`check-22`; the second check of a line is `check-22-2`."""
    count: Counter[str] = Counter()
    for proposal in found:
        name = f"{proposal.sort}-{proposal.line}"
        count[name] += 1
        yield replace(proposal, id=name if count[name] == 1 else f"{name}-{count[name]}")


def _title(lines: Sequence[Line]) -> str:
    """The first heading; without any, the first line that says something."""
    heading = next((line for line in lines if line.is_heading and line.words.strip("# ")), None)
    if heading is not None:
        return title_of(heading.section.title)
    return next((line.words for line in lines if line.text.strip() and line.words), "")


def _summary(lines: Sequence[Line]) -> str:
    """The first sentence of prose below the title that is no list and no table."""
    for line in lines[:60]:
        is_sentence = line.is_prose and not line.is_item and line.text[0] not in " \t|->!"
        if is_sentence and line.section.number >= 0:
            return line.words[:500]
    return ""
