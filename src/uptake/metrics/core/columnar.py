"""Rows of a large answer, kept as columns until somebody looks at a row: a map of every account in every month has many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Cells = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Columnar:
    """Rows as columns.

    Args:
        columns: Name -> its cells; a number that is nan is missing.
    """

    columns: Mapping[str, Cells]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows, made when they are first looked at."""
        names = list(self.columns)
        cells = (_plain(column) for column in self.columns.values())
        return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]

    def with_column(self, name: str, cells: Cells) -> Columnar:
        """The same with other cells in one column."""
        return replace(self, columns={**self.columns, name: cells})

    def table(self, schema: pa.Schema) -> pa.Table:
        """The columns of a schema as an Arrow table."""
        arrays = [pa.array(self.columns[field.name], field.type, from_pandas=True) for field in schema]
        return pa.table(arrays, schema=schema)


def cells_of(table: pa.Table) -> dict[str, Cells]:
    """The columns of a table as those of an answer."""
    return {
        name: _cells(column.combine_chunks()) for name, column in zip(table.column_names, table.columns, strict=True)
    }


def _cells(column: pa.Array) -> Cells:
    if pa.types.is_dictionary(column.type):
        # each word once
        words = np.array([*column.dictionary.to_pylist(), None], object)
        told: Cells = words[column.indices.fill_null(len(words) - 1).to_numpy()]
        return told
    found: Cells = column.to_numpy(zero_copy_only=False)
    if found.dtype.kind == "f" and not pa.types.is_floating(column.type):  # whole numbers, some of which are missing
        return np.array(column.to_pylist(), object)
    return found


def runs_of(table: pa.Table, labels: Sequence[str]) -> tuple[list[dict[str, Any]], NDArray[np.int64]]:
    """What rows that stand together say alike, and where each run of them begins, then how many rows there are.

    Args:
        table: The rows; those that say the same in all labels are next to each other.
        labels: Names of columns.
    """
    numbered = table.select(labels).append_column("row", pa.array(np.arange(len(table))))
    groups = numbered.group_by(labels).aggregate([("row", "min")]).sort_by("row_min").to_pylist()
    begins = [group.pop("row_min") for group in groups]
    return groups, np.array([*begins, len(table)], np.int64)


class RowsOf:
    """The attribute `rows` of an answer: set to rows, or to columns that they are made from when they are asked for."""

    def __set__(self, answer: object, value: list[dict[str, Any]] | Columnar) -> None:
        answer.__dict__["rows"] = value

    def __get__(self, answer: object, owner: type) -> list[dict[str, Any]]:
        if answer is None:
            raise AttributeError("rows")  # so that a dataclass takes it for a field without a default
        found: list[dict[str, Any]] | Columnar = answer.__dict__["rows"]
        return found.rows if isinstance(found, Columnar) else found


ROWS = RowsOf()
if TYPE_CHECKING:
    Rows = RowsOf
else:
    Rows = list[dict[str, Any]]  # what an answer that comes from a server is read as


def columnar(answer: object) -> Columnar | None:
    """The columns of an answer, if it has been kept as such."""
    found = answer.__dict__["rows"]
    return found if isinstance(found, Columnar) else None


def _plain(column: Cells) -> list[Any]:
    """Cells as plain values, None for what is missing."""
    if column.dtype.kind != "f":
        return list(column.tolist())
    cells = column.astype(object)
    cells[np.isnan(column)] = None
    return list(cells)
