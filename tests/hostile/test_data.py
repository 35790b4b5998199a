"""Data files that claim, link or unpack to more than they are: refused before memory is taken for them."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import resource
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.data.json_depth import is_deep
from kerascli.data.read_arrays import read_arrays
from kerascli.data.read_file import read_file
from kerascli.data.read_media import MOST_PIXELS, check_media, read_media
from kerascli.data.read_tfrecord import record_batches
from kerascli.data.table import make_table
from kerascli.errors import ExitCode, KerascliError, render_plain
from kerascli.spec.data_spec import Read

from .fuzz import deadline
from .watch import watched


def header(shape: tuple[int, ...], dtype: str = "<f4", data: bytes = b"") -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": dtype, "fortran_order": False, "shape": shape})
    return out.getvalue() + data


class Evil:
    def __reduce__(self) -> Any:
        return os.system, ("touch evil",)


def objects() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([Evil()], object), allow_pickle=True)
    return out.getvalue()


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


ARRAYS = {
    "claims.npy": header((10**11,)),
    "overflow.npy": header((2**62, 2**62)),
    "negative.npy": header((-1, 4)),
    "objects.npy": objects(),
    "pickle.npy": pickle.dumps(Evil()),
    "pickle.npz": pickle.dumps(Evil()),
    "no header.npy": b"\x93NUMPY\x01\x00" + b"\xff\xff" + b"x" * 50,
    "code in header.npy": b"\x93NUMPY\x01\x00\x40\x00" + b"__import__('os').system('touch evil')".ljust(63) + b"\n",
    "deep header.npy": b"\x93NUMPY\x01\x00\xf0\x0f" + (b"(" * 2000 + b")" * 2000).ljust(4079) + b"\n",
    "claims.npz": packed({"a.npy": header((10**11,))}),
    "objects.npz": packed({"a.npy": objects()}),
    "no arrays.npz": packed({"a.txt": b"x"}),
    "empty.npz": b"",
    "cut.npz": packed({"a.npy": header((4,), data=bytes(16))})[:-30],
}


def refused(act: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with watched() as seen, deadline(10), pytest.raises(KerascliError) as caught:
        act()
    assert caught.value.exit_code in (ExitCode.SPEC, ExitCode.DATA)
    assert not seen.others and not seen.writes
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert "\x1b" not in "".join(render_plain(one) for one in caught.value.diagnostics)


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(ARRAYS[name])
    refused(lambda: read_file(path))
    refused(lambda: read_arrays(path))
    assert not Path("evil").exists()


def test_packed_arrays(tmp_path: Path) -> None:
    """Weights of 200 MB in 200 KB are refused; those of a checkpoint, as NumPy writes them, are not."""
    path = tmp_path / "weights.npz"
    path.write_bytes(packed({"a.npy": header((50_000_000,), data=bytes(200_000_000))}))
    refused(lambda: read_arrays(path))
    np.savez(path, a=np.zeros(20_000_000, np.float32), b=np.float32(1))
    assert read_arrays(path, single=True)["a"].nbytes == 80_000_000


TEXTS = {
    "deep.jsonl": b"[" * 100_000,
    "deep value.jsonl": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "no text.jsonl": b'{"a": "\xff"}\n',
    "nul.csv": b"a,b\n1,\x00\n",
    "no gzip.csv.gz": b"a,b\n1,2\n",
    "cut.csv.gz": gzip.compress(b"a,b\n" + b"1,2\n" * 1000)[:40],
    "empty.csv": b"",
    "no.parquet": b"PAR1" + b"\xff" * 100 + b"PAR1",
    "cut.parquet": b"PAR1",
    "escape.csv": b"\x1b[2J,\x1b[2J\n1,2\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_tables(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(TEXTS[name])
    refused(lambda: list(read_file(path).blocks()))


@pytest.mark.parametrize("ending", [".npz", ".npy", ".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet"])
def test_no_devices(ending: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"fifo{ending}")
    for target in ("/dev/zero", "/dev/random", f"circle{ending}"):
        (tmp_path / f"circle{ending}").unlink(missing_ok=True)
        (tmp_path / f"circle{ending}").symlink_to(target)
        refused(lambda: read_file(tmp_path / f"circle{ending}"))
    refused(lambda: read_file(tmp_path / f"fifo{ending}"))


@pytest.mark.parametrize("ending", [".npz", ".csv", ".jsonl", ".parquet"])
def test_no_path(ending: str, tmp_path: Path) -> None:
    refused(lambda: read_file(tmp_path / f"a\0b{ending}"))


@pytest.mark.parametrize(("text", "deep"), [("[" * 64 + "]" * 64, False), ("[" * 65 + "]" * 65, True), ("[[1]," * 40 + "1" + "]" * 40, False),
    ('["' + "[" * 100 + '"]', False), ('["' + "]" * 100 + '"' + ",[" * 70, True), ('["\\"' + "]" * 100 + '"' + ",[" * 70, True), ("[\n" * 100, False),
    ("[" + "[1]," * 100 + "1]", False), ("{}", False), ("", False), ('"' + "[" * 80, True)])  # fmt: skip
def test_depth_of_lines(text: str, deep: bool) -> None:
    assert is_deep(text.encode()) == deep


def png(width: int, height: int) -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["image", "audio", "text"])
def test_huge_files_of_one_sample(kind: str, tmp_path: Path) -> None:
    """A file with a hole of 3 GB takes no place on the disk, and must take none in memory."""
    path = tmp_path / "huge"
    path.write_bytes(png(8, 8) if kind == "image" else b"RIFF")
    os.truncate(path, 3 << 30)
    read = Read(kind, (("folder", str(tmp_path)), *((("length", 10),) if kind == "audio" else ())))
    paths = np.array(["huge"], dtype=object)
    table = make_table({"path": paths}, "test")
    refused(lambda: check_media(read, paths, table, "path", None))
    if kind != "image":
        refused(lambda: read_media(read, paths, table, "path", None))


def masked_checksum(content: bytes) -> int:
    """The CRC-32C of a TFRecord, turned as its writer does."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def record(length: int, content: bytes = b"") -> bytes:
    """A record that claims a length, its checksums right."""
    head = length.to_bytes(8, "little")
    checks = [masked_checksum(one).to_bytes(4, "little") for one in (head, content)]
    return head + checks[0] + content + checks[1]


