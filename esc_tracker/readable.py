"""Can this request be read at all? What cannot is refused here, in words, before anything asks it a question.

The site writes and reads UTF-8 only, and takes no file. A request that names another encoding, or more names than are
taken, would else fail wherever its query or form is first read, the page that should say so included. One that is too
long is refused by the length it names (without a length, a body is taken to be empty), and one of which less came than
it names is refused too: a form cut off by a lost connection would else be taken for a whole one, with half a sentence
in it.
"""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

UTF_8 = {"utf-8", "ascii"}
WRONG_ENCODING = "What was sent is not written in UTF-8, the only encoding that is read here."
UNREADABLE = "application/octet-stream; charset=unreadable"
CUT_SHORT = "What was sent did not arrive whole."
TOO_MANY = "The address asks for too much at once."
TOO_MANY_FIELDS = "More was sent at once than is taken here."
NO_FILES = "No file is taken here. Name the document and link to it instead."
DAMAGED = "What was sent arrived damaged."


class FileSent(MultiPartParserError):
    """Somebody sent a file."""


class NoFiles(FileUploadHandler):
    """Stop reading at the first file: nothing of it is written to a disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse it before its first byte."""
        raise FileSent

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take nothing."""

    def file_complete(self, file_size: int) -> None:
        """Keep nothing."""


class ReadableMiddleware:
    """Answer 400 with the sentence to a request that cannot be read, 413 to one that is too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what can be read."""
        if is_too_long(request):
            return render(request, "413.html", status=413)
        problem = why_not_read(request)
        if not problem:
            return self.get_response(request)
        request.GET = QueryDict()  # Before the encoding, which is set anew by asking for what there is.
        request.encoding = settings.DEFAULT_CHARSET
        request.GET = QueryDict()
        return render(request, "400.html", {"reason": problem}, status=400)


def is_too_long(request: HttpRequest) -> bool:
    """Say whether a request names a length that nothing sent here has."""
    return _length_named(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def why_not_read(request: HttpRequest) -> str:
    """Say why a request cannot be read; "" when it can."""
    if not _is_utf_8((request.content_params or {}).get("charset", "")):
        return WRONG_ENCODING
    try:
        request.GET  # noqa: B018 - read here once, and kept
    except (TooManyFieldsSent, RequestDataTooBig):
        return TOO_MANY
    if _is_cut_short(request):
        return CUT_SHORT
    try:
        request.POST  # noqa: B018 - as above; csrf reads it for every form anyway
    except FileSent:
        return NO_FILES
    except MultiPartParserError:
        return DAMAGED
    except (TooManyFieldsSent, RequestDataTooBig):
        return TOO_MANY_FIELDS
    return ""


def with_known_encodings(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Keep from the framework the encodings it fails on before any of our code is asked, such as `hex`.

    The request goes on under a name that no encoding has, and is refused above.
    """

    def entrance(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _, _, parameters = environ.get("CONTENT_TYPE", "").partition(";")
        if "charset" in parameters.lower() and not all(
            _is_utf_8(value.strip(" \t\"'"))
            for name, _, value in (each.partition("=") for each in parameters.split(";"))
            if name.strip().lower().startswith("charset")
        ):
            environ["CONTENT_TYPE"] = UNREADABLE
        return application(environ, start_response)

    return entrance


def _length_named(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length[:20]) if length.isdecimal() else 0


def _is_cut_short(request: HttpRequest) -> bool:
    try:
        return len(request.body) < _length_named(request)
    except (UnreadablePostError, ValueError):  # The line was lost, or the length named is no number.
        return True


def _is_utf_8(charset: str) -> bool:
    try:
        return not charset or codecs.lookup(charset).name in UTF_8
    except (LookupError, ValueError):  # No such encoding, or no name of one.
        return False
