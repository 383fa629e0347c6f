"""Access in the admin: people, their roles, and the keys of programs."""

from config.admin import keys, people

__all__ = ["keys", "people"]