RECORDS = {
    "a claim": (record(2**60), None),
    "a claim that wraps": (record(2**64 - 4), None),
    "a claim behind a record": (record(4, b"abcd") + record(2**40), None),
    "cut off": (record(4, b"abcd")[:-3], None),
    "a packed claim": (gzip.compress(record(2**60)), "GZIP"),
    "a packed claim in zlib": (zlib.compress(record(2**40)), "ZLIB"),
    "a bomb": (gzip.compress(record(1, b"a") + bytes(300 << 20), 9), "GZIP"),
    "not packed": (record(4, b"abcd"), "GZIP"),
    "cut off when packed": (gzip.compress(record(4, b"abcd"))[:-12], "GZIP"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_record_lengths(name: str, tmp_path: Path) -> None:
    content, compression = RECORDS[name]
    path = tmp_path / "a.tfrecord"
    path.write_bytes(content)
    refused(lambda: list(record_batches(path, compression, 0, None)))


def test_sound_records(tmp_path: Path) -> None:
    path = tmp_path / "a.tfrecord"
    content = b"".join(record(len(text), text) for text in (b"", b"abcd", bytes(3 << 20), b"x"))
    for compression, packed_content in (
        (None, content),
        ("GZIP", gzip.compress(content)),
        ("ZLIB", zlib.compress(content)),
    ):
        path.write_bytes(packed_content)
        assert [len(one.numpy()) for batch in record_batches(path, compression, 0, None) for one in batch] == [0, 4, 3 << 20, 1]  # fmt: skip


@pytest.mark.parametrize("kind", ["image", "audio", "text", "npy"])
def test_media(kind: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "large").write_bytes(png(20_000, 20_000))
    (tmp_path / "huge").write_bytes(png(2**31 - 1, 2**31 - 1))
    (tmp_path / "none").write_bytes(b"")
    assert MOST_PIXELS < 20_000**2
    arguments = (("folder", str(tmp_path)), *((("length", 10),) if kind == "audio" else ()))
    names = ["fifo", "zero", "none", "", "\x1b[2J", "a\0b", "x" * 300]
    for name in [*names, "large", "huge"] if kind == "image" else names:
        paths = np.array([name], dtype=object)
        table = make_table({"path": paths}, "test")
        refused(lambda paths=paths, table=table: check_media(Read(kind, arguments), paths, table, "path", None))
