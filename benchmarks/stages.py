"""Where a job's time goes, from the requests that the simulator saw: the profile beside a race's figures."""

from collections.abc import Iterable, Mapping, Sequence

from tests.support.simulator_client import JobTruth, RequestSeen

#: In the order of a job's way. "Own" is the contestant's time between the end of one answer and the next request.
STAGES = ("wait for the look", "portal: board", "own: board to page", "portal: page", "own: page to accept")


def stages_of(job: JobTruth, requests: Iterable[RequestSeen], *, us: str, latency_ms: int) -> Mapping[str, float]:
    """Milliseconds by stage for a job that we accepted after its page was read; empty for any other.

    A board's answer shows what was visible when the portal took the request up, half the latency after it arrived.
    """
    if not any(one.who == us for one in job.accepts):
        return {}
    seen = sorted(requests, key=lambda request: request.at)
    page_path = f"/interpreter-jobs/{job.job_number}"
    page = _first(seen, "GET", page_path)
    accept = _first(seen, "POST", f"{page_path}/matched")
    if page is None or accept is None or page.at > accept.at:
        return {}
    visible_ms = job.visible_at.timestamp() * 1000 - latency_ms / 2
    boards = [one for one in seen if "status=0" in one.path and visible_ms <= _began(one) and one.at <= page.at]
    if not boards:
        return {}
    board = boards[0]
    return dict(
        zip(
            STAGES,
            (
                _began(board) - visible_ms,
                board.ms,
                _began(page) - _ended(board),
                page.ms,
                _began(accept) - _ended(page),
            ),
            strict=True,
        )
    )


def _first(requests: Sequence[RequestSeen], method: str, path: str) -> RequestSeen | None:
    return next((one for one in requests if one.method == method and one.path == path), None)


def _began(request: RequestSeen) -> float:
    return request.at.timestamp() * 1000


def _ended(request: RequestSeen) -> float:
    return _began(request) + request.ms
