"""Where does a name or a number lead, and does the day the reader looks at go along?"""

from urllib.parse import urlencode

from django.urls import reverse

from esc_tracker.reader import Reader


def link(place: str, *args: object, reader: Reader, **query: object) -> str:
    """Return the address of a page by its name; a list in the query repeats the name, the reader's day goes along."""
    asked = {name: value for name, value in query.items() if value not in (None, "", ())}
    if reader.as_of:
        asked["as_of"] = reader.as_of
    return reverse(place, args=args) + (f"?{urlencode(asked, doseq=True)}" if asked else "")
