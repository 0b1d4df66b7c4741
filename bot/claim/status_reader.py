"""Reading a claimed job's own page, a few claims at a time."""

import asyncio

from bot.account.portal_session import PortalSession
from bot.portal.models import JobPage
from bot.state.claim_record import ClaimRecord

#: Claims whose pages are read side by side. A page that is read a little later tells the same, and the next accept
#: finds a free connection.
_AT_ONCE = 8


class StatusReader:
    """Reads the pages that tell what became of claims."""

    def __init__(self, portal: PortalSession) -> None:
        self._portal = portal
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def read(self, record: ClaimRecord) -> JobPage | None:
        """The job's own page; None if the portal says that the job is gone. Raises the portal's errors."""
        async with self._slots:
            return await self._portal.use(lambda client: client.read_job(record.job.portal_id))
