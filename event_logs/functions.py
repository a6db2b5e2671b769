"""Engine functions that Ibis does not know by name, declared so that expressions can use them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

_TEXTS = dt.Array(dt.string)
BITS = 62  # of a whole number, what shifting reaches on every engine


@ibis.udf.scalar.builtin(name="try_strptime", signature=((dt.string, _TEXTS), dt.timestamp))  # type: ignore[untyped-decorator]
def parse_time(text: Any, formats: Any) -> Any:
    """The first format that fits, else null."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, dt.Timestamp("UTC")), dt.timestamp))  # type: ignore[untyped-decorator]
def wall_clock(zone: Any, instant: Any) -> Any:
    """An instant as clocks on the wall of a zone show it."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, dt.timestamp), dt.Timestamp("UTC")))  # type: ignore[untyped-decorator]
def instant(zone: Any, time: Any) -> Any:
    """The instant at which clocks on the wall of a zone show a time."""


@ibis.udf.scalar.builtin(name="trim", signature=((dt.string, dt.string), dt.string))  # type: ignore[untyped-decorator]
def trim(text: Any, characters: Any) -> Any:
    """Text without these characters at its ends."""


@ibis.udf.scalar.builtin(name="translate", signature=((dt.string, dt.string, dt.string), dt.string))  # type: ignore[untyped-decorator]
def translate(text: Any, these: Any, those: Any) -> Any:
    """Text with each character of `these` put as its fellow in `those`."""


@ibis.udf.scalar.builtin(name="regexp_extract_all", signature=((dt.string, dt.string), _TEXTS))  # type: ignore[untyped-decorator]
def find_all(text: Any, pattern: Any) -> Any:
    """Every match of a pattern, in order."""


@ibis.udf.scalar.builtin(name="regexp_replace", signature=((dt.string, dt.string, dt.string, dt.string), dt.string))  # type: ignore[untyped-decorator]
def replace_all(text: Any, pattern: Any, by: Any, flags: Any) -> Any:
    """Every match of a pattern replaced (`flags`: ``g``)."""


@ibis.udf.scalar.builtin(name="to_seconds", signature=((dt.float64,), dt.Interval("s")))  # type: ignore[untyped-decorator]
def seconds(number: Any) -> Any:
    """A span of so many seconds. (Ibis' own spans are refused by sqlglot's compiled form, which others may install.)"""


@ibis.udf.scalar.builtin(name="bit_count", signature=((dt.int64,), dt.int64))  # type: ignore[untyped-decorator]
def bits_set(number: Any) -> Any:
    """How many bits of a whole number are set."""


@ibis.udf.scalar.builtin(name="make_timestamp", signature=((dt.int64,), dt.timestamp))  # type: ignore[untyped-decorator]
def from_microseconds(number: Any) -> Any:
    """The moment so many microseconds after 1970, without zone."""


def lists_any(column: ir.ArrayColumn) -> ir.BooleanValue:
    """Whether a list has anything in it: never null.

    Asked twice, for a reader of files leaves out rows by what is null, and then reads no other column of them.
    """
    some: ir.BooleanValue = column.notnull() & (column.length() > 0)
    return some


_FEW = 8


def one_of(column: ir.Value, values: Sequence[str]) -> ir.BooleanValue:
    """Whether a text is one of some: never null.

    A few are compared one by one, in half the time that a list and what to put for null take.
    """
    if not values:
        return ibis.literal(False)
    if len(values) > _FEW:
        return column.isin(values).fill_null(False)
    found: ir.BooleanValue = reduce(or_, (column.identical_to(value) for value in values))
    return found


@cache
def _number_for(kind: dt.DataType) -> Any:
    def number_for(value: Any) -> Any: ...

    return ibis.udf.scalar.builtin(number_for, name="number_for", signature=((kind,), dt.int64))


def hashed(value: ir.Value) -> ir.IntegerValue:
    """A whole number from 0 that stands for a value, null included: the engine's own function, of 63 bits.

    Ibis' has a sign, which costs as much again: it passes through a text of bits.
    """
    number: ir.IntegerValue = _number_for(value.type())(value)
    return number


def text_of(value: str) -> ir.StringScalar:
    """A constant text, typed, for the functions above."""
    return ibis.literal(value, type="string")


def texts_of(values: tuple[str, ...]) -> ir.ArrayScalar:
    """A constant list of text."""
    return ibis.literal(list(values), type="array<string>")


@ibis.udf.scalar.builtin(name="to_json", signature=((_TEXTS,), dt.JSON()))  # type: ignore[untyped-decorator]
def as_json(items: Any) -> Any:
    """A list as a JSON array."""
