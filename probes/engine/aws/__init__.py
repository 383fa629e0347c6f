"""Asking AWS what it describes, with a profile that the host lists."""
