"""Guides as files, as rows and as articles: read, checked, saved, compared."""
