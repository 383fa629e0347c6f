"""What keeps guides right: health, review, contradictions, replay."""
