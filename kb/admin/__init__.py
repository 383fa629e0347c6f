"""The knowledge base in the admin: guides and their parts, imports, and what was learned."""

from kb.admin import causes, guides, history, services

__all__ = ["causes", "guides", "history", "services"]
