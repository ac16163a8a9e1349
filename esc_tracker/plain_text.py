"""Which texts can be kept as typed?"""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

UNPRINTABLE = "This text contains characters that cannot be kept. Please type it again."
NO_ADDRESS = "Write an address such as dana.reyes@agency.gov."
ONE_LINE = "This is one line: take the line break out."
# Control characters but tab and line breaks, halves of characters, and what turns the direction of a text.
_UNKEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_BREAKS = frozenset("\n\r\t\v\f\x85\u2028\u2029")


def has_control_characters(text: str) -> bool:
    """Say whether a text holds NUL, control or direction-changing characters (line breaks and tabs are fine)."""
    return _UNKEPT.search(text) is not None


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


def problem_with_address(text: str) -> str:
    """Say why a text is no address for mail, "" when it is one; an encoded word could hide a line break in it."""
    try:
        validate_email(text)
    except ValidationError:
        return NO_ADDRESS
    return NO_ADDRESS if "=?" in text else ""
