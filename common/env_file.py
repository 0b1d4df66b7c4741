"""The file with settings, ``.env``, as every program of the system reads it."""

from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream


class UnreadableFile(ValueError):
    """The file cannot be used; the message is one line that says why, and holds nothing that stands in the file."""


def read_settings_file(file: Path, *, named_by: str | None = None, leave_out_mistakes: bool = False) -> dict[str, str]:
    """The settings in the file; none where there is no file, unless a setting (``named_by``) names it.

    A line that is no setting is an error, unless it is to be left out: passed over, it might leave the owner's account
    out, or a limit. Raises UnreadableFile.
    """
    try:
        # an editor may have put a byte order mark in front, which would be part of the first name
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if named_by:
            raise UnreadableFile(f"{named_by} names {file}, which does not exist") from None
        return {}
    except IsADirectoryError:
        raise UnreadableFile(
            f"{named_by} names {file}, which is a folder; name a file"
            if named_by
            else f"{file} is a folder; it must be a file with settings (see .env.example)"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UnreadableFile(
            f"{file} cannot be read: line {line} is not in UTF-8; save the file with that encoding"
        ) from None
    except OSError as error:
        raise UnreadableFile(f"{file} cannot be read: {error.strerror or error}") from None
    if "\0" in text:
        raise UnreadableFile(f"{file} cannot be read: there is a null character in it; is it a text file?")
    well = []
    for found in parse_stream(StringIO(text)):
        if not found.error and (found.key is None or found.value is not None):
            well.append(found.original.string)
        elif not leave_out_mistakes:
            written = found.original.string
            blank = written[: len(written) - len(written.lstrip())]
            raise UnreadableFile(
                f"{file}, line {found.original.line + blank.count(chr(10))} cannot be read; write it like NAME=value, "
                "with a quote at both ends of the value or at none"
            )
    values = dotenv_values(stream=StringIO("".join(well)))
    return {name: value for name, value in values.items() if value is not None}


def folder_in(project: Path, written: Path) -> Path:
    """The folder that a setting names, from the project's folder on. Raises ValueError."""
    try:
        return (project / written.expanduser()).resolve()
    except (OSError, RuntimeError) as error:  # nobody has this name, or links that lead to each other
        raise ValueError(f"{written} cannot be a folder: {error}") from None
