"""What a document says against itself: a health check nobody answers, two lists of one word."""

from kb.ingest.contradictions.paths import UnansweredPath, unanswered_paths
from kb.ingest.contradictions.status_words import OddStatusWords, odd_status_words

__all__ = ["OddStatusWords", "UnansweredPath", "odd_status_words", "unanswered_paths"]
