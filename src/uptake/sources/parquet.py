"""Parquet files: native types kept, dictionaries unfolded, nested values as JSON text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from uptake.errors import ImportFailed
from uptake.sources.reading import Piece, Source, check_columns
from uptake.sources.tables import BATCH_ROWS, pieces
from uptake.sources.text import codec_of, unreadable

MAGIC = b"PAR1"


def count_rows(source: Source) -> int:
    """How many rows a file has, as its footer says.

    Raises:
        ImportFailed: It is not a Parquet file, or is cut off.
    """
    with _opened(source) as file:
        rows: int = file.metadata.num_rows
    return rows


def read(source: Source, kind: str) -> Iterator[Piece]:
    """Reads a Parquet file batch by batch; `_line` numbers its rows from 1.

    Args:
        source: The file.
        kind: What its rows are.

    Raises:
        ImportFailed: It is not a Parquet file, is cut off or damaged, or holds text that is not UTF-8.
    """
    with _opened(source) as file:
        schema = file.schema_arrow
        check_columns(schema.names, source.name)
        yield from pieces(_batches(file), schema, kind, source, file.metadata.num_rows)


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
        # Arrow believes what a file says of its text; nobody after us checks it.
        batch.validate(full=True)
        yield batch


@contextmanager
def _opened(source: Source) -> Iterator[pq.ParquetFile]:
    try:
        with pa.OSFile(os.fsencode(source.path)) as raw:
            if codec := codec_of(raw.read(4)):
                do = "Unpack it: Parquet is compressed inside."
                raise ImportFailed(f"{source.name} is a Parquet file compressed with {codec}.", do=do)
            with pq.ParquetFile(raw) as file:
                yield file
    except pa.ArrowException as error:
        reason = str(error).strip().splitlines()[0]
        raise ImportFailed(f"{source.name} is not a Parquet file, or is cut off or damaged: {reason}") from error
    except OSError as error:
        if error.errno is not None:
            raise unreadable(source.name, error) from error
        raise ImportFailed(f"{source.name} is damaged: {str(error).strip().splitlines()[0]}") from error
