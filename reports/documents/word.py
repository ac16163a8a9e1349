"""How is a document written that can be worked on in Word: real headings, lists, tables whose heads repeat?

US Letter, in American English. It names no person in its properties, and says on every sheet what it is.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WIDTH = 6.9  # inches between the margins
MARGIN = 0.8
_INCH = 914_400  # in the units of the format
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPE, _DARK, _SHADE = "Calibri", "1B1B1B", "E6E6E6"
_SIZES = {
    **{"Normal": 10, "Title": 18, "Subtitle": 10, "Body Text": 13},
    **{"Heading 1": 14, "Heading 2": 12, "Header": 8, "Footer": 8},
}
_PARTS_LEFT_OUT = ("/thumbnail", "/customXml")  # of the library's own template


class Word:
    """One document, written from its top to its end."""

    def __init__(self, *, title: str, mark: str, notice: str, made_at: datetime) -> None:
        """Begin a document: `mark` and `notice` stand at the head of each sheet, its title at the foot."""
        import docx  # noqa: PLC0415 - a heavy library, loaded where a document is asked for

        self._paper: Any = docx.Document()
        self._set_up(title, mark, made_at)
        self._frame(title, f"{mark} · {notice}")

    def title(self, text: str) -> None:
        """Write the title."""
        self._paper.add_paragraph(_clean(text), style="Title")

    def heading(self, text: str, level: int = 1) -> None:
        """Write a heading: 1 of a section, 2 of a part of it."""
        self._paper.add_heading(_clean(text), level)

    def lead(self, text: str) -> None:
        """Write the one sentence that says it all."""
        self.paragraph(text, "Body Text")

    def paragraph(self, text: str, style: str = "Normal", *, bold: str = "") -> None:
        """Write one paragraph; `bold` is what it opens with."""
        self._fill(self._paper.add_paragraph(style=style), text, bold)

    def paragraphs(self, text: str) -> None:
        """Write a longer text, a paragraph for each of its lines."""
        for line in filter(None, map(str.strip, text.splitlines())):
            self.paragraph(line)

    def item(self, text: str, *, bold: str = "") -> None:
        """Write one item of a list."""
        self.paragraph(text, "List Bullet", bold=bold)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> None:
        """Write a table whose head repeats on each sheet; the first cell of a row names it. `widths` are shares.

        What follows must be no table: Word would join the two.
        """
        lines = list(rows)
        table = self._paper.add_table(rows=len(lines) + 1, cols=len(heads), style="Table Grid")
        table.autofit = False
        emus = [int(WIDTH * _INCH * width / sum(widths)) for width in widths]
        for column, width in zip(table.columns, emus, strict=True):
            column.width = width
        head, *others = table.rows
        self._property(head, "tblHeader")
        for cell in self._line(head, heads, emus, bold=len(heads)):
            cell._tc.get_or_add_tcPr().append(self._xml(f'<w:shd {_SPACE} w:val="clear" w:fill="{_SHADE}"/>'))
        for row, line in zip(others, lines, strict=True):
            self._line(row, line, emus, bold=1)

    def content(self) -> bytes:
        """Return the file."""
        file = BytesIO()
        self._paper.save(file)
        return file.getvalue()

    # --- How it is set up -------------------------------------------------------------------------------------------

    def _set_up(self, title: str, mark: str, made_at: datetime) -> None:
        told = self._paper.core_properties
        told.title, told.subject, told.language = title, mark, "en-US"
        told.author = told.last_modified_by = told.comments = told.keywords = ""
        told.created = told.modified = made_at.astimezone(UTC).replace(tzinfo=None)
        for part in (self._paper.part, self._paper.part.package):
            for key in [key for key, each in part.rels.items() if each.reltype.endswith(_PARTS_LEFT_OUT)]:
                del part.rels[key]
        for name, points in _SIZES.items():
            self._style(name, points)
        section = self._paper.sections[0]
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = int(MARGIN * _INCH)

    def _style(self, name: str, points: int) -> None:
        from docx.shared import Pt, RGBColor  # noqa: PLC0415 - as above

        style = self._paper.styles[name]
        properties = style.element.get_or_add_rPr()
        for fonts in properties.findall(_named("rFonts")):  # Those of the template's theme go before any name.
            properties.remove(fonts)
        style.font.name, style.font.size, style.font.color.rgb = _TYPE, Pt(points), RGBColor.from_string(_DARK)
        is_heading = name.startswith("Heading")
        style.paragraph_format.space_before = Pt(12 if is_heading else 3)
        style.paragraph_format.space_after = Pt(4)
        style.paragraph_format.line_spacing = 1.05

    def _frame(self, title: str, notice: str) -> None:
        section = self._paper.sections[0]
        section.header.paragraphs[0].text = _clean(notice)
        foot = section.footer.paragraphs[0]
        foot.text = f"{_clean(title)} · page "
        for field, after in (("PAGE", " of "), ("NUMPAGES", "")):
            foot._p.append(self._xml(f'<w:fldSimple {_SPACE} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
            if after:
                foot.add_run(after)

    # --- How it is written ------------------------------------------------------------------------------------------

    def _line(self, row: Any, texts: Sequence[str], widths: Sequence[int], *, bold: int) -> list[Any]:
        """Fill one row of a table and keep it on one sheet; as many cells as `bold` says are bold."""
        self._property(row, "cantSplit")
        cells = list(row.cells)
        for place, (cell, text, width) in enumerate(zip(cells, texts, widths, strict=True)):
            cell.width = width
            [paragraph] = cell.paragraphs
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = 0
            self._fill(paragraph, *(("", text) if place < bold else (text, "")))
        return cells

    def _fill(self, paragraph: Any, text: str, bold: str) -> None:
        if bold:
            paragraph.add_run(_clean(bold) + (" " if text else "")).bold = True
        if text:
            paragraph.add_run(_clean(text))

    def _property(self, row: Any, name: str) -> None:
        row._tr.get_or_add_trPr().append(self._xml(f"<w:{name} {_SPACE}/>"))

    def _xml(self, text: str) -> Any:
        from docx.oxml import parse_xml  # noqa: PLC0415 - as above

        return parse_xml(text)


def _named(name: str) -> str:
    return "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}" + name


def _clean(text: str) -> str:
    """Return a text without the characters that XML refuses."""
    return _NOT_XML.sub("", text)
