"""HTML templates of a skin."""

from collections.abc import Callable, Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def templates(folder: Path, names: Iterable[str], **filters: Callable[..., object]) -> dict[str, Template]:
    """The folder's templates ``{name}.html``, by name. Values are escaped; a missing value raises an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= filters
    return {name: environment.get_template(f"{name}.html") for name in names}
