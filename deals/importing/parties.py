"""Who is meant: enterprises, partners, sectors and officers by code, by name and by any other name they are known by."""

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
            "officer": {str(each.pk): each for each in User.objects.filter(is_active=True, is_staff=True)},
        }
        self.index: dict[str, dict[str, list[Any]]] = {kind: defaultdict(list) for kind in self.records}
        for kind, records in self.records.items():
            for record in records.values():
                self.add(kind, record)

    def add(self, kind: str, record: Any) -> None:
        """Know the record by all its names."""
        for name in dict.fromkeys(names.bare(each) for each in names_of(record) if each):
            if record not in self.index[kind][name]:
                self.index[kind][name].append(record)

    def find(self, kind: str, text: str) -> list[Any]:
        """Those who may be meant; several where a name is that of several."""
        return self.index[kind].get(names.bare(text), [])

    def closest(self, kind: str, text: str) -> list[Any]:
        """Those whose names are most like the text, at most three; only of those that are stored."""
        known = {name: each for name, each in self.index[kind].items() if each[0].pk}
        found = [record for name in names.closest(names.bare(text), known) for record in known[name]]
        return list(dict.fromkeys(found))[:3]


def names_of(record: Any) -> list[str]:
    """All that the record is called."""
    if isinstance(record, Enterprise):
        return [record.code, record.name_vi, record.name_en, *record.aliases]
    if isinstance(record, Partner):
        return [record.name, *record.aliases]
    if isinstance(record, Sector):
        return [record.code, record.name_vi, record.name_en]
    return [record.username, str(record), f"{record.first_name} {record.last_name}"]
