"""Tables of a document: each row with the header it stands under."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.ingest.plain.lines import Line

_SYMPTOM = re.compile(r"증상|오류|에러|메시지|현상|symptom|error|message", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Row:
    header: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def is_symptom(self) -> bool:
        """Whether the table says what each message means."""
        return _SYMPTOM.search(self.header[0]) is not None


def rows_of(lines: Sequence[Line]) -> Mapping[int, Row]:
    """The rows below a header and its dashes, by line number."""
    rows: dict[int, Row] = {}
    header: tuple[str, ...] = ()
    for before, line in pairwise(lines):
        if not _is_row(line):
            header = ()
        elif _is_dashes(line):
            header = _cells(before) if _is_row(before) else ()
        elif header:
            rows[line.number] = Row(header=header, cells=_cells(line))
    return rows


def _is_row(line: Line) -> bool:
    return line.is_prose and "|" in line.text and line.text.strip().startswith("|")


def _is_dashes(line: Line) -> bool:
    return "-" in line.text and not line.text.strip().strip("|-: \t").replace("|", "").strip("-: ")


def _cells(line: Line) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.text.strip().strip("|").split("|")[:20])
