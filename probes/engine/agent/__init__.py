"""The engine on another host: asks a base for work, runs it under this host's own limits."""

VERSION = "0.1.0"
