"""Reading a definition's YAML so that every mistake can be named by file, line and field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

#: A field's way from the top of a definition, e.g. ``("board", "rows", "table")``; numbers are places in a list.
FieldPath = tuple[str | int, ...]

#: A definition that extends another one is understood; a chain longer than this is a mistake.
_LONGEST_CHAIN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong with a definition."""

    file: str
    #: counted from 1; None where it is not about a place in the file
    line: int | None
    #: e.g. ``board.rows.table``, or ``kinds.1`` for the first of a list; empty for the file as a whole
    field: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class DefinitionError(ValueError):
    """A definition that cannot be used; its text names file, line and field of every problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True, slots=True)
class _Position:
    file: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RawDefinition:
    """A definition's data, not validated yet, and where each field stands."""

    data: dict[str, Any]
    positions: dict[FieldPath, _Position]
    file: str

    def problems(self, error: ValidationError, known: Iterable[str]) -> tuple[Problem, ...]:
        """What pydantic found wrong, with its place in the file, in words; ``known`` are all names of fields."""
        names = sorted(known)
        return tuple(self._problem(details, names) for details in error.errors())

    def _problem(self, details: ErrorDetails, names: list[str]) -> Problem:
        path = self._path_in_file(details["loc"])
        position = self._nearest(path)
        return Problem(
            file=position.file if position else self.file,
            line=position.line if position else None,
            field=_named(path),
            message=_in_words(details, names),
        )

    def _path_in_file(self, loc: tuple[str | int, ...]) -> FieldPath:
        """The location without the names that pydantic adds for the shapes of a union."""
        path: FieldPath = ()
        node: Any = self.data
        for part in loc:
            is_shape = isinstance(node, dict) and node.get("shape") == part and path and path[-1] == "rows"
            if is_shape and part != "shape":
                # said once for each union; below it the same word may be the name of a field
                node = {**node, "shape": None}
                continue
            path = (*path, part)
            node = _inner(node, part)
        return path

    def _nearest(self, path: FieldPath) -> _Position | None:
        for length in range(len(path), -1, -1):
            position = self.positions.get(path[:length])
            if position:
                return position
        return None


def read_definition(name_or_path: str | Path, known: Path) -> RawDefinition:
    """The data of a definition, with everything that it extends; ``known`` is the folder of those that have names.

    Raises DefinitionError for a file that is not there, no YAML, or extends itself.
    """
    return _read(_file_of(name_or_path, known, beside=None), known, ())


def _read(file: Path, known: Path, chain: tuple[Path, ...]) -> RawDefinition:
    if file in chain or len(chain) >= _LONGEST_CHAIN:
        way = " -> ".join(one.name for one in (*chain, file))
        raise _problem(file, "extends", f"this goes round in circles: {way}")
    data, positions = _parse(file)
    parent_name = data.pop("extends", None)
    if parent_name is None:
        return RawDefinition(data=data, positions=positions, file=file.name)
    if not isinstance(parent_name, str):
        raise _problem(file, "extends", "names a definition or its file")
    parent = _read(_file_of(parent_name, known, beside=file), known, (*chain, file))
    return RawDefinition(
        data=_merged(parent.data, data),
        positions=parent.positions | positions,
        file=file.name,
    )


def _file_of(name_or_path: str | Path, known: Path, *, beside: Path | None) -> Path:
    text = str(name_or_path)
    by_name = known / f"{text}.yaml"
    if "/" not in text and "\\" not in text and by_name.is_file():
        return by_name.resolve()
    path = (beside.parent / text) if beside else Path(text)
    if path.is_file():
        return path.resolve()
    names = ", ".join(sorted(file.stem for file in known.glob("*.yaml")))
    message = f"there is no such file, and no portal of that name; the bot knows {names}"
    if beside:
        raise _problem(beside, "extends", f"{text}: {message}")
    raise DefinitionError((Problem(file=text, line=None, field="", message=message),))


def _parse(file: Path) -> tuple[dict[str, Any], dict[FieldPath, _Position]]:
    try:
        text = file.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        message = f"this is no YAML: {error.problem or error}"
        raise DefinitionError((Problem(file=file.name, line=line, field="", message=message),)) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _problem(file, "", f"cannot be read: {error}") from error
    if not isinstance(root, yaml.MappingNode):
        raise _problem(file, "", "a definition is a list of names and values")
    reader = _Reader(file.name)
    data = reader.value(root, ())
    if reader.problems:
        raise DefinitionError(tuple(reader.problems))
    return data, reader.positions


def _inner(node: Any, key: str | int) -> Any:
    try:
        return node[key]
    except (KeyError, IndexError, TypeError):
        return None


def _named(path: FieldPath) -> str:
    """``sign_in.refusals.1.code``: the items of a list are counted from 1, as people count."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


class _Reader:
    """YAML nodes as data; notes where each field stands, and what no definition may hold."""

    def __init__(self, file: str) -> None:
        self.positions: dict[FieldPath, _Position] = {}
        self.problems: list[Problem] = []
        self._file = file
        self._loader = yaml.SafeLoader("")
        #: the nodes around the one that is read
        self._around: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: FieldPath) -> Any:
        """The node's data."""
        self.positions.setdefault(path, _Position(file=self._file, line=node.start_mark.line + 1))
        if any(node is one for one in self._around):
            self._refuse(node, path, "refers to itself")
            return None
        self._around.append(node)
        try:
            return self._content(node, path)
        finally:
            self._around.pop()

    def _content(self, node: yaml.Node, path: FieldPath) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return self._scalar(node, path)
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                self._refuse(key_node, (*path, key), "stands there twice")
            self.positions[(*path, key)] = _Position(file=self._file, line=key_node.start_mark.line + 1)
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.Node, path: FieldPath) -> Any:
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            why = error.problem if isinstance(error, yaml.MarkedYAMLError) else error
            self._refuse(node, path, f"cannot be read: {why}")
            return None

    def _refuse(self, node: yaml.Node, path: FieldPath, message: str) -> None:
        line = node.start_mark.line + 1
        self.problems.append(Problem(file=self._file, line=line, field=_named(path), message=message))


def _merged(parent: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    """The parent's data with the child's in front; lists, and parts of another make, are replaced as a whole."""
    together = dict(parent)
    for name, value in child.items():
        ours = together.get(name)
        if isinstance(ours, dict) and isinstance(value, dict) and _is_alike(ours, value):
            together[name] = _merged(ours, value)
        else:
            together[name] = value
    return together


def _is_alike(parent: dict[str, Any], child: dict[str, Any]) -> bool:
    """Whether two parts are of one make: what describes a form says nothing of a sign-in without one."""
    return all(name not in child or name not in parent or child[name] == parent[name] for name in ("way", "shape"))


def _problem(file: Path, field: str, message: str) -> DefinitionError:
    return DefinitionError((Problem(file=file.name, line=_line_of(file, field), field=field, message=message),))


def _line_of(file: Path, field: str) -> int | None:
    if not field or not file.is_file():
        return None
    for number, line in enumerate(_lines(file), start=1):
        if line.startswith(f"{field}:"):
            return number
    return None


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", errors="replace") as opened:
        yield from opened


def _in_words(details: ErrorDetails, names: list[str]) -> str:
    match details["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a field of a definition" + _did_you_mean(str(details["loc"][-1]), names)
        case "string_type":
            return f"must be a text, not {details['input']!r}; put it in quotes"
        case "union_tag_invalid" | "union_tag_not_found":
            return f"shape must be one of {details['ctx'].get('expected_tags', 'table, cards, json')}"
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case _:
            return details["msg"]


def _did_you_mean(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else ""
