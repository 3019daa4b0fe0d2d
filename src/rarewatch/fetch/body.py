"""Collects one answer's bytes within limits: what arrives and what it unpacks to are both counted while they come.

Own code instead of a client's decoder: httpx 0.28 turns a 31 KB answer into one block of a gigabyte before anybody can count it.
"""

import zlib
from collections.abc import Iterator

from rarewatch.errors import ServerTrouble, TooLarge, Unreachable

ACCEPTED = "gzip, deflate"
"""The value of Accept-Encoding."""

_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_UNREADABLE = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
_STEP = 262_144
_GZIP = b"\x1f\x8b"


class Body:
    """The body of one answer while it arrives.

    `encoding` is the Content-Encoding as sent; names that are no encoding at all (some servers put a charset there) are ignored.
    `cap` in bytes holds for the compressed and for the decompressed size.
    """

    def __init__(self, encoding: str, cap: int, url: str) -> None:
        """Raise `ServerTrouble` for an encoding that was not asked for or is applied twice."""
        names = [name for name in (part.strip().lower() for part in encoding.split(",")) if name in _PACKED | _UNREADABLE]
        if len(names) > 1 or not _PACKED.issuperset(names):
            raise ServerTrouble(f"compressed as {', '.join(names)}, which was not asked for", url=url)
        self._unpack = _Unpack(names[0], url) if names else None
        self._cap, self._url = cap, url
        self._wire = self._size = 0
        self._blocks: list[bytes] = []

    def add(self, raw: bytes) -> None:
        """Take the next bytes from the wire; raises `TooLarge` or `ServerTrouble` (damaged compression)."""
        self._wire += len(raw)
        if self._wire > self._cap:
            if self._unpack is None:
                self._blocks.append(raw)
            raise TooLarge(f"more than {self._cap:,} bytes", url=self._url)
        if self._unpack is None:
            self._blocks.append(raw)
            return
        for block in self._unpack.feed(raw):
            self._size += len(block)
            self._blocks.append(block)
            if self._size > self._cap:
                raise TooLarge(f"unpacks to more than {self._cap:,} bytes", url=self._url)

    def so_far(self) -> bytes:
        """What has come, decompressed, cut at the cap: for whoever takes the beginning of a body that is too large."""
        return b"".join(self._blocks)[: self._cap]

    def finish(self) -> bytes:
        """The whole body, decompressed; raises `Unreachable` when the compressed data stopped early."""
        if self._unpack is not None and not self._unpack.complete:
            raise Unreachable("the answer stopped in the middle of its compressed data", url=self._url)
        return b"".join(self._blocks)


class _Unpack:
    """Decompresses gzip (also of several members) and deflate (zlib or raw) in bounded steps.

    `complete` says whether the data could end here; an empty body may.
    """

    def __init__(self, name: str, url: str) -> None:
        self._name, self._url = name, url
        self._held = b""
        self._stream: zlib._Decompress | None = None
        self._more = self._ended = self._ignore = False

    @property
    def complete(self) -> bool:
        return self._stream is None and (self._ended or not self._held)

    def feed(self, data: bytes) -> Iterator[bytes]:
        data, self._held = self._held + data, b""
        while data or self._more:
            if self._stream is None and not self._open(data):
                return
            assert self._stream is not None
            try:
                block = self._stream.decompress(data, _STEP)
            except zlib.error:
                raise ServerTrouble(f"the compressed data ({self._name}) is damaged", url=self._url) from None
            data, self._more = self._stream.unconsumed_tail, len(block) == _STEP
            if block:
                yield block
            if self._stream.eof:
                data, self._stream, self._more, self._ended = self._stream.unused_data, None, False, True

    def _open(self, data: bytes) -> bool:
        """Start a stream at `data`; False when it is too short to tell, or only padding after the last member."""
        if self._ignore:
            return False
        if len(data) < 2:
            self._held = data
            return False
        if self._ended and not data.startswith(_GZIP):
            self._ignore = True
            return False
        self._stream = zlib.decompressobj(self._window(data))
        return True

    def _window(self, data: bytes) -> int:
        if data.startswith(_GZIP):
            return 31
        if data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0:
            return 15
        if self._name == "deflate":
            return -15
        raise ServerTrouble(f"said to be {self._name}, but it is not", url=self._url)
