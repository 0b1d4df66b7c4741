"""When two spellings are the same thing: people type ``Face to Face``, ``face-to-face`` and ``Face  To face``."""

import re

_NOT_A_WORD = re.compile(r"[^\w]+")
#: As it stands in ``King's``, in all the ways in which people and programs write it.
_APOSTROPHE = re.compile(r"(?<=\w)['’‘ʼ′´`＇](?=\w)")


def spelling_key(text: str) -> str:
    """What two spellings of one name have in common: case, hyphens, underscores and extra spaces are left out."""
    return " ".join(text.replace("-", " ").replace("_", " ").casefold().split())


def has_words(text: str, words: str) -> bool:
    """Whether ``words`` stand in ``text`` as whole words, one after the other; case and punctuation are left out.

    ``court`` stands in ``Crown Court, Leeds`` and not in ``courtesy``. Words without a letter or digit stand nowhere.
    An apostrophe within a word may be left out, or what follows it: in ``St James's`` stand ``st jamess`` and
    ``st james``, and never the letter ``s``.
    """
    if _stand_in(_APOSTROPHE.sub("", text), _APOSTROPHE.sub("", words)):
        return True
    return len(_only_words(words)) > 1 and _APOSTROPHE.search(text) is not None and _stand_in(text, words)


def _stand_in(text: str, words: str) -> bool:
    wanted = _only_words(words)
    return bool(wanted) and f" {wanted} " in f" {_only_words(text)} "


def _only_words(text: str) -> str:
    return _NOT_A_WORD.sub(" ", text.casefold().replace("_", " ")).strip()
