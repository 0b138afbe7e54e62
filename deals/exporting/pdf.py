"""PDF files, made from our own pages: tagged, with our own fonts, and nothing fetched but our own static files."""

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

SCHEME = "static:"


class NotInstalledError(RuntimeError):
    """The libraries that lay out text (Pango) are not on this machine."""


@cache
def _weasyprint() -> Any:
    """Loaded when it is first used: it needs libraries of the system, which the rest of the product does without."""
    try:
        import weasyprint
    except OSError as error:
        raise NotInstalledError(str(error)) from error
    return weasyprint


def static_file(address: str) -> Path:
    """The static file of ours that the address names. ValueError for any other address."""
    name = address.removeprefix(SCHEME)
    found = finders.find(name) if address.startswith(SCHEME) and ".." not in name else None
    if not isinstance(found, str):
        raise ValueError(f"Not a static file of ours: {address}")
    return Path(found)


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):
        """Hands out static files of ours. Anything else is left out of the page."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            return URLFetcherResponse(url, static_file(url).read_bytes())

    return Fetcher()


def document(html: str, *, style: str) -> Any:
    """The pages of the HTML, laid out with the style sheet (the name of a static file). NotInstalledError where Pango
    is missing."""
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    css = weasyprint.CSS(url=f"{SCHEME}{style}", url_fetcher=_fetcher(), font_config=fonts)
    page = weasyprint.HTML(string=html, base_url=SCHEME, url_fetcher=_fetcher())
    return page.render(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1")


def whole_page(
    content: SafeString, *, title: str, language: str, author: str, sides: list[tuple[str, str, str]]
) -> str:
    """The HTML of a file around its content; of each of `sides` (a language, a head, a foot) the last two stand on
    every page."""
    context = {"content": content, "title": title, "language": language, "author": author, "sides": sides}
    return render_to_string("deals/briefings/paper.html", context)
