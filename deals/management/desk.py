"""An officer at work on the served product: logs an update, signs a contract that takes over from a memorandum."""

import re
from time import perf_counter
from uuid import uuid4

from deals.management.serving import ServingError, Site


def log_update(site: Site, code: str) -> float:
    """Seconds to save a routine update."""
    path = f"/deals/{code}/log/update/"
    typed = _opened(site, path) | {"condition": "on_track", "sentence": "Hai bên đã họp", "next_step": "Gửi dự thảo"}
    return _sent(site, path, typed)


def sign(site: Site, code: str) -> float:
    """Seconds to save a contract with what it takes over: facts, history and postings. The steps before it, in which
    nothing is written but a draft, are not counted."""
    path = f"/deals/{code}/sign/contract/"
    first = {"amount_0": "1", "amount_1": "million", "evidence": "enterprise_statement"}
    _sent(site, path, _opened(site, path) | first)
    _sent(site, f"{path}discharge/", _opened(site, f"{path}discharge/"))
    return _sent(site, f"{path}check/", _opened(site, f"{path}check/"))


def _opened(site: Site, path: str) -> dict[str, str]:
    """What the form is filled with when it is opened."""
    status, body = site.ask(path)
    if status != 200:
        raise ServingError(f"{path} answered {status}.")
    main = body.decode().partition('class="entry-fields"')[2]
    typed = {}
    for found in re.finditer(r"<input ([^>]*)>", main):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))
        is_choice = attributes.get("type") in ("radio", "checkbox")
        if "name" in attributes and (not is_choice or re.search(r"\bchecked\b", found[1])):
            typed[attributes["name"]] = attributes.get("value", "")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        typed[name] = chosen[1] if chosen else ""
    return {"token": str(uuid4()), **typed}


def _sent(site: Site, path: str, typed: dict[str, str]) -> float:
    begun = perf_counter()
    status, body = site.ask(path, typed)
    seconds = perf_counter() - begun
    if status != 302:
        said = re.findall(r'class="errorlist"[^>]*>(.*?)</ul>', body.decode(), re.DOTALL)
        raise ServingError(f"{path} refused the form ({status}): {said}")
    return seconds
