"""How does a template link to a page without losing the day the reader looks at?"""

from django import template

from milestones.links import link

register = template.Library()


@register.simple_tag(takes_context=True)
def link_to(context: template.Context, place: str, *args: object, **query: object) -> str:
    """Return the address of a page by its name: `{% link_to "milestones:list" agency="CBP" overdue=1 %}`."""
    return link(place, *args, reader=context["request"].reader, **query)
