"""Which texts can be kept as typed?"""

import unicodedata

UNPRINTABLE = "This text contains characters that cannot be kept. Please type it again."
ONE_LINE = "This is one line: take the line break out."
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\n\r\t\v\f\x85\u2028\u2029")


def has_control_characters(text: str) -> bool:
    """Say whether a text holds NUL, control or direction-changing characters (line breaks and tabs are fine)."""
    return any(
        (unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\r\t") or char in _DIRECTION for char in text
    )


def problem_with_text(text: str, limit: int, *, missing: str = "") -> str:
    """Say what is wrong with a text, "" when it may be kept; `missing` is said of an empty one."""
    if not text.strip():
        return missing
    if len(text.strip()) > limit:
        return f"This is {len(text.strip())} characters long; {limit} fit."
    return UNPRINTABLE if has_control_characters(text) else ""


def problem_with_line(text: str, limit: int, *, missing: str = "") -> str:
    """Say what is wrong with a text of one line, such as a name, as `problem_with_text` does."""
    return ONE_LINE if _LINE_BREAKS & set(text.strip()) else problem_with_text(text, limit, missing=missing)
