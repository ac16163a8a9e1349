"""What do the tests of this floor's pages stand on?"""

import pytest

from tests.milestones.pages.reading import tell_a_month


@pytest.fixture
def month(plan, cbp, ice, usps, plcy) -> None:
    """The first days of September 2020, as `tell_a_month` tells them."""
    tell_a_month(cbp=cbp, ice=ice, usps=usps, plcy=plcy)
