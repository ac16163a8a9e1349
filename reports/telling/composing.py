"""How is a person's mail of notices written, as text good on its own and as HTML?

Reads plain facts, imports no model, sends nothing.
"""

import textwrap
from collections.abc import Iterator

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from milestones.telling import say_day
from reports.telling.digest import AgencySection, Block, Digest, NoticeRow

WIDTH = 76  # characters; plain text of this width is not folded on the way
_FOR_WHOM = "For the committee. Not for release to COAC."


def notices_mail(digest: Digest, *, to: str, message_id: str) -> EmailMultiAlternatives:
    """Return the mail that tells one person their notices of a day."""
    message = EmailMultiAlternatives(
        subject=digest.subject, body=text_of(digest), to=[to], headers={"Message-ID": message_id}
    )
    message.attach_alternative(render_to_string("emails/notices.html", {"digest": digest}), "text/html")
    return message


def text_of(digest: Digest) -> str:
    """Return the mail as plain text."""
    parts = [f"ESC Milestone Tracker, {say_day(digest.day)}\nFor {digest.to_name}"]
    for section in digest.sections:
        parts += _section(section)
    parts.append(textwrap.fill(digest.why, WIDTH))
    if digest.settings_url:
        parts.append(f"Choose how often you are told:\n{digest.settings_url}")
    parts.append(_FOR_WHOM)
    return "\n\n".join(parts) + "\n"


def _section(section: AgencySection) -> Iterator[str]:
    heading = f"{section.heading}{' (copy to the principal)' if section.copy else ''}"
    yield f"{heading}\n{'=' * len(heading)}"
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    yield f"{block.heading}\n{'-' * len(block.heading)}"
    if block.lead:
        yield textwrap.fill(block.lead, WIDTH)
    for row in block.rows:
        yield _row(row)
    if block.link:
        yield f"{block.link_text}:\n{block.link}"


def _row(row: NoticeRow) -> str:
    """Write one milestone: its number and first words, then what is told of it, indented."""
    new = "NEW: " if row.new else ""
    lines = [textwrap.fill(f"{row.code}  {new}{row.text}", WIDTH, subsequent_indent="      ")]
    lines += [
        textwrap.fill(f"{label}: {text}", WIDTH, initial_indent="      ", subsequent_indent="        ")
        for label, text in row.facts
    ]
    lines.append(f"      {'Correct it: ' + row.correct if row.correct else row.url}")
    return "\n".join(lines)
