"""Who is meant: enterprises, partners, sectors and officers, by code and by any name they are known by."""

from collections import defaultdict
from typing import Any

from deals import names
from deals.models import Enterprise, Partner, Sector, User


class Known:
    """The lists as they are, read once for a file, with what the file itself adds to them."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {
            "enterprise": {str(each.pk): each for each in Enterprise.objects.active()},
            "partner": {str(each.pk): each for each in Partner.objects.active()},
            "sector": {str(each.pk): each for each in Sector.objects.active()},
            "officer": {str(each.pk): each for each in User.objects.in_charge()},
        }
        buyers = self.records["enterprise"]
        for each in buyers.values():
            # The very object that the file may rename.
            if (group := buyers.get(str(each.group_id))) is not None:
                each.group = group
        self.exact: dict[str, dict[str, list[Any]]] = {kind: defaultdict(list) for kind in self.records}
        self.index: dict[str, dict[str, list[Any]]] = {kind: defaultdict(list) for kind in self.records}
        self.found: dict[str, dict[str, list[Any]]] = {kind: {} for kind in self.records}
        self.words: dict[str, list[tuple[Any, set[str]]]] = {}  # of each name, once somebody is not found
        for kind, records in self.records.items():
            for record in records.values():
                self.add(kind, record)

    def add(self, kind: str, record: Any) -> None:
        """Know the record by all its names: as they are, and as they are compared."""
        for name in dict.fromkeys(names.fold(each) for each in own_names_of(record) if each):
            if record not in self.exact[kind][name]:
                self.exact[kind][name].append(record)
        for name in dict.fromkeys(names.bare(each) for each in names_of(record) if each):
            if record not in self.index[kind][name]:
                self.index[kind][name].append(record)
        self.found[kind].clear()

    def find(self, kind: str, text: str) -> list[Any]:
        """Those who may be meant; several where a name is that of several. Whose own name or code it is goes before who
        is called so as well, or but for the legal form."""
        if text not in self.found[kind]:
            exact = self.exact[kind].get(names.fold(text), [])
            self.found[kind][text] = exact if len(exact) == 1 else self.index[kind].get(names.bare(text), [])
        return self.found[kind][text]

    def closest(self, kind: str, text: str) -> list[Any]:
        """Those whose names are most like the text, at most three; only of those that are stored."""
        known = {name: each for name, each in self.index[kind].items() if each[0].pk}
        # Whose name has all the words of the text goes before whose letters are like it.
        said = set(names.words(text))
        if kind not in self.words:
            stored = [each for each in self.records[kind].values() if each.pk]
            self.words[kind] = [(each, set(names.words(name))) for each in stored for name in names_of(each)]
        found = [each for each, of_name in self.words[kind] if said and said <= of_name]
        found += [record for name in names.closest(names.bare(text), known) for record in known[name]]
        return list(dict.fromkeys(found))[:3]


def names_of(record: Any) -> list[str]:
    """All that the record is called."""
    return [*own_names_of(record), *getattr(record, "aliases", ())]


def own_names_of(record: Any) -> list[str]:
    """Its code and its names in full."""
    if isinstance(record, Enterprise | Sector):
        return [record.code, record.name_vi, record.name_en]
    if isinstance(record, Partner):
        return [record.name]
    return [record.username, str(record), f"{record.first_name} {record.last_name}"]
