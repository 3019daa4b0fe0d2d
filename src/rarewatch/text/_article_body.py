"""An article's body: the container of a known content system, or what readability finds, without what is not the text.

A known container is found by a string search before anything is asked of the tree, and readability is then never called.
"""

import re
from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick
from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.text._article_page import Page, folded, node_text
from rarewatch.text.plain import mark_blocks, marked_text

CONTAINERS = (
    "[ergodic=article]", ".TRS_Editor", ".TRS_UEDITOR", ".trs_editor_view", "#UCAP-CONTENT", "#zoom", "#Zoom", "#zoomcon",
    ".art-con", ".art-con-gonggao", "#vsb_content", ".v_news_content", ".wp_articlecontent", "#ozoom", "founder-content",
    ".pages_content", "#con_con", ".easysite-news-peruse", ".Custom_UnionStyle", ".xl-cont", "#News_Body_Txt_A", ".zsy_comain",
    "#detailContent", "#js_content", "#rwb_zw", ".rm_txt_con", ".left_zw", "#news-body", "#content_area", "#endText", ".post_body",
    "#artibody", "#Cnt-Main-Article-QQ", "#ContentBody", ".art_contextBox", ".textlive",
)  # fmt: skip
"""Containers whose name belongs to one content system or site: all of a page's together are its text."""
COMMON = (
    "[itemprop=articleBody]", ".article_content", ".article-content", ".articleContent", ".entry-content", ".article_con",
    ".article-con", ".detail-content", ".content_desc", ".m-txt", "#Content", ".article_right", ".post-content", ".ccontent",
    ".news_content", ".show_text", "#articlecontent", ".article-body", ".article__body", ".content-text", "#articleContent",
)  # fmt: skip
"""Names that many sites give their text and some give other things: the smallest that has the paragraphs counts."""
_FEW_LINKS = 2
_NEARLY = 0.8
_FEW = 0.1
_LINKED = 0.6  # of a block's characters: titles stand beside their dates and channels
_NAMES = 40  # characters of a line that names editors
_ENOUGH = 40  # characters a container of a common name must hold to be taken for the body
_JUNK = (
    "nav,aside,footer,[class*=share],[id*=share],[class*=Share],[class*=related],[class*=Related],[id*=related],[class*=recommend],"
    "[class*=Recommend],[id*=recommend],[class*=breadcrumb],[class*=pagination],[class*=qrcode],[class*=erweima],[class*=ewm],"
    "[class*=hotnews],[class*=tuijian],[class*=xiangguan],[class*=xgxw],[class*=xgyd],[class*=comment],[id*=comment],[class*=toolbar],"
    "[class*=fontsize],[class*=advert],[id*=advert],[class*=subscribe],[class*=newsletter],[class*=post-navigation],[class*=tag-list]"
)
_LISTS = "ul,ol,dl,div,section"
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|rtf|zip|rar|7z|ceb|csv|txt)(?:[?#]|$)", re.IGNORECASE)
_LAST_LINES = re.compile(
    r"^(?:[【\[(（<]?\s*(?:上一[篇条页]|下一[篇条页]|相关(?:阅读|新闻|链接|推荐|文章|报道|稿件|资讯|文件|解读)|延伸阅读|推荐阅读|热门推荐|猜你喜欢"
    r"|为您推荐|更多(?:阅读|新闻|内容)|扫一扫|扫描二维码|打印本页|关闭窗口|返回顶部|分享到|分享让更多|我要纠错|网友评论|最新评论|热门评论|特别声明[:：]"
    r"|Related (?:Articles|Stories|Posts|News)"
    r"|Read (?:more|next)\b|You may also like|Most (?:read|popular)|Share (?:this|on)\b|Copyright ©|版权所有))",
    re.IGNORECASE,
)
_TOOL = (
    "字号|字体|大[ |]*中[ |]*小|默认|打印(?:本页)?|关闭(?:窗口|本页)?|收藏(?:本文)?|分享|微信(?:好友)?|微博|QQ空间|朋友圈|新浪微博"
    "|复制链接|朗读|语音播报|浏览(?:次数|量)?"
    "|点击(?:次数|数|量)?|阅读(?:数|量|次数)?|评论(?:数)?|返回(?:首页|列表|顶部)|客户端(?:下载)?"
    "|点赞|赞|打赏|赏|举报|展开全文"
    "|阅读全文|请先|登录|注册"
    "|Share|Tweet|Print|Email|Facebook|Twitter|LinkedIn|WhatsApp|opens in a new tab"
)
_TOOL_LINE = re.compile(
    rf"^[\s【\[(（|]*(?:(?:(?:{_TOOL})[\s:：|\]】)）>,，、\[【(（…·»«<+]*(?:\d{{1,7}}次?[\s|\])）]*)?)+"
    r"|(?:扫一扫|用微信扫|扫描二维码)[^。]{0,24}|[^。，]{0,8}客户端(?:下载)?|您的浏览器[^。]{0,12}(?:不支持|无法播放)[^。]{0,12}[.。]?)$",
    re.IGNORECASE,
)
_TAIL = 3_000  # characters at the end of a body where titles of other articles may stand
_MANY = 400  # lists in a body from which they are no longer looked through one by one
_TOOLS = 80  # characters that a line of buttons may have
_EDITOR = re.compile(r"^[\s(（【\[]*(?:责任编辑|责编)\s*[:：]")
_ANNEX = re.compile(r"附件|附表|相关链接|Annex|Attachment", re.IGNORECASE)
_HEAD_LINE = re.compile(
    r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*(?:\d{1,2}:\d\d|$)|(?:发布|发表|更新)(?:时间|日期)|来源\s*[:：]|作者\s*[:：]|字号|字体|浏览|点击|打印|责任编辑|责编|Published:|Updated:|Source:|Editor:|视力保护",
    re.IGNORECASE,
)
_TAIL_ADVERT = re.compile(r"(?:返回[^。]{2,8}首页|点击进入专题|更多精彩[^。]{0,20}|阅读全文，请先\s*登录)\s*[>》]*$")
_PAGER = re.compile(
    r"^(?=.*(?:页|Next|Prev))[\s<>«»\[\]()|…]*(?:(?:上一?页|下一?页|前一页|后一页|首页|尾页|末页|共\d+页|(?<!\d)\d{1,3}(?!\d)|Next|Previous|Prev|Page)"
    r"[\s<>«»\[\]()|…]*)+$",
    re.IGNORECASE,
)
_CARDS = re.compile(r"(?:\n[^\n。]{6,80}\n(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?: \d{1,2}:\d\d)?){2,}\s*$")
"""Titles of other articles, each with its date below it."""


def containers(page: Page, own: tuple[str, ...]) -> list[LexborNode]:
    """The nodes of the body: of the source's selectors, else of a known container; none where readability must look.

    A node that holds nothing but a picture is the body of a page that has no text.
    """
    for selector in own:
        nodes = _outermost(page.tree.css(selector))
        if any(node.text().strip() for node in nodes):
            return nodes
    pictures: list[LexborNode] = []
    present = {_SELECTORS[at] for at, _, _ in _NAMES_IN.find_matches_as_indexes(page.html, overlapping=True)}
    for selector in CONTAINERS:
        if selector in present:
            nodes = _outermost(_css(page, selector))
            if any(node.text().strip() for node in nodes):
                return nodes
            pictures = pictures or [node for node in nodes if node.css_first("img") is not None]
    common = _common(page, present)
    return [common] if common is not None else pictures


def _name(selector: str) -> str:
    """The word of a selector that must stand in the page as it is written here."""
    return re.sub(r"^\[(.*?)(?:=(.*))?\]$", r"\2", selector).lstrip(".#")


_SELECTORS = (*CONTAINERS, *COMMON)
_NAMES_IN = AhoCorasick([_name(selector) for selector in _SELECTORS])
"""Finds in one pass which containers a page can have at all; most have none of them."""


def _css(page: Page, selector: str) -> list[LexborNode]:
    """What a selector finds with its letters as they are: in pages without a doctype the tree takes `#zoom` for `#ZOOM`."""
    name, by = _name(selector), {"#": "id", ".": "class"}.get(selector[0])
    nodes = page.tree.css(selector)
    return [node for node in nodes if name in (node.attributes.get(by) or "").split()] if by else nodes


def _common(page: Page, present: set[str]) -> LexborNode | None:
    """The smallest container of a common name that has nearly all the paragraphs of any of them, and little else."""
    found = [node for selector in COMMON if selector in present for node in _css(page, selector)]
    sized = [(_size(node), sum(map(_size, node.css("p"))), node) for node in found]
    most = max((paragraphs for _, paragraphs, _ in sized), default=0)
    for size, paragraphs, node in sorted(sized, key=lambda one: one[0]):
        if size >= _ENOUGH and paragraphs >= _NEARLY * most and (paragraphs * 2 >= size or _links(node) < _FEW * size):
            return node
    return None


def _size(node: LexborNode) -> int:
    return len("".join(node.text().split()))


def _links(node: LexborNode) -> int:
    return sum(map(_size, node.css("a")))


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """`nodes` without those that stand inside another of them."""
    if len(nodes) < 2:
        return nodes
    ids = {node.mem_id for node in nodes}
    return [node for node in nodes if not any(above in ids for above in _above(node))]


def _above(node: LexborNode) -> Iterator[int]:
    parent = node.parent
    while parent is not None:
        yield parent.mem_id
        parent = parent.parent


def drop(nodes: Iterable[LexborNode]) -> None:
    """Take nodes out of their tree; one that stands inside another of them is never touched after it is gone."""
    for node in _outermost(list(nodes)):
        node.decompose()


def tidy_nodes(nodes: Iterable[LexborNode]) -> None:
    """Take what is not the text out of a body: shares, related links, comments.

    Files stay, and so does what makes up most of the text.
    """
    for node in nodes:
        whole = len(node.text())
        drop(junk for junk in node.css(_JUNK) if _minor(junk, node, whole))
        if len(node.css("a")) > _FEW_LINKS:
            blocks = node.css(_LISTS)
            drop(
                block
                for block in (blocks if len(blocks) <= _MANY else [])
                if len(block.css("a")) > _FEW_LINKS and _minor(block, node, whole) and _mostly_links(block)
            )


def _minor(part: LexborNode, body: LexborNode, whole: int) -> bool:
    """Whether a part may be taken out of the body: it is less than half of its `whole` characters, and has no files."""
    return part.mem_id != body.mem_id and len(part.text()) * 2 < whole and not _has_file(part)


def _mostly_links(node: LexborNode) -> bool:
    return _links(node) > _LINKED * _size(node)


def _has_file(node: LexborNode) -> bool:
    return any(FILE.search(link.attributes.get("href") or "") for link in node.css("a[href]"))


def searched(html: str, url: str) -> str:
    """The body that readability finds in a page without scripts, as text; "" where there is none."""
    # Imported late: it takes ten megabytes with it, and most sources name their container.
    from readability import Document  # noqa: PLC0415
    from readability.readability import Unparseable  # noqa: PLC0415

    try:
        found = Document(html, url=url or None).summary(html_partial=True)
    except (Unparseable, RecursionError):  # a page nested deeper than Python calls may be
        return ""
    tree = LexborHTMLParser(found)
    if tree.body is None:
        return ""
    tidy_nodes([tree.body])
    mark_blocks(tree)
    return marked_text(tree.body)


def joined(nodes: Iterable[LexborNode]) -> str:
    """The text of a body's nodes, in a page whose lines were asked for."""
    return "\n".join(text for node in nodes if (text := node_text(node)))


def densest(page: Page) -> str:
    """The block with the most text that is no link, in a page whose lines were asked for: for bodies too short for readability."""
    best, most = None, 0
    for node in page.tree.css("article,main,td,div,section,table,pre"):
        size = len(node.text(deep=False).strip()) + sum(len(child.text()) for child in node.iter() if child.tag in {"p", "table"})
        if size > most and not _mostly_links(node):
            best, most = node, size
    return node_text(best) if best is not None else ""


def _is_tool(line: str) -> bool:
    return len(line) <= _TOOLS and (_TOOL_LINE.match(line) is not None or _PAGER.match(line) is not None)


def trimmed(text: str, title: str) -> str:
    """Without the title and its line of date and source at the top, buttons anywhere, other articles at the bottom."""
    text = text[:-_TAIL] + _CARDS.sub("", text[-_TAIL:])
    lines = [line for line in text.splitlines() if not _is_tool(line)]
    wanted = folded(title)
    for at, line in enumerate(lines[:6]):
        if wanted and folded(line).removeprefix("原创") == wanted:
            lines = lines[at + 1 :] if at <= 2 else lines
            break
    while lines and len(lines) > 1 and len(lines[0]) <= 80 and _HEAD_LINE.search(lines[0]) and not re.search("[。！？]", lines[0]):
        lines = lines[1:]
    for at, line in enumerate(lines):
        if at * 2 >= len(lines) and len(line) <= 60 and _LAST_LINES.match(line):
            lines = lines[:at]
            break
    for at, line in enumerate(lines):
        # What stands below its editor is no part of an article, but for its annexes.
        if at * 2 >= len(lines) and len(line) <= _NAMES and _EDITOR.match(line) and not any(map(_ANNEX.search, lines[at + 1 :])):
            lines = lines[: at + 1]
            break
    if lines and (cut := _TAIL_ADVERT.search(lines[-1])):
        lines[-1] = lines[-1][: cut.start()].rstrip()
    return "\n".join(lines).strip()
