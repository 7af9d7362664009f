"""Tables in memory: Arrow, pandas, polars and whatever speaks Arrow's stream interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from functools import partial
from itertools import chain
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from uptake.errors import ImportFailed
from uptake.sources.reading import (
    CHUNK_ROWS,
    LINE,
    LONGEST_SAMPLE,
    Chunk,
    Piece,
    Reading,
    Source,
    check_columns,
    gather,
)

NAME = "table"
"""What chunks of a table in memory name as their file."""
BATCH_ROWS = 65_536

_encode = msgspec.json.Encoder(order="deterministic", enc_hook=str).encode


def open_table(frame: object, kind: str, chunk_rows: int = CHUNK_ROWS) -> Reading:
    """Opens a table in memory.

    Args:
        frame: A pyarrow Table, RecordBatch or RecordBatchReader; a pandas DataFrame, whose index counts
            if it has a name; or anything with `__arrow_c_stream__`, such as a polars DataFrame.
        kind: What its rows are.
        chunk_rows: Most rows of a chunk.

    Returns:
        The reading; `_line` numbers the rows from 1. A RecordBatchReader can be read once.

    Raises:
        ImportFailed: It is no table, or holds columns Arrow cannot type.

    Examples:
        >>> reading = open_table(pa.table({"event_name": ["Signed Up"], "user_id": ["u1"]}), "events")
        >>> reading.rows_total, [chunk.rows.column_names for chunk in reading.chunks()]
        (1, [['event_name', 'user_id', '_line']])
    """
    frame = _as_arrow(frame)
    rows_total = len(frame) if isinstance(frame, Sized) else None
    size: int = frame.nbytes if isinstance(frame, pa.Table) else 0
    reader = _reader(frame)
    schema, head, rows = reader.schema, list[pa.RecordBatch](), 0
    check_columns(schema.names, "The table")
    for batch in reader:
        head.append(batch)
        rows += batch.num_rows
        if rows >= LONGEST_SAMPLE:
            break
    source = Source(Path(NAME), NAME, size)
    is_stream = isinstance(frame, pa.RecordBatchReader)
    begin = _once(chain(head, reader)) if is_stream else partial(_reader, frame)

    def chunks() -> Iterator[Chunk]:
        return gather(pieces(begin(), schema, kind, source, rows_total), source, 0, chunk_rows)

    sample = pa.concat_tables(piece.rows for piece in pieces(head, schema, kind, source, rows_total))
    return Reading(kind, "arrow", (), size, rows_total, sample.slice(0, LONGEST_SAMPLE), chunks)


def pieces(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, kind: str, source: Source, rows_total: int | None
) -> Iterator[Piece]:
    """Makes pieces of record batches: types as they are, but for those of `plain`.

    Args:
        batches: All of one schema.
        schema: The schema.
        kind: What the rows are.
        source: Where they come from; its size is spread over the rows.
        rows_total: How many rows there are, if known.

    Raises:
        ImportFailed: Nested values cannot be written as JSON.
    """
    rows = 0
    for batch in chain([schema.empty_table()], batches):
        table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch], schema)
        columns = {name: plain(table.column(name), name, source.name) for name in schema.names}
        columns[LINE] = pa.arange(rows + 1, rows + 1 + table.num_rows)
        rows += table.num_rows
        yield Piece(kind, pa.table(columns), (), source.size * rows // rows_total if rows_total else 0)


def plain(column: pa.ChunkedArray, name: str, file: str) -> pa.ChunkedArray:
    """A column in a type every engine knows: dictionaries unfolded, nested values as JSON text.

    Args:
        column: The column.
        name: Its name, for the error.
        file: Its file, for the error.

    Raises:
        ImportFailed: Nested values cannot be written as JSON.
    """
    found = column.type
    if isinstance(found, pa.BaseExtensionType) and found.extension_name != "arrow.uuid":
        return plain(column.cast(found.storage_type), name, file)
    if pa.types.is_run_end_encoded(found):
        return plain(pc.run_end_decode(column), name, file)
    if pa.types.is_nested(found):
        return _json(column, name, file)
    if pa.types.is_dictionary(found):
        unfolded = [_unfold(chunk) for chunk in column.chunks]
        return plain(pa.chunked_array(unfolded, _viewless(found.value_type)), name, file)
    return column.cast(_viewless(found))


def _viewless(found: pa.DataType) -> pa.DataType:
    if pa.types.is_string_view(found) or pa.types.is_null(found) or pa.types.is_decimal256(found):
        return pa.string()
    if pa.types.is_binary_view(found):
        return pa.binary()
    return pa.float32() if pa.types.is_float16(found) else found


def _unfold(array: pa.DictionaryArray) -> pa.Array:
    words = array.dictionary.cast(_viewless(array.type.value_type))
    return words.take(array.indices)


def _json(column: pa.ChunkedArray, name: str, file: str) -> pa.ChunkedArray:
    try:
        values = column.to_pylist(maps_as_pydicts="lossy")
        texts = [None if value is None else _encode(value).decode() for value in values]
    except (ValueError, TypeError, OverflowError, KeyError, RecursionError) as error:
        raise ImportFailed(f"Column '{name}' of {file} holds nested values that have no JSON form: {error}.") from error
    return pa.chunked_array([pa.array(texts, pa.string())])


def _as_arrow(frame: object) -> object:
    """Takes pandas and record batches as tables, everything else as it is."""
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if type(frame).__module__.split(".")[0] != "pandas" or not hasattr(frame, "index"):
        return frame
    if not hasattr(frame, "columns"):
        raise _no_table(frame)
    if twice := list(dict.fromkeys(frame.columns[frame.columns.duplicated()])):
        raise ImportFailed(
            f"The table has several columns that are called '{twice[0]}'.", do="Give each a name of its own."
        )
    try:
        return pa.Table.from_pandas(frame, preserve_index=any(name is not None for name in frame.index.names))
    except (pa.ArrowException, ValueError, TypeError) as error:
        reason = "; ".join(str(part) for part in error.args)
        do = "Give each column one type."
        raise ImportFailed(f"The table has a column of mixed values: {reason}.", do=do) from error


def _reader(frame: object) -> pa.RecordBatchReader:
    if isinstance(frame, pa.RecordBatchReader):
        return frame
    if isinstance(frame, pa.Table):
        return frame.to_reader(max_chunksize=BATCH_ROWS)
    if hasattr(frame, "__arrow_c_stream__"):
        try:
            return pa.RecordBatchReader.from_stream(frame)
        except pa.ArrowInvalid:  # one column, which has a stream as well
            raise _no_table(frame) from None
    raise _no_table(frame)


def _no_table(frame: object) -> ImportFailed:
    return ImportFailed(
        f"A {type(frame).__name__} is not a table.",
        allowed=[
            "pyarrow Table",
            "RecordBatchReader",
            "pandas DataFrame",
            "polars DataFrame",
            "a list of dicts",
            "a path",
        ],
    )


def _once(batches: Iterable[pa.RecordBatch]) -> Callable[[], Iterable[pa.RecordBatch]]:
    unread = [batches]

    def take() -> Iterable[pa.RecordBatch]:
        if not unread:
            raise ImportFailed("The stream has been read already.", do="Open it again.")
        return unread.pop()

    return take
