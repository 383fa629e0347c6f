"""What editors and administrators see of probes, their runs and the places they look from."""

from probes.admin import locations, probes, runs, schedules

__all__ = ["locations", "probes", "runs", "schedules"]
