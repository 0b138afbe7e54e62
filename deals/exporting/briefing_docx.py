"""A briefing as a Word file that staff can edit: real headings, tables and fields, no pictures of text."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from itertools import zip_longest
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from deals.charts import value_bar
from deals.positions import Bands
from deals.reports.briefings import Briefing

from .briefing_words import said
from .said import Cell, Column, Part, Said, Table

FONT = "Times New Roman"  # as papers of ministries are written; every Word has it
INSTEAD = "Liberation Serif"  # of the same widths, where it is not installed
LANGUAGES = {"vi": "vi-VN", "en": "en-US"}
ACCENT, QUIET = RGBColor(0x0D, 0x4F, 0x52), RGBColor(0x4B, 0x59, 0x65)
WIDTH, DOUBLE_WIDTH, MARGIN = 210, 297, 14  # millimetres
ROWS, DOUBLE_ROWS = 10, 5  # how many rows a list may have
DOUBLE_SCALE = 0.84  # of the letters, where two languages share a page
NARROW = 16  # per cent of the bar: what is narrower has no room for its name
BOLD = re.compile(r"<b>(.*?)</b>")
# The cells of the value bar: fill and letters, told apart in grey too.
FILLS = {"delivered": ("0D4F52", "FFFFFF"), "contracted": ("2A8C86", "FFFFFF"), "memorandum": ("D9BF8A", "17212B"),
         "negotiating": ("EDEBE6", "17212B")}  # fmt: skip


def briefing(report: Briefing, languages: Sequence[str], *, code: str) -> bytes:
    """The briefing in the languages (two of them side by side) with its check code, as a .docx file."""
    most = DOUBLE_ROWS if len(languages) > 1 else ROWS
    sides = [said(report, language=language, code=code, most=most) for language in languages]
    file = BytesIO()
    _Writer(sides, report.bands, report.target).document().save(file)
    return file.getvalue()


class _Writer:
    """Writes the same words in each language: paragraphs and tables in as many columns as there are languages."""

    def __init__(self, sides: list[Said], bands: Bands, target: Decimal | None) -> None:
        self.sides, self.bands, self.target = sides, bands, target or Decimal(0)
        self.is_double = len(sides) > 1
        self.scale = DOUBLE_SCALE if self.is_double else 1.0
        self.file: Any = Document()
        self.width = (DOUBLE_WIDTH if self.is_double else WIDTH) - 2 * MARGIN

    def document(self) -> Any:
        first = self.sides[0]
        self.file.core_properties.title = " / ".join(f"{side.kind}: {side.title}" for side in self.sides)
        self.file.core_properties.author = first.ministry
        self.file.core_properties.language = LANGUAGES[first.language]
        self.styles()
        self.page()
        self.line([f"{side.ministry.upper()}  ·  {side.classification}" for side in self.sides], style="Subtitle")
        self.heading([f"{side.kind}: {side.title}" for side in self.sides], level=0)
        self.line(
            ["  ·  ".join(f"{name}: {value}" for name, value in side.facts) for side in self.sides], style="Caption"
        )
        self.line([side.headline for side in self.sides], style="Intense Quote")
        if first.notices:
            self.line([" ".join(side.notices) for side in self.sides], style="List Bullet")
        self.bar()
        for parts in zip(*(side.parts for side in self.sides), strict=True):
            self.part(parts)
        return self.file

    # The page

    def styles(self) -> None:
        look = {"Normal": (9, None, False), "Title": (19, ACCENT, True), "Heading 1": (11, ACCENT, True),
                "Subtitle": (9, ACCENT, True), "Caption": (7.5, QUIET, False), "Intense Quote": (11.5, None, False),
                "List Bullet": (9, None, False), "Header": (8, QUIET, False), "Footer": (8, QUIET, False)}  # fmt: skip
        for name, (size, colour, bold) in look.items():
            style = self.file.styles[name]
            style.font.size, style.font.bold, style.font.italic = Pt(size * self.scale), bold, False
            style.font.color.rgb = colour or RGBColor(0x17, 0x21, 0x2B)
            _set_font(style)
            style.paragraph_format.space_after = Pt(2)
            style.paragraph_format.space_before = Pt((3 if self.is_double else 7) if name == "Heading 1" else 0)
            style.paragraph_format.left_indent = style.paragraph_format.right_indent = None
        for name in ("Title", "Intense Quote"):  # without the lines that the template draws around them
            found = self.file.styles[name].element.pPr.find(qn("w:pBdr"))
            if found is not None:
                self.file.styles[name].element.pPr.remove(found)

    def page(self) -> None:
        section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        if self.is_double:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin = section.right_margin = Mm(MARGIN)
        section.top_margin = section.bottom_margin = Mm(13 if self.is_double else 16)
        section.header_distance = section.footer_distance = Mm(8)
        head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for number, side in enumerate(self.sides):
            self.run(head, (" · " if number else "") + side.classification, side.language)
            self.run(foot, ("  |  " if number else "") + side.foot, side.language)
        head.add_run("  ·  ")
        _field(head, "PAGE")
        head.add_run("/")
        _field(head, "NUMPAGES")
        _alternative(self.file)

    # What stands on it

    def part(self, parts: Sequence[Part]) -> None:
        if parts[0].heading:
            self.heading([part.heading for part in parts], level=1)
        for sentences in zip(*(part.sentences for part in parts), strict=True):
            self.line(list(sentences), style="Normal" if parts[0].table else "Caption")
        tables = [part.table for part in parts if part.table]
        if tables:
            self.table(tables)
        if parts[0].note:
            self.line([part.note for part in parts], style="Caption")

    def heading(self, texts: list[str], *, level: int) -> None:
        """One heading, so that the outline of the file has it once."""
        paragraph = self.file.add_heading(level=level)
        paragraph.paragraph_format.keep_with_next = True
        for number, text in enumerate(texts):
            self.run(paragraph, ("  |  " if number else "") + text, self.sides[number].language)

    def line(self, texts: list[str], *, style: str = "Normal") -> None:
        """A paragraph; in several languages a row of a table without lines."""
        if not self.is_double:
            paragraph = self.file.add_paragraph(style=style)
            paragraph.paragraph_format.keep_with_next = style == "Normal"  # what follows is the table that it explains
            self.fill(paragraph, texts[0], 0)
            return
        row = self.file.add_table(1, len(texts)).rows[0]
        for number, text in enumerate(texts):
            self.fill(row.cells[number].paragraphs[0], text, number, style=style)

    def fill(self, paragraph: Any, text: str, side: int, *, style: str = "") -> None:
        """The sentence, with what is bold in it."""
        if style:
            paragraph.style = self.file.styles[style]
        for place, piece in enumerate(BOLD.split(text)):
            if piece:
                self.run(paragraph, piece, self.sides[side].language, bold=place % 2 == 1)

    def run(self, paragraph: Any, text: str, language: str, *, bold: bool = False, colour: str = "") -> Any:
        found = paragraph.add_run(text)
        found.bold = True if bold else None
        if colour:
            found.font.color.rgb = RGBColor.from_string(colour)
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), LANGUAGES[language])
        found._element.get_or_add_rPr().append(mark)
        return found

    def bar(self) -> None:
        """The value bar as a row of cells, as wide as what stands in them, with an empty one up to the target."""
        scale = max(self.bands.four, self.target)
        parts = value_bar.segments(self.bands, scale=scale, least=value_bar.WHOLE / 12)
        if not parts:
            return
        if self.target:
            self.mark(self.along(self.target / scale * 100))
        to_go = value_bar.WHOLE - sum(part.width for part in parts)
        has_gap = self.along(to_go) >= 1
        table = self.file.add_table(1, len(parts) + has_gap)
        table.autofit = False
        if has_gap:
            table.columns[-1].width = table.rows[0].cells[-1].width = Mm(self.along(to_go))
            _outline(table.rows[0].cells[-1])
        for column, cell, part in zip(table.columns, table.rows[0].cells, parts, strict=False):
            fill, letters = FILLS[part.band]
            column.width = cell.width = Mm(self.along(part.width))
            _shade(cell, fill)
            form = cell.paragraphs[0].paragraph_format
            form.space_before = form.space_after = Pt(3)
            for number, side in enumerate(self.sides):
                amount = self.amount(side, part.band)
                words = (" / " if number else "") + (amount if part.width > NARROW else amount.rpartition(" ")[2])
                self.run(cell.paragraphs[0], words, side.language, colour=letters).font.size = Pt(8)
        self.file.add_paragraph().paragraph_format.line_spacing = Pt(4)

    def mark(self, reach: float) -> None:
        """The target, named above the bar, with a tip so many millimetres along it."""
        paragraph = self.file.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(reach), WD_TAB_ALIGNMENT.RIGHT)
        for number, side in enumerate(self.sides):
            self.run(paragraph, (" / " if number else "\t") + side.target, side.language)
        paragraph.add_run(" ▼")

    def along(self, share: Decimal) -> float:
        """Millimetres for so many hundredths of the bar."""
        return float(share) / 100 * self.width

    def amount(self, side: Said, band: str) -> str:
        """What the table of bands says of the band, with its name."""
        table = side.parts[0].table
        cells = table.body[0] if table else []
        return next(f"{column.label}: {cell.text}" for column, cell in cells if column.band == band)

    def table(self, tables: Sequence[Table]) -> None:
        """The tables of the languages as one, column beside column; its head is repeated on each page."""
        columns = [(side, column) for side, table in enumerate(tables) for column in table.columns]
        rows = list(zip_longest(*(table.rows for table in tables), fillvalue=[]))
        made = self.file.add_table(1, len(columns))
        _lines(made)
        made.autofit = False
        widths = self.widths(columns)
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Mm(width)
        self.row(made.rows[0], [Cell(column.label) for _side, column in columns], columns, widths, bold=True, size=7)
        _repeat(made.rows[0])
        last = len(rows) - tables[0].sums
        for number, cells in enumerate(rows):
            together = [cell for part in cells for cell in part]
            together += [Cell("")] * (len(columns) - len(together))
            self.row(made.add_row(), together, columns, widths, bold=number >= last)

    def row(
        self,
        row: Any,
        cells: list[Cell],
        columns: list[tuple[int, Column]],
        widths: list[float],
        *,
        bold: bool,
        size: float = 8,
    ) -> None:
        for place, (cell, (side, column)) in enumerate(zip(cells, columns, strict=True)):
            found = row.cells[place]
            found.width = Mm(widths[place])
            paragraph = found.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = size < 8
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if column.kind == "number" else None
            language = self.sides[side].language
            self.run(paragraph, cell.text, language, bold=bold).font.size = Pt(size * self.scale)
            if cell.small:
                paragraph.add_run().add_break()
                self.run(paragraph, cell.small, language, colour=str(QUIET)).font.size = Pt(7 * self.scale)
        _whole(row)

    def widths(self, columns: list[tuple[int, Column]]) -> list[float]:
        """In millimetres: what is wide takes what the others leave."""
        least = {"number": 21.0, "day": 22.0, "text": 32.0, "wide": 0.0}
        if self.is_double:
            least = {"number": 17.0, "day": 20.0, "text": 24.0, "wide": 0.0}
        fixed = sum(least[column.kind] for _side, column in columns)
        wide = [column for _side, column in columns if column.kind == "wide"]
        spare = self.width - fixed
        share = spare / len(wide) if wide else 0.0
        grow = 1.0 if wide else self.width / fixed
        return [share if column.kind == "wide" else least[column.kind] * grow for _side, column in columns]


# What python-docx has no words for


def _set_font(style: Any) -> None:
    style.font.name = FONT
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)


def _alternative(file: Any) -> None:
    """Name the font that stands in where ours is not installed."""
    for part in file.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            table = (
                f'<w:font w:name="{FONT}"><w:altName w:val="{INSTEAD}"/><w:family w:val="roman"/></w:font></w:fonts>'
            )
            part._blob = part.blob.replace(b"</w:fonts>", table.encode())


def _field(paragraph: Any, name: str) -> None:
    for kind in ("begin", name, "end"):
        run = paragraph.add_run()
        if kind == name:
            found = OxmlElement("w:instrText")
            found.set(qn("xml:space"), "preserve")
            found.text = name
        else:
            found = OxmlElement("w:fldChar")
            found.set(qn("w:fldCharType"), kind)
        run._element.append(found)


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._element.get_or_add_tcPr().append(shade)


def _outline(cell: Any) -> None:
    """Only an outline, with the target at its end."""
    found = _borders("w:tcBorders", {"top": 4, "bottom": 4, "right": 18}, "17212B")
    cell._element.get_or_add_tcPr().append(found)


def _lines(table: Any) -> None:
    """A thin line below each row, and none besides."""
    table._element.tblPr.append(_borders("w:tblBorders", {"top": 4, "bottom": 4, "insideH": 4}, "CFD5D9"))


def _borders(of: str, eighths: Mapping[str, int], colour: str) -> Any:
    """Lines where they are named, each so many eighths of a point thick."""
    found = OxmlElement(of)
    for name, size in eighths.items():
        line = OxmlElement(f"w:{name}")
        for what, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{what}"), value)
        found.append(line)
    return found


def _repeat(row: Any) -> None:
    _say_of_row(row, "w:tblHeader")


def _whole(row: Any) -> None:
    """The row does not break over two pages."""
    _say_of_row(row, "w:cantSplit")


def _say_of_row(row: Any, what: str) -> None:
    row._element.get_or_add_trPr().append(OxmlElement(what))
