"""The types of the problem's values, checked at its door: a wrong one is an error that names its subject, never a crash.

The checks are made once for each class from its annotations, so that a new field is checked without a word more.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from routing.errors import ProblemError

type Fits = Callable[[object], bool]
"""Whether a value has a type."""
type Spec = tuple[tuple[str, object, Fits], ...]


def checked_items[T](values: object, kind: type[T], name: str) -> tuple[T, ...]:
    """The values as a tuple of that class, each field of the type it is stated to be. Raises ProblemError."""
    found: tuple[T, ...] = checked_list(values, lambda value: isinstance(value, kind), name, kind.__name__)
    for number, value in enumerate(found):
        wrong = _wrong_field(value, _fields(kind))
        if wrong is not None:
            name_of = getattr(value, "id", None)
            who = name_of if isinstance(name_of, str) else f"number {number + 1}"
            stated = get_type_hints(kind)[wrong]
            text = f"{wrong} is {_shown(getattr(value, wrong))}; it must be {_words(stated)}"
            raise ProblemError(f"{name[:-1]} {who}", text)
    return found


def checked_list(values: object, fits: Fits, name: str, what: str) -> tuple[Any, ...]:
    """The values as a tuple, each of which passes. Raises ProblemError."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ProblemError("problem", f"{name} must be a list of {what}, not {_shown(values)}")
    found = tuple(values)
    for number, value in enumerate(found):
        if not fits(value):
            raise ProblemError("problem", f"{name}[{number}] is {_shown(value)}, which is none of the {what} wanted")
    return found


def checked_mapping[K, V](values: object, key: Fits, value: Fits, name: str) -> dict[K, V]:
    """The values as a dictionary whose keys and values pass. Raises ProblemError."""
    if not isinstance(values, Mapping):
        raise ProblemError("problem", f"{name} must be a mapping")
    for one, other in values.items():
        if not (key(one) and value(other)):
            raise ProblemError("problem", f"{name} holds {_shown(one)}: {_shown(other)}, which is of another type")
    return dict(values)


def is_text(value: object) -> bool:
    """Whether it is a text."""
    return isinstance(value, str)


def anything(value: object) -> bool:  # noqa: ARG001 - a later check names what is wrong with it
    """True: a later check says what is wrong."""
    return True


def is_pair(value: object) -> bool:
    """Whether it is a pair of texts."""
    return isinstance(value, tuple) and len(value) == 2 and all(map(is_text, value))


def _wrong_field(value: object, spec: Spec) -> str | None:
    for name, default, fits in spec:
        found = getattr(value, name)
        if found is not default and not fits(found):
            return name
    return None


_specs: dict[type, Spec] = {}


def _fields(kind: type) -> Spec:
    """Name, default and test of each field; most values are the default, and need no test."""
    if kind not in _specs:
        hints = get_type_hints(kind)
        _specs[kind] = tuple(
            (field.name, field.default, _test(hints[field.name])) for field in fields(kind) if field.init
        )
    return _specs[kind]


def _test(hint: Any) -> Fits:
    """Whether a value has the type; a bool is no int, and ranges, which name the number, refuse a fraction."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        first, *more = [_test(part) for part in parts if part is not NoneType]
        return lambda value: value is None or first(value) or any(test(value) for test in more)
    if origin is tuple:
        item = _test(parts[0])
        return lambda value: isinstance(value, tuple) and all(map(item, value))
    if origin is frozenset:
        return lambda value: isinstance(value, frozenset) and all(map(is_text, value))
    if hint is int:
        return lambda value: type(value) is int or type(value) is float
    if hasattr(hint, "_fields"):  # a window
        return lambda value: isinstance(value, tuple) and len(value) == len(hint._fields)
    if isinstance(hint, type) and (hint is bool or issubclass(hint, str | Enum)):
        return lambda value: isinstance(value, hint)
    inner = _fields(hint)
    return lambda value: isinstance(value, hint) and _wrong_field(value, inner) is None


def _words(hint: Any) -> str:
    parts = [part for part in get_args(hint) if part is not NoneType]
    if get_origin(hint) in (Union, UnionType):
        return " or ".join([*map(_words, parts), "None"])
    if get_origin(hint) is tuple:
        return f"a tuple of {parts[0].__name__}"
    if get_origin(hint) is frozenset:
        return "a frozenset of str"
    return str(hint.__name__)


def _shown(value: object) -> str:
    return repr(value)[:60]
