"""What editors and administrators see of probes, their runs and the places they look from."""

from probes.admin import locations, probes, runs

__all__ = ["locations", "probes", "runs"]
