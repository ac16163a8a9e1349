"""What did the person ask to read about the plan and its milestones?"""

from datetime import timedelta
from typing import Any, cast

from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from esc_tracker.accounts.models import Agency, User
from esc_tracker.accounts.templatetags.esc import PAGE_SIZES
from esc_tracker.reader import Reader, reader_of
from milestones.exports import export_acts, milestones_file, why_no_file
from milestones.filters import UNASSIGNED, MilestoneFilter, known_choices
from milestones.links import link
from milestones.models import Milestone
from milestones.permissions import why_not_add
from milestones.plan.editions import editions_of
from milestones.progress import by_action, by_agency, progress_of
from milestones.querysets import MilestoneQuerySet
from milestones.tables import IN_PLAN_ORDER, SORT_ALIASES, CountedPaginator, MilestoneTable
from milestones.workflow import OPEN

SOON = timedelta(days=60)
WHOLE = 200  # rows that a page without pages shows at most


# --- The list -------------------------------------------------------------------------------------------------------


class MilestoneList(SingleTableMixin, FilterView):
    """All milestones, by filters that combine; the state lives in the address."""

    filterset_class = MilestoneFilter
    table_class = MilestoneTable
    template_name = "milestones/list.html"
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the page, or hand out the file."""
        self.reader = reader_of(request)
        asked = [text for text in request.GET.getlist("export") if text]
        return self._file(asked) if asked else super().get(request, *args, **kwargs)

    def get_queryset(self) -> MilestoneQuerySet:
        """Begin with all that this reader may know of."""
        return Milestone.objects.visible_to(self.reader).order_by(*IN_PLAN_ORDER)

    def get_filterset_kwargs(self, filterset_class: type[MilestoneFilter]) -> dict[str, Any]:
        """Tell the filters who asks and what there is to choose from."""
        sorts = MilestoneTable.sorts(self.reader)
        known = {"reader": self.reader, "choices": known_choices(self.reader), "sorts": sorts}
        return {"data": self.request.GET, "request": self.request, "queryset": self.get_queryset(), **known}

    def get_table(self, **kwargs: Any) -> MilestoneTable:
        """Draw up the table in the order and on the page asked for; a page past the end is the last one."""
        asked: MilestoneFilter = self.filterset
        total, matched = self._count()
        rows = self.object_list.for_table(self.reader)
        table = MilestoneTable(rows, reader=self.reader, order_by=_order(asked))
        table.of_total = total if asked.chips else None
        if asked.errors:
            table.empty_text = "Nothing is shown, because something that was asked for cannot be read."
        per_page = next(iter(asked.asked("per_page")[-1:]), PAGE_SIZES[0])
        page = next(iter(asked.asked("page")[-1:]), 1)
        last = max(1, -(-matched // per_page))
        table.paginate(paginator_class=CountedPaginator, per_page=per_page, page=min(page, last), known=matched)
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Bring what the panel, the chips and the acts show."""
        asked: MilestoneFilter = self.filterset
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "reader": self.reader,
            "asked": asked,
            "acts": [] if asked.errors else export_acts(self.request.GET),
            "clear_url": link("milestones:list", reader=self.reader),
            "kept": [
                (name, self.request.GET[name]) for name in ("as_of", "sort", "per_page") if self.request.GET.get(name)
            ],
            "typed": {
                name: asked.first(name) for name in ("q", "due_after", "due_before", "overdue", "silent", "question")
            },
        }

    def _count(self) -> tuple[int, int]:
        """Count what this reader sees, and what the filters match of it. One query, with the header's number."""
        late = Count("pk", filter=Q(overdue=True))
        matching = Q(pk__in=self.object_list.order_by().values("pk")) if self.filterset.chips else Q()
        counts = (
            self.get_queryset().order_by().aggregate(total=Count("pk"), matched=Count("pk", filter=matching), late=late)
        )
        self.request.overdue_count = counts["late"]
        return counts["total"], 0 if self.filterset.errors else counts["matched"]

    def _file(self, asked: list[str]) -> HttpResponseBase:
        if problem := why_no_file(asked):
            return _refused(self.request, problem)
        self.filterset = self.get_filterset(self.filterset_class)
        if self.filterset.errors:
            return _refused(self.request, " ".join(self.filterset.sentences))
        rows = MilestoneTable(self.filterset.qs, reader=self.reader, order_by=_order(self.filterset)).data.data
        return milestones_file(asked[0], rows, self.reader, filters=self.filterset.in_words)


