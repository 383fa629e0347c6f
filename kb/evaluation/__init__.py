"""Measures matching on judged texts, beside other search engines. Nothing here runs in a server."""
