"""Pictures on paper: the style of a page does not reach into them there, so they carry their colours and textures."""

import re
from itertools import count

from django.utils.safestring import SafeString

# The colours of the light page (static/css/tokens.css); `canvas` is the paper.
COLOURS = {
    "ink": "#17212b",
    "ink-2": "#4b5965",
    "line-2": "#e6e9eb",
    "canvas": "#ffffff",
    "delivered": "#0d4f52",
    "contracted": "#2a8c86",
    "memorandum": "#b0770f",
    "negotiating": "#857659",
}
# As in templates/components/_patterns.svg.
PATTERNS = {
    "memorandum": '<pattern id="memorandum" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#e7d6b7"/>'
    '<rect width="2.6" height="6" fill="#b0770f"/></pattern>',
    "negotiating": '<pattern id="negotiating" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#e7e4de"/><circle cx="3" cy="3" r="1.2" fill="#857659"/></pattern>',
}
PICTURE = re.compile(r"<svg .*?</svg>", re.DOTALL)


def printed(page: str, *, width: int, font: str) -> SafeString:
    """The page (HTML of ours, in which all that anybody typed is escaped) with its pictures as they are drawn on paper:
    those of the width of the page so many units wide, their words in the font."""
    numbers = count(1)
    return SafeString(PICTURE.sub(lambda found: _drawn(found[0], next(numbers), width, font), page))


def _drawn(picture: str, number: int, width: int, font: str) -> str:
    inked = re.sub(r"var\(--([a-z0-9-]+)\)", lambda found: COLOURS[found[1]], picture)
    sized = re.sub(r'^(<svg [^>]*)width="100%"', rf'\1width="{width}" font-family="{font}"', inked)
    patterns = "".join(pattern for name, pattern in PATTERNS.items() if f"url(#{name})" in sized)
    label = re.search(r'aria-label="([^"]*)"', sized)
    title = f"<title>{label[1]}</title>" if label else ""  # what is read aloud: in a PDF an attribute does not tell
    whole = sized.replace(">", f">{title}<defs>{patterns}</defs>", 1)
    return re.sub(r'(id="|url\(#)(memorandum|negotiating)', rf"\1\2-{number}", whole)  # each picture has its own
