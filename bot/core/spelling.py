"""When two spellings are the same thing: people type ``Face to Face``, ``face-to-face`` and ``Face  To face``."""

import re

_NOT_A_WORD = re.compile(r"[^\w]+")


def spelling_key(text: str) -> str:
    """What two spellings of one name have in common: case, hyphens, underscores and extra spaces are left out."""
    return " ".join(text.replace("-", " ").replace("_", " ").casefold().split())


def has_words(text: str, words: str) -> bool:
    """Whether ``words`` stand in ``text`` as whole words, one after the other; case and punctuation are left out.

    ``court`` stands in ``Crown Court, Leeds`` and not in ``courtesy``. Words without a letter or digit stand nowhere.
    """
    wanted = _only_words(words)
    return bool(wanted) and f" {wanted} " in f" {_only_words(text)} "


def _only_words(text: str) -> str:
    return _NOT_A_WORD.sub(" ", text.casefold().replace("_", " ")).strip()
