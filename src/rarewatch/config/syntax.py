"""The YAML parser's complaints, told for people."""

import yaml

from rarewatch.errors import ConfigError

_HINTS = (
    ("mapping values are not allowed", "put a value that holds ': ' in quotes, or mend the indentation of this line"),
    ("could not find expected ':'", "a key needs a colon and a space after it: `key: value`"),
    ("unexpected end of stream", "a quote is not closed; is the file complete?"),
    ("expected ',' or", "a bracket is not closed or a comma is missing; is the file complete?"),
    ("node content", "a value is missing here or a bracket is not closed; is the file complete?"),
    ("cannot start any token", "put a value that begins with this character in quotes"),
    ("escape", "in double quotes a backslash is special; use single quotes"),
    ("expected '-' indicator", "begin this line with '- ' or mend its indentation"),
    ("expected <block end>", "mend the indentation of this line"),
    ("expected key", "mend the indentation of this line"),
    ("duplicate anchor", "give every & its own name"),
)
_PLAIN_HINT = "mend this line or the one above it"


def syntax_error(file: str, text: str, error: yaml.YAMLError) -> ConfigError:
    """The parser's `error` as a `ConfigError` with line, column and a hint; it never quotes the file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or "this is not YAML")
    lines = text.splitlines() or [""]
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    if line > len(lines):  # behind the last line: the end of it is what people can see
        line, column = len(lines), len(lines[-1]) + 1
    hint = _hint(problem, lines[line - 1][:column] if line else "")
    return ConfigError(_told(problem, error, line), file=file, line=line, column=column, hint=hint)


def _told(problem: str, error: yaml.YAMLError, line: int) -> str:
    opened = getattr(error, "context_mark", None)
    context = getattr(error, "context", None)
    if context and opened and opened.line + 1 < line and any(word in context for word in ("quoted", "flow")):
        return f"the YAML cannot be read: {problem} {context} that begins at line {opened.line + 1}"
    return f"the YAML cannot be read: {problem}"


def _hint(problem: str, before: str) -> str:
    """What to do about `problem`; `before` is its line up to it."""
    if "\t" in before or "tab" in problem:
        return "indent with spaces; tabs are not allowed there"
    return next((hint for sign, hint in _HINTS if sign in problem), _PLAIN_HINT)
