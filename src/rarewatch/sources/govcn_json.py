"""The source kind `govcn_json`: the State Council's static lists, an array of {TITLE, SUB_TITLE, URL, DOCRELPUBTIME}.

One file holds about a month; the page that shows it cuts it into pages itself, so there is nothing further to ask for.
"""

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urljoin

from pydantic import BaseModel

from rarewatch.errors import LayoutChanged
from rarewatch.nouns.source import Get, Seen, Source
from rarewatch.sources import Visit
from rarewatch.sources._answers import unchanged
from rarewatch.sources._articles import Entry
from rarewatch.sources._json import read_json
from rarewatch.sources._links import absolute, line, mark_of
from rarewatch.sources._long_lists import LongOptions, entries_of, read_articles
from rarewatch.text.plain import plain


class Options(LongOptions):
    """The keys under `options:` of a source with `kind: govcn_json`."""


class GovCnJson:
    """Reads one of the State Council's lists and the pages its items link to."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once; `url` is the file.

        Raises `LayoutChanged` where it is no array or one of fewer items than `min_items`, `Refused` where it is an anti-bot page.
        """
        options = source.options
        assert isinstance(options, Options)
        # The file is served to whoever comes from the page that shows it, which stands in the same folder.
        got = yield Get(source.url, headers={"Referer": urljoin(source.url, "./")}, validators=seen.validators)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        document = read_json(got, options.charset)
        if not isinstance(document.value, list):
            raise LayoutChanged(f"the file is no array; {document.start}", url=got.url)
        entries, tour = entries_of(document.value, lambda item: _entries(item, got.url), document, options, got)
        return (yield from read_articles(entries, source, options, index=got, seen=seen, tour=tour))


def _entries(item: dict[str, Any], start: str) -> Iterator[Entry]:
    """The entry of one item; none where it has no title or no address."""
    fields = {str(name).upper(): value for name, value in item.items() if isinstance(value, str)}
    title, url = line(plain(fields.get("TITLE", ""))), absolute(fields.get("URL", ""), start)
    if title and url:
        day = line(fields.get("DOCRELPUBTIME", ""))
        yield Entry(url, title, mark_of(url, title), (day,) if day else (), summary=line(plain(fields.get("SUB_TITLE", ""))))
