"""How does somebody who may write the database change the journal behind the site's back?"""

from django.db.models import QuerySet

from esc_tracker.journal.models import Entry


def unguarded() -> QuerySet[Entry]:
    """Give the rows of the journal by plain SQL, past the queryset that refuses."""
    return QuerySet(Entry)
