"""Comparing texts as people type them: ``Face to Face``, ``face-to-face`` and ``Face  To face`` are the same."""

import re

_NOT_A_WORD = re.compile(r"[^\w]+")
#: The apostrophe in ``King's``, in all the ways in which people and programs write it.
_APOSTROPHE = re.compile(r"(?<=\w)['’‘ʼ′´`＇](?=\w)")


def spelling_key(text: str) -> str:
    """A key that is the same for all spellings of a name: without case, hyphens, underscores and extra spaces."""
    return " ".join(text.replace("-", " ").replace("_", " ").casefold().split())


def has_words(text: str, words: str) -> bool:
    """Whether ``words`` occur in ``text`` as whole words, one after the other, without regard to case and punctuation.

    ``court`` occurs in ``Crown Court, Leeds`` and not in ``courtesy``. Words without a letter or digit occur nowhere.
    An apostrophe within a word may be left out, with or without what follows it: ``St James's`` contains ``st jamess``
    and ``st james``, and not the single letter ``s``.
    """
    if _stand_in(_APOSTROPHE.sub("", text), _APOSTROPHE.sub("", words)):
        return True
    return len(_only_words(words)) > 1 and _APOSTROPHE.search(text) is not None and _stand_in(text, words)


def _stand_in(text: str, words: str) -> bool:
    wanted = _only_words(words)
    return bool(wanted) and f" {wanted} " in f" {_only_words(text)} "


def _only_words(text: str) -> str:
    return _NOT_A_WORD.sub(" ", text.casefold().replace("_", " ")).strip()
