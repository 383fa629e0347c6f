"""Measures probes beside other programs, on servers of its own. Nothing here runs in a server."""