def _order(asked: MilestoneFilter) -> tuple[str, ...] | None:
    """Return the order asked for, as the table knows it: one column, the last one named; None for the plan's."""
    for name in asked.asked("sort")[-1:]:
        sign, bare = ("-", name[1:]) if name.startswith("-") else ("", name)
        return (f"{sign}{SORT_ALIASES.get(bare, bare)}",)
    return None


def _refused(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "400.html", {"reason": sentence}, status=400)


# --- Actions and agencies -------------------------------------------------------------------------------------------


@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """Show all actions with their progress."""
    reader = reader_of(request)
    found = by_action(reader)
    tell_the_header(request, sum(progress.overdue for progress in found.values()))
    context = {
        "reader": reader,
        "actions": [(number, title, progress) for (number, title), progress in found.items()],
        "editions": editions_of(reader),
        "total": sum(progress.total for progress in found.values()),
        "done": sum(progress.done for progress in found.values()),
    }
    return render(request, "actions/list.html", context)


@require_safe
def action(request: HttpRequest, number: int) -> HttpResponse:
    """Show one action with its milestones."""
    reader = reader_of(request)
    rows = Milestone.objects.visible_to(reader).filter(action_id=number).order_by(*IN_PLAN_ORDER)
    table = MilestoneTable(list(rows.for_table(reader)[: WHOLE + 1]), reader=reader, orderable=False)
    if not table.data.data:
        raise Http404
    context = {
        "reader": reader,
        "action": table.data.data[0].action,
        "may_add": reader.may_act and not why_not_add(cast(User, request.user)),
        "progress": progress_of(table.data.data),
        "table": table,
    }
    return render(request, "actions/detail.html", context)


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """Show all agencies with what they carry, and apart from them what no agency carries yet."""
    reader = reader_of(request)
    known = list(Agency.objects.all())
    progress = by_agency(reader, [each.code for each in known])
    tell_the_header(request, progress.all.overdue)
    context = {
        "reader": reader,
        "agencies": [(each, progress.by_agency[each.code]) for each in known],
        "unassigned": progress.unassigned,
        "unassigned_code": UNASSIGNED,
        "all": progress.all,
        "why_not_the_sum": progress.why_not_the_sum,
    }
    return render(request, "agencies/list.html", context)


@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show one agency with its milestones: overdue, due soon, the rest."""
    reader = reader_of(request)
    found = get_object_or_404(Agency, code=code)
    by_target = F("target_on").asc(nulls_last=True)
    rows = Milestone.objects.visible_to(reader).responsible_to([code], reader).order_by(by_target, *IN_PLAN_ORDER)
    fetched = list(rows.for_table(reader))
    soon = reader.today + SOON
    overdue = [row for row in fetched if row.overdue]
    due_soon = [
        row for row in fetched if row.status in OPEN and row.target_on and reader.today <= row.target_on <= soon
    ]
    shown_already = {row.pk for row in (*overdue, *due_soon)}
    rest = [row for row in fetched if row.pk not in shown_already]
    context = {
        "reader": reader,
        "agency": found,
        "progress": progress_of(fetched),
        "groups": [
            _group("overdue", "Overdue, oldest first", overdue, reader),
            _group("soon", "Due in the next 60 days", due_soon, reader),
            _group("rest", "The rest", sorted(rest, key=lambda row: (row.action_id, row.position)), reader),
        ],
    }
    return render(request, "agencies/detail.html", context)


def _group(key: str, heading: str, rows: list[Milestone], reader: Reader) -> dict[str, Any]:
    hidden = ("agency", *(() if reader.sees_internal else ("outlook", "last_update")))
    table = MilestoneTable(rows, reader=reader, orderable=False, exclude=hidden)
    table.caption = heading
    return {"key": key, "heading": heading, "count": len(rows), "table": table}


def tell_the_header(request: HttpRequest, overdue: int) -> None:
    """Leave the number the header shows, so that it need not count again."""
    request.overdue_count = overdue  # type: ignore[attr-defined]
