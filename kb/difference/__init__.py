"""What changed between two texts, word by word. Pure: knows no Django and no database."""

from kb.difference.lines import Fold, Line, folded_lines
from kb.difference.words import Span, word_difference

__all__ = ["Fold", "Line", "Span", "folded_lines", "word_difference"]
