"""What does a person read on a page?"""

import re
from html import unescape

from django.http import HttpResponse


def words_of(answer: HttpResponse) -> str:
    """Return the text of a page's main part, without markup."""
    html = answer.content.decode()
    main = html.partition("<main")[2].partition("</main>")[0] or html
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main.partition(">")[2] or main))).strip()


def headline_of(answer: HttpResponse) -> str:
    """Return the page's one first heading."""
    [heading] = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.content.decode(), re.S)
    return unescape(re.sub(r"<[^>]+>", "", heading)).strip()


def headings_of(answer: HttpResponse, level: int = 2) -> list[str]:
    """Return the second headings of a page, or those of another level, in order; none of what stands below it."""
    page = answer.content.decode().partition("</main>")[0]  # the warning before a session ends comes after it
    found = re.findall(rf"<h{level}[^>]*>(.*?)</h{level}>", page, re.S)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", each))).strip() for each in found]
