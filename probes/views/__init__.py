"""Pages of probes, of what runs and ran, and of schedules."""
