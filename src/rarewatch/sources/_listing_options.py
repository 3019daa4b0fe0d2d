"""What the YAML of a `listing` source may say, checked when it is read."""

from typing import Annotated

from pydantic import AfterValidator, Field

from rarewatch.sources._json_options import OptionalPath
from rarewatch.sources._listing_pages import BEFORE, PAGE
from rarewatch.sources._options import Css, Csses, FollowOptions, OptionalCss, Picks


def _turned(address: str) -> str:
    if address and PAGE not in address and BEFORE not in address:
        raise ValueError(f"{address!r} has neither {PAGE} nor {BEFORE} in it")
    return address


class RowOptions(FollowOptions):
    """The options of every kind whose rows are HTML: where things stand within a row."""

    link: Annotated[
        OptionalCss,
        Field(description="CSS of the link within the row, or of the row itself; default: the first link with a title"),
    ] = ""
    link_attr: Annotated[str, Field(description="attribute that holds the address, where it is not href", min_length=1)] = "href"
    # The default takes the title attribute where the text is cut with an ellipsis or missing.
    title: Annotated[
        Picks,
        Field(description="title within the row, as CSS or css@attribute, the first that finds one; default: the link's"),
    ] = ()
    date: Annotated[
        Picks, Field(description="CSS or css@attribute of the date within the row; the texts of a list are joined in its order")
    ] = ()
    exclude: Annotated[Csses, Field(description="rows that are, or contain, one of these are skipped, as CSS")] = ()
    min_items: Annotated[int, Field(description="fewer rows than this mean that the layout has changed", ge=0)] = 1


class Options(RowOptions):
    """The keys under `options:` of a source with `kind: listing`."""

    item: Annotated[Css, Field(description="CSS selector of a row: one row is one announcement")]
    html: Annotated[
        OptionalPath, Field(description="JMESPath of the list's HTML, where the answer is JSON that holds it; default: a web page")
    ] = ""
    pages: Annotated[
        str,
        AfterValidator(_turned),
        Field(
            description="address of the list's further pages, {page} standing for 2, 3, ... or {page-1} for 1, 2, ...; "
            "default: as the page itself says, by createPageHTML or a link to the next one"
        ),
    ] = ""
    max_pages: Annotated[int, Field(description="pages of the list read in one poll at most", ge=1, le=50)] = 5
