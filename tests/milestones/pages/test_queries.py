"""How many queries does each reading page take: never more than twelve, for COAC never more than eight?"""

import pytest

from tests.milestones.pages.reading import text_of

pytestmark = pytest.mark.django_db

# Page: queries for a member, PLCY and COAC, sign-in, release and the header's number included.
PINNED = {
    "/milestones/": (8, 8, 7),
    "/milestones/?overdue=1&agency=CBP&sort=-target": (8, 8, 7),
    "/milestones/?q=curriculum+report&status=in_progress": (6, 6, 6),
    "/milestones/?as_of=2020-09-12": (8, 8, 8),
    "/milestones/?page=-1": (5, 5, 5),
    "/milestones/4.3/": (10, 10, 5),
    "/milestones/5.1/": (10, 10, 5),
    "/milestones/6.2/": (10, 10, 5),
    "/milestones/4.3/?as_of=2020-09-12": (10, 10, 6),
    "/actions/": (5, 5, 5),
    "/actions/4/": (6, 6, 6),
    "/agencies/": (8, 8, 5),
    "/agencies/CBP/": (7, 7, 7),
}


@pytest.mark.parametrize("path", PINNED)
def test_page_takes_its_few_queries(path, client_of, cbp, plcy, coac, month, django_assert_num_queries):
    for user, count in zip((cbp, plcy, coac), PINNED[path], strict=True):
        client = client_of(user)

        with django_assert_num_queries(count):
            text_of(client.get(path))

    assert max(PINNED[path]) <= 12
    assert PINNED[path][-1] <= 8
