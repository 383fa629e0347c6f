"""How dates and times are written where Django writes them: the same in every language."""
