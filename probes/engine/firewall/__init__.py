"""Reading this host's packet filter, and following one connection through its rules."""
