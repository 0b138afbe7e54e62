"""Searching without diacritics: `dien luc` finds Điện lực."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals import names

STORED = "search_text"


def words_of(values: Any) -> str:
    """Every text in the values, lists of names included, folded."""
    texts: list[str] = []
    for value in values:
        texts += value if isinstance(value, list) else [value or ""]
    return names.fold(" ".join(texts))


class FoldedSearch:
    """Finds the rows in which every word stands, whatever its marks and case.

    The stored search text of deals is searched in the database; the other fields of `search_fields` are folded here,
    row by row, which suits lists of some ten thousand rows. One query more than no search at all.
    """

    search_fields: ClassVar[Any] = ()
    search_help_text: ClassVar[Any] = _("Words in any order; diacritics do not matter.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        queryset = self.in_use(request, queryset)
        words = names.fold(search_term).split()
        if not words:
            return queryset, False
        found = Q()
        for field in self.search_fields:
            if field.endswith(STORED):
                found |= Q(*((f"{field}__contains", word) for word in words))
        if own := [field for field in self.search_fields if not field.endswith(STORED)]:
            rows = queryset.order_by().values_list("pk", *own).iterator(chunk_size=2000)
            pks = [pk for pk, *texts in rows if all(word in words_of(texts) for word in words)]
            found |= Q(pk__in=pks)
        return queryset.filter(found), False

    def in_use(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What may be chosen: nothing archived is offered where a record is picked for another one."""
        match = request.resolver_match
        choosing = match is not None and match.url_name == "autocomplete"
        return queryset.active() if choosing and hasattr(queryset, "active") else queryset
