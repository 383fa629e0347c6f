"""Running other programs: an argument list, limits, and the whole group killed at the end."""
