"""Very many incidents, to measure pages with."""
