"""A file's text to a draft: strict, and everything wrong with it at once."""

import re

from kb.ingest.complaints import BadGuide, Complaint, Report, gettext_noop
from kb.ingest.drafts import NAMED_PARTS, GuideDraft, TranslationDraft
from kb.ingest.fields import Field
from kb.ingest.guide_fields import read_guide
from kb.ingest.references import complain_of_references
from kb.ingest.strict_yaml import compose

MAX_BYTES = 1_000_000
MAX_FRONT_MATTER = 200_000

_FENCE = re.compile(r"---[ \t]*(?:\r\n|\n)")
_CLOSING = re.compile(r"^---[ \t]*(?:\r\n|\n|\Z)", re.MULTILINE)
# What PostgreSQL cannot hold, or what says that this is no text at all.
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")

_TOO_LARGE = gettext_noop("the file is larger than %(most)s bytes")
_NOT_UTF8 = gettext_noop("byte %(place)s is not UTF-8")
_BINARY = gettext_noop("holds the control character %(code)s: this is not a text file")
_EMPTY = gettext_noop("the file is empty")
_NO_FRONT = gettext_noop("the file must begin with front matter: a line `---`")
_NOT_CLOSED = gettext_noop("the front matter is not closed: a second line `---` is missing")
_FRONT_LARGE = gettext_noop("the front matter is longer than %(most)s characters")
_TRANSLATION_KEYS = ("translates", "language", "title", "summary", "names")


def decode(data: bytes, *, most: int = MAX_BYTES) -> str:
    """An uploaded file's text. Raises BadGuide where it is too large or not UTF-8."""
    if len(data) > most:
        raise BadGuide([_about_file(0, _TOO_LARGE, most=most)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise BadGuide([_about_file(line, _NOT_UTF8, place=exc.start)]) from exc


def parse(text: str, *, filename: str = "") -> GuideDraft | TranslationDraft:
    """A guide or a translation. Raises BadGuide with every complaint."""
    front, body, first_line = split(text)
    report = Report()
    root = compose(front, report, first_line=first_line)
    if root is None:
        raise BadGuide(report.complaints)
    top = Field(root, "", report, first_line, first_line)
    draft: GuideDraft | TranslationDraft
    if any(key.value == "translates" for key, _ in root.value):
        draft = _read_translation(top, body)
    else:
        draft = read_guide(top, body)
        complain_of_references(draft, report)
    if report.complaints:
        raise BadGuide(report.complaints, draft=draft)
    return draft


def split(
    text: str, *, most: int = MAX_BYTES, most_front: int = MAX_FRONT_MATTER
) -> tuple[str, str, int]:
    """Front matter, body (as it stands) and the front matter's first line in the file.

    Raises BadGuide where there is no front matter, or more than `most` characters.
    """
    text = text.removeprefix("\ufeff")
    if problem := not_a_guide(text, most):
        raise BadGuide([problem])
    opening = _FENCE.match(text)
    if opening is None:
        raise BadGuide([_about_file(1, _NO_FRONT)])
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise BadGuide([_about_file(1, _NOT_CLOSED)])
    front = text[opening.end() : closing.start()]
    if len(front) > most_front:
        raise BadGuide([_about_file(1, _FRONT_LARGE, most=most_front)])
    return front, text[closing.end() :], 2


def not_a_guide(text: str, most: int = MAX_BYTES) -> Complaint | None:
    """What is wrong with the text before anything in it is read: empty, too long, binary."""
    if not text.strip():
        return _about_file(1, _EMPTY)
    if len(text) > most:
        return _about_file(0, _TOO_LARGE, most=most)
    if found := _NOT_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return _about_file(line, _BINARY, code=f"U+{ord(found[0]):04X}")
    return None


def _about_file(line: int, template: str, **values: object) -> Complaint:
    return Complaint(line=line, field="", template=template, values=values)


def _read_translation(top: Field, body: str) -> TranslationDraft:
    fields = top.known(_TRANSLATION_KEYS, required=("translates", "language", "title"))
    return TranslationDraft(
        translates=fields["translates"].slug() if "translates" in fields else "",
        language=fields["language"].text(8) if "language" in fields else "",
        title=fields["title"].text(200) if "title" in fields else "",
        summary=fields["summary"].text(5000, lines=True) if "summary" in fields else "",
        names=read_names(fields["names"]) if "names" in fields else {},
        body=body,
        places=top.report.places,
    )


def read_names(field: Field) -> dict[str, dict[str, str]]:
    return {
        part: {slug: words.text(NAMED_PARTS[part]) for slug, words in names.entries().items()}
        for part, names in field.known(NAMED_PARTS).items()
    }
