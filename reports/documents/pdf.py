"""How does one edition of a report become a tagged PDF that anyone can read, print and file?

Drawn from the frozen figures alone, and nothing from elsewhere: fonts are built in, and whatever is not is refused.
Needs Debian's Pango, which a machine may lack: it is asked for only when a PDF is.
"""

import base64
import re
import threading
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string

from esc_tracker.reader import coac_reader, esc_reader
from reports.account import account_of
from reports.charts import charts_of
from reports.onepage import MARKS, address_of, one_page_of

DRAWN_ANEW_WITH = 1  # raised whenever the look of a PDF changes, so that none is given from the cache as it was
SIZES = (9.5, 8.75, 8, 7.4, 6.8, 6.2)  # points; the first that makes one sheet of one page
KEPT_SECONDS = 7 * 24 * 60 * 60
MISSING = (
    "PDF is not available on this server: the Pango library is missing. "
    "Whoever runs the server can add it with scripts/install documents."
)
_DRAWINGS = settings.BASE_DIR / "templates" / "documents"
_STATIC = settings.BASE_DIR / "static"
_TYPE = _STATIC / "vendor" / "uswds" / "fonts"
_FONTS = (  # family, weight, style, file
    ("Source Sans Pro", 400, "normal", "source-sans-pro/sourcesanspro-regular-webfont.woff2"),
    ("Source Sans Pro", 400, "italic", "source-sans-pro/sourcesanspro-italic-webfont.woff2"),
    ("Source Sans Pro", 700, "normal", "source-sans-pro/sourcesanspro-bold-webfont.woff2"),
    ("Mono", 400, "normal", "roboto-mono/roboto-mono-v5-latin-regular.woff2"),
)
_one_at_a_time = threading.Lock()  # drawing takes a processor and some 100 MB


class NoPdf(Exception):
    """This machine cannot draw a PDF; the message says why to a person."""

    def __init__(self) -> None:
        super().__init__(MISSING)


class Form(StrEnum):
    """The whole report, or its one page."""

    REPORT = "report"
    ONE_PAGE = "one_page"


def pdf_of(figures: Mapping[str, Any], form: Form, *, is_published: bool = True) -> bytes:
    """Return one edition as PDF/UA-1: tagged, in English, with a title and with alternative text for each picture.

    The same figures in the same form are drawn once and kept in the cache. Raises NoPdf without Pango. No query of its
    own; the cache of a small machine lies in the database.
    """
    name = f"pdf-{DRAWN_ANEW_WITH}-{form}-{'frozen' if is_published else 'draft'}-{figures['digest']}"
    kept: bytes | None = cache.get(name)
    if kept is None:
        kept = draw(written(figures, form, is_published=is_published), one_sheet=form == Form.ONE_PAGE)
        cache.set(name, kept, KEPT_SECONDS)
    return kept


def written(figures: Mapping[str, Any], form: Form, *, is_published: bool) -> str:
    """Return the document as HTML, before it is laid out on sheets."""
    edition = figures["edition"]
    moment = datetime.fromisoformat(figures["as_of"])
    page = one_page_of(figures)
    context: dict[str, Any] = {
        "page": page,
        "mark": MARKS[edition] if is_published else "INTERNAL DRAFT",
        "address": address_of(figures, "reports:report" if form == Form.REPORT else "reports:one_page"),
    }
    if form == Form.REPORT:
        reader = coac_reader(moment) if page.is_coac else esc_reader(moment)
        context["account"] = account_of(dict(figures), reader)
        context["charts"] = {chart.key: chart for chart in charts_of(figures)}
        context["json"] = address_of(figures, "reports:report_json")
    return render_to_string(f"documents/{form}.html", context)


def draw(html: str, *, one_sheet: bool = False) -> bytes:
    """Lay a document out on sheets of US Letter, or on one in a type that it fits in. Raises NoPdf without Pango."""
    with _one_at_a_time:
        try:
            with redirect_stdout(StringIO()):  # It prints advice for developers when a library is missing.
                import weasyprint  # noqa: PLC0415  # Loads Pango, which only a machine that makes PDF needs.
                from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  # As above.
                from weasyprint.urls import URLFetcher  # noqa: PLC0415  # As above.
        except OSError as missing:
            raise NoPdf from missing
        here, fonts = URLFetcher(allowed_protocols=["data"]), FontConfiguration()
        style = weasyprint.CSS(string=_style(), url_fetcher=here, font_config=fonts)
        document = weasyprint.HTML(string=_styled_pictures(html), base_url=f"{settings.BASE_URL}/", url_fetcher=here)
        for size in SIZES:
            smaller = weasyprint.CSS(string=f"html {{ font-size: {size}pt }}")
            sheets = document.render(stylesheets=[style, smaller], font_config=fonts, pdf_variant="pdf/ua-1")
            if not one_sheet or len(sheets.pages) == 1:
                break
        drawn: bytes = sheets.write_pdf(pdf_variant="pdf/ua-1")
        return drawn


def _styled_pictures(html: str) -> str:
    """Give each picture its own style sheet, because that of the page does not reach into it: colors and type.

    A letter's outline is drawn over the letter here, not below it as in a browser, so letters go without.
    """
    style = f"{_fills()} svg {{ font-family: Source Sans Pro }} text {{ stroke: none }}"
    return re.sub(r"<svg\b[^>]*>", lambda found: f"{found[0]}<style>{style}</style>", html)


@lru_cache(maxsize=1)
def _style() -> str:
    fonts = "".join(
        f"@font-face {{ font-family: '{family}'; font-weight: {weight}; font-style: {style};"
        f" src: url(data:font/woff2;base64,{_read(_TYPE / file)}) format('woff2'); }}\n"
        for family, weight, style, file in _FONTS
    )
    return fonts + (_DRAWINGS / "print.css").read_text()


@lru_cache(maxsize=1)
def _fills() -> str:
    """Return the colors of the marks, as the pages have them."""
    return "".join(re.findall(r"^\.esc-fill--.*$", (_STATIC / "css" / "site.css").read_text(), re.MULTILINE))


def _read(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
