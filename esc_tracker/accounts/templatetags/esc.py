"""Which small things do all templates need: icons, query strings, agency names, the parts of a table?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2 import Table

from esc_tracker.marks import day_mark, target_mark
from esc_tracker.origin import origin

register = template.Library()
register.filter("day_mark", day_mark)
register.filter("target_mark", target_mark)

SPRITE = "vendor/uswds/img/sprite.svg"
PAGE_SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Head:
    """One column of a table as its header shows it; `sort_link` is empty where nobody can sort."""

    name: str
    label: str
    css: str
    aria_sort: str
    sort_link: str
    is_row_header: bool


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one icon of the USWDS sprite beside a word; it is hidden from assistive technology."""
    return format_html(
        '<svg class="usa-icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(SPRITE),
        name,
    )


@register.filter
def agency_name(code: str | None) -> str:
    """Return an agency's name for its code: `ICE-HSI` is written `ICE/HSI`; nothing for None."""
    return (code or "").replace("-", "/")


@register.filter
def in_fours(key: str) -> list[str]:
    """Return a key in the pieces that one reads and types at a time; the last may be shorter."""
    return [key[at : at + 4] for at in range(0, len(key), 4)]


def _query(context: template.Context) -> QueryDict:
    request = context.get("request") or getattr(context, "request", None)
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


def _link(query: QueryDict) -> str:
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, name: str, value: object) -> str:
    """Return this page's query string with one name set; any change but of the page itself begins at page 1."""
    query = _query(context)
    if name != "page":
        query.pop("page", None)
    query[name] = str(value)
    return _link(query)


@register.simple_tag(takes_context=True)
def query_without(context: template.Context, name: str, value: object = None) -> str:
    """Return this page's query string without a name, or without one of its values; it begins at page 1."""
    query = _query(context)
    query.pop("page", None)
    kept = [said for said in query.pop(name, []) if value is not None and said != str(value)]
    if kept:
        query.setlist(name, kept)
    return _link(query)


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """Return the page numbers to offer, with the paginator's ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag(takes_context=True)
def page_sizes(context: template.Context, page: Page[Any]) -> list[tuple[int, str, bool]]:
    """Return `(size, link, is the present one)` for each page size that would change what is shown."""
    if page.paginator.count <= PAGE_SIZES[0]:
        return []
    return [(size, query_with(context, "per_page", size), size == page.paginator.per_page) for size in PAGE_SIZES]


@register.simple_tag(takes_context=True)
def table_heads(context: template.Context, table: Table) -> list[Head]:
    """Return the columns of a table once, so that its rows need not work them out cell by cell."""
    row_header = getattr(table, "row_header", None)
    heads = []
    for column in table.columns:
        sort_link, aria_sort = "", ""
        if column.orderable:
            query = _query(context)
            query.pop(table.prefixed_page_field, None)
            query[table.prefixed_order_by_field] = column.order_by_alias.next
            sort_link = _link(query)
            if column.is_ordered:
                aria_sort = "descending" if column.order_by_alias.is_descending else "ascending"
        css = column.column.attrs.get("td", {}).get("class", "")
        heads.append(Head(column.name, str(column.header), css, aria_sort, sort_link, column.name == row_header))
    return heads


@register.simple_tag
def table_rows(table: Table, heads: list[Head]) -> Iterator[tuple[str, list[tuple[Head, object]]]]:
    """Yield each row of the present page as `(its class, [(column, what the cell shows)])`."""
    drawn = [(head, _drawn_from_record(table, head.name)) for head in heads]
    for row in table.paginated_rows:
        css = table.row_class(row.record) if hasattr(table, "row_class") else ""
        yield css, [(head, draw(row.record) if draw else row.get_cell(head.name)) for head, draw in drawn]


def _drawn_from_record(table: Table, name: str) -> Callable[[Any], object] | None:
    """Return the table’s own `render_…(record)` where a cell needs nothing else; the library’s way takes longer."""
    draw = getattr(table, f"render_{name}", None)
    bound = table.columns[name]
    if draw is None or bound.column.empty_values != () or bound.link:
        return None
    takes = draw.__code__.co_varnames[1 : draw.__code__.co_argcount]
    return draw if takes == ("record",) else None


@register.simple_tag
def reference() -> str:
    """Return the reference of the request under way, also where a page is made without it."""
    return origin().id
