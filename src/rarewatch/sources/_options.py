"""What the options of several source kinds share: checked selectors, and how the articles behind a list are read."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from rarewatch.text.article import Selectors
from rarewatch.text.charset import known

_EMPTY = LexborHTMLParser("<p></p>")


def _css(selector: str) -> str:
    try:
        _EMPTY.css(selector)
    except SelectolaxError:
        raise ValueError(f"{selector!r} is not a CSS selector") from None
    return selector


def _css_or_attribute(selector: str) -> str:
    css, at, attribute = selector.partition("@")
    if at and not attribute:
        raise ValueError(f"{selector!r} names no attribute behind the @")
    if css or not at:
        _css(css)
    return selector


def _charset(name: str) -> str:
    if name and not known(name):
        raise ValueError(f"{name!r} is not the name of a character encoding")
    return name


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Wrapped = BeforeValidator(_several, json_schema_input_type=str | list[str])
"""Lets one string stand where a list of them may."""
Css = Annotated[str, AfterValidator(_css)]
Pick = Annotated[str, AfterValidator(_css_or_attribute)]
OptionalCss = Annotated[str, AfterValidator(lambda css: _css(css) if css else css)]
Csses = Annotated[tuple[Css, ...], Wrapped]
Picks = Annotated[tuple[Pick, ...], Wrapped]
Charset = Annotated[str, AfterValidator(_charset)]


class ArticleOptions(BaseModel):
    """Where things stand on an article's page; of a list of selectors the first that finds something counts."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[Picks, Field(description="title, as CSS or css@attribute")] = ()
    text: Annotated[Csses, Field(description="container of the body, as CSS")] = ()
    date: Annotated[Picks, Field(description="date of publication, as CSS or css@attribute")] = ()
    author: Annotated[Picks, Field(description="author, as CSS or css@attribute")] = ()
    origin: Annotated[Picks, Field(description="whom the page names as its source, as CSS or css@attribute")] = ()
    remove: Annotated[Csses, Field(description="parts to take out before anything is read, as CSS; all of them")] = ()

    def selectors(self) -> Selectors:
        """The same for the reader of articles."""
        return Selectors(self.title, self.text, self.date, self.author, self.origin, self.remove)


class FollowOptions(BaseModel):
    """The options of every kind whose list leads to articles."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    day_first: Annotated[bool, Field(description="whether 12/01/2026 is the 12th of January")] = False
    allow_hosts: Annotated[
        tuple[str, ...],
        Field(description="hosts beside the page's own from which articles are fetched; *.example.cn for all below"),
    ] = ()
    charset: Annotated[Charset, Field(description="the pages' encoding, where they declare a wrong one and it cannot be told")] = ""
    articles: Annotated[
        Literal["new", "never"], Field(description="whether the pages of new rows are fetched, or the row is all there is")
    ] = "new"
    max_articles: Annotated[
        int, Field(description="pages and documents fetched in one poll; the rest follows at the next", ge=1, le=500)
    ] = 30
    attachments: Annotated[
        int, Field(description="documents (PDF, DOCX, ...) fetched and read with one announcement at most; 0: none", ge=0, le=20)
    ] = 3
    article: Annotated[ArticleOptions, Field(description="where things stand on an article's page")] = ArticleOptions()
