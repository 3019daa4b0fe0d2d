"""What a site's robots.txt said when it was last asked."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RobotsNote:
    """One origin's robots.txt (`https://host:port`, the port only where it is not the scheme's own).

    `status` is that of the answer, 0 where none came that says anything; `text` what it says as far as it is kept, "" where there
    are no rules; `at` when that came; `detail` says in words what follows from it. Of a robots.txt that was never had, `at` is the
    moment since which it fails.
    """

    origin: str
    at: datetime
    status: int
    text: str = ""
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether no usable answer is known: neither rules nor the word that there are none."""
        return self.status == 0
