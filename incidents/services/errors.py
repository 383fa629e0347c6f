"""What cannot be done with an incident, and why."""


class IllegalMove(ValueError):
    """An incident cannot take this status now; the message says why."""


class CannotClose(ValueError):
    """What was given does not say what fixed it; the message says what is missing."""
