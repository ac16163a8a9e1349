"""How is a number written in words?

One that opens a sentence is spelled below one hundred, inside a sentence below ten.
"""

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def counted(number: int) -> str:
    """Return a number as it stands inside a sentence: nine, 10."""
    return _ONES[number] if 0 <= number < 10 else f"{number:,}"


def opening(number: int) -> str:
    """Return a number as it opens a sentence: Fifteen, Ninety-nine, 100."""
    return spelled(number).capitalize()


def spelled(number: int) -> str:
    """Return a number in words below one hundred: ninety-nine, 100."""
    if not 0 <= number < 100:
        return f"{number:,}"
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
