"""What can be wrong with a folder. Every message says what was found and what would be right."""
from __future__ import annotations


class FolderError(Exception):
    """A folder, or a file in it, that cannot be read as the program writes it. The base of all errors here."""


class NotFinished(FolderError):
    """The result is not there yet: it is being computed, was cut short, or has not been gathered."""


class NotKept(FolderError):
    """The result is there, and the part that was asked for was not written or not kept."""


class UnknownName(FolderError, KeyError):
    """A key, a field or a case that the result does not have."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the message in quotes
