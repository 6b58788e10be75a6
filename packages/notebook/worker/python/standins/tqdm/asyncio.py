"""Bars of what is awaited."""

from __future__ import annotations

import asyncio
from typing import Any, AsyncIterator

from . import tqdm as _tqdm


class tqdm_asyncio(_tqdm):
    """A bar over what gives its items in time."""

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            async for item in self.iterable:
                yield item
                self.update()
        finally:
            self.close()

    @classmethod
    async def gather(cls, *awaitables: Any, **options: Any) -> list[Any]:
        """The results of all, in their order."""
        with cls(total=len(awaitables), **options) as bar:

            async def counted(one: Any) -> Any:
                result = await one
                bar.update()
                return result

            return list(await asyncio.gather(*map(counted, awaitables)))


tqdm = tqdm_asyncio
