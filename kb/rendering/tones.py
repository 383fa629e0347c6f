"""How grave a quote is, by the bold words it begins with: `> **Do not.** …`"""

_TONES = {
    "bad": ("하지 마", "하지 말", "금지", "위험", "do not", "don't", "never", "danger"),
    "warn": (
        "주의",
        "경고",
        "조심",
        "알려진 오류",
        "caution",
        "warning",
        "mind",
        "careful",
        "known error",
    ),
    "info": ("먼저", "참고", "팁", "read first", "first", "note", "tip"),
}


def tone_of(words: str) -> str:
    """`bad`, `warn`, `info`, or empty for every other quote."""
    said = words.strip().casefold()
    return next((tone for tone, begins in _TONES.items() if said.startswith(begins)), "")
