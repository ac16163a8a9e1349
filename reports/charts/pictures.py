"""How does a chart become a picture that a mail can carry?

Programs that read mail show no SVG: they get a PNG of it, drawn in the type of the pages.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache as kept
from django.template.loader import render_to_string

from reports.charts import Chart, charts_of
from reports.mail import Picture

FACES = ("sourcesanspro-regular-webfont", "sourcesanspro-bold-webfont")
KEPT_SECONDS = 24 * 60 * 60  # one report goes to many people
SHARP = 2  # pixels for each unit of the drawing, for screens that show two where others show one

log = structlog.get_logger(__name__)


def picture_of(figures: Mapping[str, Any]) -> Picture | None:
    """Return the chart of the agencies of an edition for its mail; None where there is none or it cannot be drawn.

    Drawn once for all who get the mail. A mail without its picture says the same and is better than none.
    """
    try:
        return _drawn_once(figures)
    except Exception as problem:  # Whatever the drawing program or the cache did not like, the mail goes.
        log.warning("picture_of failed", error=type(problem).__name__)
        return None


def _drawn_once(figures: Mapping[str, Any]) -> Picture | None:
    name = f"picture-{figures['digest']}"
    if (found := kept.get(name)) is not None:
        return Picture(*found)
    chart = next((each for each in charts_of(figures) if each.key == "agencies"), None)
    if chart is None:
        return None
    picture = Picture(png_of(chart), f"{chart.title}. {chart.reading}")
    kept.set(name, (picture.png, picture.words), KEPT_SECONDS)
    return picture


def svg_of(chart: Chart) -> str:
    """Draw a chart as an SVG that stands alone."""
    return render_to_string("charts/picture.html", {"chart": chart, "picture": chart.wide, "size": "wide"}).strip()


def png_of(chart: Chart) -> bytes:
    """Draw a chart as a PNG on white, twice as many pixels as its width and height say."""
    import resvg_py  # noqa: PLC0415 native, and only mail with pictures needs it

    with TemporaryDirectory() as folder:  # The drawing program reads type from files only.
        for face in FACES:
            (Path(folder) / f"{face}.ttf").write_bytes(type_of(face))
        drawn = resvg_py.svg_to_bytes(
            svg_string=svg_of(chart), background="#ffffff", zoom=SHARP, font_dirs=[folder], skip_system_fonts=True
        )
    return bytes(drawn)


@cache
def type_of(face: str) -> bytes:
    """Unpack one face of the type of our pages."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 it comes with what draws documents, and is needed here alone

    packed = settings.BASE_DIR / "static" / "vendor" / "uswds" / "fonts" / "source-sans-pro" / f"{face}.woff2"
    font = TTFont(packed)
    font.flavor = None
    unpacked = BytesIO()
    font.save(unpacked)
    return unpacked.getvalue()
