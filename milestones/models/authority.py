"""On whose decision does a row of a ledger stand?"""

from django.db import models
from django.db.models import Q

from milestones.authority import PRINCIPAL_MAX, Authority, AuthorityKind
from milestones.models.meetings import Meeting


class UnderAuthority(models.Model):
    """Columns that name a decision's authority; all empty where nothing was decided."""

    authority = models.CharField(max_length=10, choices=AuthorityKind.choices, blank=True)
    authority_meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="+")
    authority_principal = models.CharField(max_length=PRINCIPAL_MAX, blank=True)
    authority_on = models.DateField(null=True, help_text="The day on which the principal decided.")

    class Meta:
        abstract = True

    @property
    def decided_under(self) -> Authority | None:
        """Return whose decision it is, None where nothing was decided."""
        if not self.authority:
            return None
        return Authority(
            kind=self.authority,
            meeting=self.authority_meeting_id,
            principal=self.authority_principal,
            on=self.authority_on,
        )


def authority_constraint(name: str) -> models.CheckConstraint:
    """Refuse an authority that does not say all of who, and one that says more."""
    nobody = Q(authority_principal="", authority_on=None)
    return models.CheckConstraint(
        name=f"{name}_authority_says_who",
        condition=Q(nobody, authority__in=["", AuthorityKind.CHAIR], authority_meeting=None)
        | Q(nobody, authority=AuthorityKind.MEETING, authority_meeting__isnull=False)
        | (
            Q(authority=AuthorityKind.PRINCIPAL, authority_meeting=None, authority_on__isnull=False)
            & ~Q(authority_principal="")
        ),
    )
