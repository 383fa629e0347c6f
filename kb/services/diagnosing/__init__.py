"""From a pasted text to its causes: weigh, look, rank, verify, learn."""
