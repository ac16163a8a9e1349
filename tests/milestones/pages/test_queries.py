"""How many queries does each reading page take, and never more than eight?"""

import pytest

from tests.milestones.pages.reading import text_of

pytestmark = pytest.mark.django_db

# Page: queries for a member, PLCY and COAC, sign-in, release and the header's number included.
PINNED = {
    "/milestones/": (7, 7, 7),
    "/milestones/?overdue=1&agency=CBP&sort=-target": (7, 7, 7),
    "/milestones/?q=curriculum+report&status=in_progress": (5, 5, 6),
    "/milestones/?as_of=2020-09-12": (8, 8, 8),
    "/milestones/?page=-1": (4, 4, 5),
    "/milestones/4.3/": (7, 7, 5),
    "/milestones/5.1/": (7, 7, 5),
    "/milestones/6.2/": (7, 8, 5),
    "/milestones/4.3/?as_of=2020-09-12": (8, 8, 6),
    "/actions/": (4, 4, 5),
    "/actions/4/": (6, 6, 6),
    "/agencies/": (7, 7, 5),
    "/agencies/CBP/": (7, 7, 7),
}


@pytest.mark.parametrize("path", PINNED)
def test_page_takes_its_few_queries(path, client_of, cbp, plcy, coac, month, django_assert_num_queries):
    for user, count in zip((cbp, plcy, coac), PINNED[path], strict=True):
        client = client_of(user)

        with django_assert_num_queries(count):
            text_of(client.get(path))

    assert max(PINNED[path]) <= 8
