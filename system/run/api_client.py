"""What the launcher asks of the control plane's API."""

import time

import httpx

from system.console import Problem

#: Starting and stopping are written down and answered; the work is done by the supervisor.
_ANSWERS_WITHIN_SECONDS = 10.0


class ControlPlane:
    """The API of a running system."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.websocket_url = f"ws{url.removeprefix('http')}/ws"

    def wait_until_ready(self, patience_seconds: float = 30.0) -> None:
        """Waits until the API answers what needs its database. Raises ``Problem`` where it does not in time."""
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                answer = httpx.get(f"{self.url}/api/bot/status", timeout=_ANSWERS_WITHIN_SECONDS)
                if answer.is_success:
                    return
                why = _detail(answer)
            except httpx.HTTPError as error:
                why = str(error)
            if time.monotonic() > deadline:
                raise Problem(f"the API at {self.url} does not work {patience_seconds:.0f} s after its start: {why}")
            time.sleep(0.05)

    def start_bot(self) -> None:
        """Wants a session to run. Raises ``Problem`` where the API refuses or does not answer."""
        try:
            answer = httpx.post(f"{self.url}/api/bot/start", timeout=_ANSWERS_WITHIN_SECONDS)
        except httpx.HTTPError as error:
            raise Problem(f"the bot could not be started: the API at {self.url} does not answer ({error})") from None
        if answer.is_error:
            raise Problem(f"the bot could not be started: {_detail(answer)}")

    def stop_bots(self) -> bool:
        """Wants every session of the control plane to stop; whether the API could be told."""
        try:
            answer = httpx.get(
                f"{self.url}/api/bot/sessions", params={"limit": 200}, timeout=_ANSWERS_WITHIN_SECONDS
            ).raise_for_status()
            for session in answer.json()["items"]:
                if session["is_running"] or session["wanted"] != "stopped":
                    stop = f"{self.url}/api/bot/stop"
                    wanted = {"session_id": session["session_id"]}
                    httpx.post(stop, params=wanted, timeout=_ANSWERS_WITHIN_SECONDS).raise_for_status()
        except httpx.HTTPError:
            return False
        return True

    def status(self) -> dict[str, object] | None:
        """How the current session stands; None where the API does not answer."""
        try:
            answer = httpx.get(f"{self.url}/api/bot/status", timeout=_ANSWERS_WITHIN_SECONDS).raise_for_status()
        except httpx.HTTPError:
            return None
        return dict(answer.json())


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"the API answered {answer.status_code}"
    return str(problem.get("detail") or problem.get("title") or answer.status_code)
