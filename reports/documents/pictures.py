"""How does a chart become a picture that a mail can carry?

Programs that read mail show no SVG: they get a PNG of it, drawn in the type of the pages.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.template.loader import render_to_string

from reports.charts import Chart

FACES = ("sourcesanspro-regular-webfont", "sourcesanspro-bold-webfont")
SHARP = 2  # pixels for each unit of the drawing, for screens that show two where others show one


def svg_of(chart: Chart) -> str:
    """Draw a chart as an SVG that stands alone."""
    return render_to_string("charts/picture.html", {"chart": chart, "picture": chart.wide, "size": "wide"}).strip()


def png_of(chart: Chart) -> bytes:
    """Draw a chart as a PNG on white, twice as many pixels as its width and height say."""
    import resvg_py  # noqa: PLC0415 native, and only mail with pictures needs it

    with TemporaryDirectory() as folder:  # The drawing program reads type from files only.
        for face in FACES:
            (Path(folder) / f"{face}.ttf").write_bytes(_type_of(face))
        drawn = resvg_py.svg_to_bytes(
            svg_string=svg_of(chart), background="#ffffff", zoom=SHARP, font_dirs=[folder], skip_system_fonts=True
        )
    return bytes(drawn)


@cache
def _type_of(face: str) -> bytes:
    """Unpack one face of the type of our pages."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 it comes with what draws documents, and is needed here alone

    packed = settings.BASE_DIR / "static" / "vendor" / "uswds" / "fonts" / "source-sans-pro" / f"{face}.woff2"
    font = TTFont(packed)
    font.flavor = None
    unpacked = BytesIO()
    font.save(unpacked)
    return unpacked.getvalue()
