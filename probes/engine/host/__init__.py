"""This host's tables: who listens, which processes run, what the kernel killed."""
