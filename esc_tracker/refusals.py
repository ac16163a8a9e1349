"""How does a door refuse, in words a person can act on?

It raises one of these, with nothing written; pages show the message.
"""


class NotAllowed(Exception):
    """This person may not do this; the message says why."""


class Incomplete(Exception):
    """Something is missing or wrong; `problems` are sentences by form field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class Overtaken(Incomplete):
    """Somebody else changed the same meanwhile; the sentences say what."""


def demand(refusal: str) -> None:
    """Raise NotAllowed with a sentence; an empty one lets pass."""
    if refusal:
        raise NotAllowed(refusal)
