"""The floor G: GET of every address with `httpx.AsyncClient` as it comes, 32 at a time, with the ETag of the last answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import worker

AT_ONCE = 32


async def main(read: Callable[[bytes], object] | None = None) -> None:
    """Get all addresses on each command; `read` is called with every body."""
    urls, tags = worker.addresses(), dict[str, str]()
    places = asyncio.Semaphore(AT_ONCE)

    async with httpx.AsyncClient() as client:

        async def get(url: str) -> int:
            async with places:
                answer = await client.get(url, headers={"If-None-Match": tags[url]} if url in tags else {})
            if answer.status_code == 200:
                tags.pop(url, None)
                if "etag" in answer.headers:
                    tags[url] = answer.headers["etag"]
                if read is not None:
                    read(answer.content)
            return answer.status_code

        async def one_pass(_: dict[str, Any]) -> dict[str, Any]:
            found = await asyncio.gather(*map(get, urls))
            return {"ok": found.count(200), "unchanged": found.count(304)}

        await worker.work(one_pass)


if __name__ == "__main__":
    asyncio.run(main())
