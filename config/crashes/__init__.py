"""Breaks a site of its own on purpose and counts what got lost. Nothing here runs in a server."""
