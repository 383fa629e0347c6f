"""Connecting, HTTP, TLS and names: every address through the guard, every byte under a cap."""
