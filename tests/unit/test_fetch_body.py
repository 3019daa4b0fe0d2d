"""Bodies: unpacked in bounded steps, whatever the compression and however the bytes arrive."""

import gzip
import tracemalloc
import zlib
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.errors import ServerTrouble, SourceFault, TooLarge, Unreachable
from rarewatch.fetch.body import Body

CAP = 5_000_000
TEXT = "稀土出口管制 ".encode() * 500


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACK = {
    ("gzip", "one member"): gzip.compress,
    ("x-gzip", "one member"): gzip.compress,
    ("GZIP", "two members"): lambda data: gzip.compress(data[:7]) + gzip.compress(data[7:]),
    ("gzip", "an empty member between"): lambda data: gzip.compress(data) + gzip.compress(b"") + gzip.compress(b""),
    ("gzip", "padding behind"): lambda data: gzip.compress(data) + b"\0" * 5,
    ("deflate", "zlib"): zlib.compress,
    ("deflate", "raw"): raw_deflate,
    ("deflate", "really gzip"): gzip.compress,
    ("", "plain"): bytes,
    ("identity", "plain"): bytes,
    ("utf-8", "a charset where an encoding belongs"): bytes,
}


def unpack(encoding, pieces, cap=CAP):
    body = Body(encoding, cap, "http://x/")
    for piece in pieces:
        body.add(piece)
    return body.finish()


@pytest.mark.parametrize(("encoding", "shape"), PACK, ids=lambda part: part.replace(" ", "-"))
@given(data=st.one_of(st.binary(max_size=300), st.just(TEXT)), cuts=st.lists(st.integers(0, 400), max_size=6))
def test_any_compression_in_any_pieces_gives_the_same_bytes(encoding, shape, data, cuts):
    packed = PACK[encoding, shape](data)
    edges = [0, *sorted(cuts), len(packed)]
    pieces = [packed[start:end] for start, end in pairwise(edges)]
    assert unpack(encoding, pieces) == data


def test_byte_by_byte():
    packed = gzip.compress(TEXT) + gzip.compress(TEXT)
    assert unpack("gzip", [packed[at : at + 1] for at in range(len(packed))]) == TEXT * 2


def test_an_empty_body_is_empty_whatever_its_encoding_says():
    assert unpack("gzip", []) == b""


@given(st.integers(1, len(gzip.compress(TEXT)) - 1))
def test_compressed_data_that_stops_early_is_never_taken_for_the_whole(end):
    with pytest.raises(Unreachable, match="middle"):
        unpack("gzip", [gzip.compress(TEXT)[:end]])


@given(st.sampled_from(["gzip", "deflate"]), st.lists(st.binary(max_size=50), max_size=5))
def test_garbage_is_a_fault_of_the_source_and_nothing_worse(encoding, pieces):
    with suppress(SourceFault):
        unpack(encoding, pieces)


def test_damage_inside_is_noticed():
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 0xFF
    with pytest.raises(ServerTrouble, match="damaged"):
        unpack("gzip", [bytes(packed)])


def test_plain_bytes_that_claim_to_be_gzip():
    with pytest.raises(ServerTrouble, match="said to be gzip"):
        unpack("gzip", [b"<rss/>"])


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "deflate, br"])
def test_compression_that_was_not_asked_for(encoding):
    with pytest.raises(ServerTrouble, match="not asked for"):
        Body(encoding, CAP, "")


@pytest.mark.parametrize("size", [0, 1, 262_143, 262_144, 262_145, 524_288, 700_000])
def test_the_limit_is_exact_and_steps_lose_nothing(size):
    data = bytes(size)
    assert unpack("gzip", [gzip.compress(data)], cap=max(size, 30)) == data
    if size > 30:
        with pytest.raises(TooLarge, match="unpacks to more than"):
            unpack("gzip", [gzip.compress(data)], cap=size - 1)


def test_what_arrives_is_counted_too():
    with pytest.raises(TooLarge, match="more than 9 bytes"):
        unpack("", [b"12345", b"67890"], cap=9)
    padding = gzip.compress(b"x") + bytes(100)
    with pytest.raises(TooLarge, match="more than 99 bytes"):
        unpack("gzip", [padding], cap=99)


def bomb() -> bytes:
    """A gzip member that unpacks to a gigabyte, made from one compressed block repeated."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(16_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * 64


def test_a_gigabyte_in_a_bomb_costs_little_memory():
    data = bomb()
    assert len(data) < 2_000_000
    pieces = [data[at : at + 16_384] for at in range(0, len(data), 16_384)]
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            unpack("gzip", pieces, cap=CAP)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < CAP + 2_000_000
