"""JMESPath as a JSON list uses it: one function more than the standard, and every value as text. Pure."""

import json
import re
from typing import Any

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError

_CHAIN = re.compile(r'(?:[A-Za-z_]\w*|"[^"\\]+")(?:\.(?:[A-Za-z_]\w*|"[^"\\]+"))*')
_NAME = re.compile(r'"([^"]+)"|(\w+)')


class FUNCTIONS(functions.Functions):
    """The standard functions and `parse_json(text)`, for fields that hold JSON in a string."""

    @functions.signature({"types": ["string", "null"]})
    def _func_parse_json(self, text: str | None) -> Any:
        try:
            return json.loads(text or "null", strict=False)
        except (ValueError, RecursionError):
            return None


_OPTIONS = jmespath.Options(custom_functions=FUNCTIONS())


def find(path: str, value: Any) -> Any:
    """What `path` finds in `value`; None where it finds nothing, or where a function of it meets what it cannot take."""
    try:
        return jmespath.compile(path).search(value, options=_OPTIONS)
    except (JMESPathError, RecursionError):
        return None


def is_null(path: str, value: Any) -> bool:
    """Whether the last name of `path` (a plain chain of names) stands there as null: so some servers write an empty list."""
    if not _CHAIN.fullmatch(path):
        return False
    *above, last = [quoted or bare for quoted, bare in _NAME.findall(path)]
    for name in above:
        value = value.get(name) if isinstance(value, dict) else None
    return isinstance(value, dict) and last in value and value[last] is None


def written(value: Any) -> str:
    """A value as text: a whole number without a point, nothing for null, true, false, lists and objects."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
