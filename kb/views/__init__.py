"""Pages of the knowledge base, by subject."""
