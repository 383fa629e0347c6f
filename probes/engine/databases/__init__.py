"""Asking a database one question that changes nothing."""
