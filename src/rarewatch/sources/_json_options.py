"""What the YAML of a `json_list` source may say: the request, where the items stand, and what each of their fields is."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from rarewatch.sources._json_paths import FUNCTIONS
from rarewatch.sources._options import FollowOptions, Wrapped
from rarewatch.sources._requests import Plain


def _path(expression: str) -> str:
    try:
        parsed = jmespath.compile(expression).parsed
    except JMESPathError as error:
        raise ValueError(f"{expression!r} is not a JMESPath expression: {str(error).splitlines()[0]}") from None
    unknown = next((name for name in _functions(parsed) if name not in FUNCTIONS.FUNCTION_TABLE), "")
    if unknown:
        raise ValueError(f"there is no function {unknown}() in JMESPath")
    return expression


def _functions(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        yield from _functions(child)


Path = Annotated[str, AfterValidator(_path)]
OptionalPath = Annotated[str, AfterValidator(lambda text: _path(text) if text else text)]
Paths = Annotated[tuple[Path, ...], Wrapped]


class PageOptions(BaseModel):
    """How the second page of the list is asked for."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(description="parameter that holds the number of the page or of the first item", min_length=1)]
    where: Annotated[Literal["query", "form", "body"], Field(description="where the parameter stands")] = "query"
    first: Annotated[int, Field(description="its value for the first page", ge=0)] = 1
    step: Annotated[
        int, Field(description="by how much it grows from page to page: 1 for pages, the page's size for items", ge=1)
    ] = 1
    size: Annotated[
        int, Field(description="items on a full page: fewer mean the end of the list; 0 where it is not known", ge=0)
    ] = 0
    max_pages: Annotated[int, Field(description="pages read in one poll at most", ge=1, le=50)] = 5


class Options(FollowOptions):
    """The keys under `options:` of a source with `kind: json_list`."""

    form: Annotated[
        dict[str, Plain | list[Plain]] | None,
        Field(description="fields sent as a form with POST; a list sends its field once for each value"),
    ] = None
    body: Annotated[dict[str, Any] | None, Field(description="value sent as JSON with POST")] = None
    items: Annotated[Path, Field(description="JMESPath of the list of items")]
    link: Annotated[OptionalPath, Field(description="JMESPath of the address within an item")] = ""
    title: Annotated[Path, Field(description="JMESPath of the title; where it is empty, the text's first sentence takes its place")]
    key: Annotated[OptionalPath, Field(description="JMESPath of the publisher's own id")] = ""
    date: Annotated[Paths, Field(description="JMESPath of the date; the texts of a list are joined in its order")] = ()
    text: Annotated[OptionalPath, Field(description="JMESPath of the whole text (HTML or plain), if the list holds it")] = ""
    summary: Annotated[OptionalPath, Field(description="JMESPath of what stands in for the text until the article was read")] = ""
    author: Annotated[OptionalPath, Field(description="JMESPath of the author")] = ""
    origin: Annotated[OptionalPath, Field(description="JMESPath of whom the item names as its source")] = ""
    base: Annotated[str, Field(description="address that relative links belong to, where it is not the list's own")] = ""
    page: Annotated[PageOptions | None, Field(description="how further pages are asked for; left out, there is one page")] = None
    min_items: Annotated[int, Field(description="fewer items than this mean that the layout has changed", ge=0)] = 1

    @model_validator(mode="after")
    def _agree(self) -> "Options":
        if self.form is not None and self.body is not None:
            raise ValueError("a request has a form or a JSON body, not both")
        where = self.page.where if self.page else "query"
        if where != "query" and getattr(self, where) is None:
            raise ValueError(f"the page's parameter stands in the {where}, which is not given")
        return self
