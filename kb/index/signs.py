"""Which authored phrases and patterns of the whole base stand in a text."""

from collections.abc import Iterator

from kb.index import tables
from kb.matching import Analysis
from kb.matching.phrases import find_pattern, find_phrase, specificity
from kb.matching.scoring import worth_of_symptom


def signs_in(analysis: Analysis) -> dict[int, int]:
    """What each sign that the text shows adds to a guide's score, by its term's number.

    A phrase is looked at when its anchor stands in the text, a pattern always; what else it needs
    is then looked for letter by letter (about a microsecond each), and only what has that too is
    tried as an expression. However many guides share a phrase, it is tried once.
    """
    found = {}
    for term, sign, is_pattern in _likely(analysis):
        spans = (find_pattern if is_pattern else find_phrase)(sign, analysis.text)
        if spans:
            seen = analysis.text[slice(*spans[0])] if is_pattern else sign
            found[term] = worth_of_symptom(specificity(seen))
    return found


def _likely(analysis: Analysis) -> Iterator[tuple[int, str, bool]]:
    folded = analysis.text.casefold()
    sql = "SELECT term, needs, text, is_pattern FROM kb_sign WHERE anchor IN %s"
    for term, needs, sign, is_pattern in tables.fetch(sql, sorted(analysis.anchors)):
        if all(piece in folded for piece in needs.split("\n")):
            yield term, sign, is_pattern
