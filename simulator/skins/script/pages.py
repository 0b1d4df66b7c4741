"""The few pages of HTML around the script."""

from pathlib import Path

from simulator.skins.templates import templates
from simulator.web.visit import Frame

_TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """Every page of this skin."""

    def __init__(self) -> None:
        self._templates = templates(_TEMPLATES, ("shell", "login", "error"))
        self.script = (_TEMPLATES / "app.js").read_text(encoding="utf-8")
        self.stylesheet = (_TEMPLATES / "app.css").read_text(encoding="utf-8")

    def shell(self, frame: Frame) -> str:
        """The page that the script draws into."""
        return self._templates["shell"].render(frame=frame)

    def login(self, frame: Frame, *, problem: str | None = None) -> str:
        """The sign-in form."""
        return self._templates["login"].render(frame=frame, problem=problem)

    def error(self, status: int, message: str) -> str:
        """An error page."""
        return self._templates["error"].render(status=status, message=message)
