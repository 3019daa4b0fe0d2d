"""An alert as plain text where a channel has nothing better: one story in full, or a digest with a card for each. Pure."""

from rarewatch.nouns.alert import Message
from rarewatch.text import cards, sheet


def whole_text(message: Message, room: int = 0) -> str:
    """The text; of a digest as many cards as fit into `room` characters (0: all), and the number of the others.

    One story is not cut, and a digest has at least its headline.
    """
    laid_out = sheet.lay_out(message)
    if not message.parts:
        return sheet.plain(laid_out)
    shown = cards.cards(message.parts)
    said = "".join(f"! {notice.text}\n" for notice in laid_out.notices)
    head = f"[{laid_out.severity.upper()}] {laid_out.headline}\n\n{said}"

    def with_first(number: int) -> str:
        return f"{head}{cards.plain(shown[:number], len(shown) - number)}\n--\n{laid_out.footer}\n"

    number = len(shown)
    while room and number and len(with_first(number)) > room:
        number -= 1
    return with_first(number)
