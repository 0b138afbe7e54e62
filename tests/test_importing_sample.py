"""All that the sample holds, out and back in."""

from io import BytesIO

import pytest

from deals.importing import looking, sheets, workbooks
from deals.models import Deal, Delivery, Enterprise, Instrument, Partner, Sector
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_register_comes_back_unchanged(sample_loaded, language):
    """All that the sample holds, as a workbook, proposes no change."""
    by = factories.person(f"round-{language}", role="stewards", is_staff=True)
    into = BytesIO()
    everything = {"sectors": Sector.objects.active(), "enterprises": Enterprise.objects.active(),
                  "partners": Partner.objects.active()}  # fmt: skip
    workbooks.write_register(into, Deal.objects.active(), language=language, lists=everything)
    found = looking.read(sheets.read(into.getvalue(), "xlsx"), {}, by=by)
    assert found.is_ready, (found.findings["problems"], found.findings["questions"])
    counts = found.findings["counts"]
    assert (counts["new"], counts["changed"], counts["left_out"]) == (0, 0, 0)
    assert counts["same"] == sum(
        kind.objects.count() for kind in (Sector, Enterprise, Partner, Deal, Instrument, Delivery)
    )
