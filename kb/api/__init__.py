"""The knowledge base for programs and terminals: match, investigations, guides, causes."""
