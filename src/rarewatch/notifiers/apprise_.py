"""Tells the hundred and more services Apprise knows: Teams, Telegram, Feishu, DingTalk, WeCom, ntfy, PagerDuty and so on.

Apprise says only whether a service took a message. What went wrong is read from what it logs meanwhile, which is kept from every
other log: those lines name addresses. There is no look back, so a lost answer leaves a doubt and the next attempt is marked.
"""

import asyncio
import logging
import re
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field

from rarewatch.clock import now
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers import Reveal
from rarewatch.notifiers._whole_text import whole_text
from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.nouns.secret import SecretRef
from rarewatch.text import wording

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase
    from apprise.result import AppriseResult

_THREADS = 4
_GRACE = 2.0
_CUT: Final = "\n… (cut: the link leads to the rest)"
_TITLE = 150
_STATUS = re.compile(r"\berror=(\d{3})\b")
_NEVER_SENT = re.compile(r"NewConnectionError|NameResolutionError|ConnectTimeout|CertificateError|CERTIFICATE_VERIFY_FAILED")
_SILENT = re.compile(r"ReadTimeout|Read timed out")
_LOST = re.compile(r"RemoteDisconnected|Connection aborted|ConnectionReset|Connection reset|ProtocolError|IncompleteRead")
_FOR_GOOD = frozenset({400, 404, 405, 410, 413, 422})
# Services read these as orders: everyone is called, or a name is made a link. A word joiner cannot be seen and breaks the order.
_ORDER = re.compile(r"(?P<address>https?://[^\s<>]+)|[@<](?=[^\s])")
_JOINER: Final = "\N{WORD JOINER}"


_HEARD: ContextVar[list[str] | None] = ContextVar("rarewatch_apprise_heard", default=None)


class _Ear(logging.Filter):
    """Hears what Apprise logs of the message in hand, and lets nothing through: those lines hold addresses and their secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        heard, words = _HEARD.get(), record.getMessage()
        if heard is not None and (record.levelno >= logging.WARNING or words.startswith("Socket Exception")):
            heard.append(words)
        return False


_EAR = _Ear()


class AppriseOptions(BaseModel):
    """The keys of an Apprise notifier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    addresses: Annotated[
        dict[str, SecretRef],
        Field(min_length=1, description="names that targets use, each with the secret that holds one Apprise address"),
    ]
    timeout: Annotated[float, Field(gt=0, le=300, description="seconds one message may take")] = 30.0


class Apprise:
    """The Apprise channel; a target's `to` is one of the names under `addresses`."""

    Options: ClassVar[type[BaseModel]] = AppriseOptions

    def __init__(self, options: AppriseOptions, reveal: Reveal) -> None:
        """Read every address now, so that a mistake shows at the start.

        Raises `ConfigError` where the package is not installed, a secret is missing, or an address is none or names more than one
        recipient: one delivery tells one target, or a repeat would tell some of them twice.
        """
        self._options = options
        asset = _asset(options.timeout)
        self._services = {name: _service(name, reveal(ref), asset, options.timeout) for name, ref in options.addresses.items()}
        self._threads: ThreadPoolExecutor | None = None

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """`title` and `body` as plain text, as long as the service takes them; Apprise turns them into what the service reads."""
        service = self._services.get(target.to)
        title = _harmless(wording.subject_words(message, _TITLE))
        if service is None:
            return {"title": title, "body": _harmless(whole_text(message))}
        if 0 < service.title_maxlen < _TITLE:
            title = wording.shorten(title, service.title_maxlen)
        # Where a service has no title, it becomes the first lines of the body.
        room = service.body_maxlen - (0 if service.title_maxlen > 0 and not service.overflow_amalgamate_title else len(title) + 16)
        # Breaking up orders makes a text a little longer.
        return {"title": title, "body": _fitted(_harmless(whole_text(message, max(1, room - room // 10))), room)}

    async def send(self, message: Message, target: Target) -> Receipt:
        """Tell one target once, in a thread; the receipt names the `service`, for Apprise gives nothing else.

        Raises `DeliveryFault`.
        """
        service = self._services.get(target.to)
        if service is None:
            known = ", ".join(sorted(self._services))
            detail = f"{wording.shorten(target.to, 80)!r} is none of the addresses of this notifier: {known}"
            raise DeliveryFault(detail, reason="client", again=False)
        told = self.render(message, target)
        self._threads = self._threads or ThreadPoolExecutor(_THREADS, "apprise")
        work = asyncio.get_running_loop().run_in_executor(self._threads, _tell, service, told["title"], told["body"])
        try:
            result, heard = await asyncio.wait_for(work, self._options.timeout + _GRACE)
        except TimeoutError:
            raise _late() from None
        if not result:
            raise fault_of(heard, late=result.status.name == "TIMEOUT")
        return Receipt({"service": str(service.service_name)}, now())

    async def close(self) -> None:
        """Let the threads go; one that still waits for a service ends by its own time-outs."""
        threads, self._threads = self._threads, None
        if threads:
            threads.shutdown(wait=False, cancel_futures=True)


def fault_of(logged: str, *, late: bool = False) -> DeliveryFault:
    """What Apprise's log lines of one attempt say about its failure; nothing of them is repeated but an HTTP status."""
    found = _STATUS.findall(logged)
    if found and not late:
        return _answered(int(found[-1]))
    if late or _SILENT.search(logged):
        return _late()
    if _NEVER_SENT.search(logged):
        return DeliveryFault("the service cannot be reached", reason="connection", again=True)
    if _LOST.search(logged):
        return DeliveryFault("the connection was lost", reason="connection", again=True, in_doubt=True)
    return DeliveryFault("the service did not take the message", reason="server", again=True, in_doubt=True)


def _answered(status: int) -> DeliveryFault:
    if status in (401, 403):
        return DeliveryFault(f"the service refused the address's login (HTTP {status})", reason="auth", again=False)
    if status == 429:
        return DeliveryFault("the service asks to wait (HTTP 429)", reason="rate", again=True)
    if status in _FOR_GOOD:
        return DeliveryFault(f"the service refused the message (HTTP {status})", reason="client", again=False)
    detail = f"the service did not take the message (HTTP {status})"
    return DeliveryFault(detail, reason="server", again=True, in_doubt=status >= 500)


def _late() -> DeliveryFault:
    return DeliveryFault("no answer in time", reason="deadline", again=True, in_doubt=True)


def _asset(timeout: float) -> "AppriseAsset":
    """How Apprise behaves: nothing on disk, no retries, no redirects, no pictures from elsewhere."""
    try:
        import apprise  # noqa: PLC0415 - an extra, and slow to import: only where it is used
    except ImportError:
        raise ConfigError(
            "the notifier kind 'apprise' needs the package apprise", hint="pip install 'rarewatch[channels]'"
        ) from None
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.addFilter(_EAR)  # a filter that is there already is not added again
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    return apprise.AppriseAsset(
        app_id="rarewatch",
        app_desc="rarewatch",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        default_service_retry=0,
        http_redirects=False,
        storage_mode="memory",
        service_timeout=timeout,
        allow_templates=False,
    )


def _service(name: str, address: str, asset: "AppriseAsset", timeout: float) -> "NotifyBase":
    from apprise import Apprise as Library  # noqa: PLC0415 - see above
    from apprise.common import OverflowMode  # noqa: PLC0415

    with warnings.catch_warnings():
        # The first address has Apprise import all its services, of which some still use what Python gives up.
        warnings.simplefilter("ignore", DeprecationWarning)
        service = Library.instantiate(address, asset=asset)
    if service is None:
        raise ConfigError(
            f"the secret of the Apprise address {name!r} is no address Apprise knows", hint="such as ntfy://ntfy.example.org/topic"
        )
    service.retry, service.optional = 0, False
    service.redirects, service.overflow_mode = False, OverflowMode.TRUNCATE
    service.socket_connect_timeout, service.socket_read_timeout = min(10.0, timeout), timeout
    service.tags = set()
    if len(service) > 1:
        raise ConfigError(f"the Apprise address {name!r} names {len(service)} recipients", hint="write one address for each")
    return service


def _tell(service: "NotifyBase", title: str, body: str) -> "tuple[AppriseResult, str]":
    """Apprise's word and the log lines that speak of a failure; others repeat the message, which may look like such a line."""
    from apprise import Apprise as Library  # noqa: PLC0415 - see above
    from apprise import NotifyFormat  # noqa: PLC0415

    heard: list[str] = []
    mark = _HEARD.set(heard)
    try:
        # A holder for each message: Apprise keeps the state of a call in it.
        return Library(service, asset=service.asset).notify(body, title=title, body_format=NotifyFormat.TEXT), "\n".join(heard)
    finally:
        _HEARD.reset(mark)


def _harmless(text: str) -> str:
    """Text that calls nobody: `@name` and `<!order>` are broken up, and an address has %40 for its @."""
    return _ORDER.sub(lambda found: found[0].replace("@", "%40") if found["address"] else found[0] + _JOINER, text)


def _fitted(text: str, room: int) -> str:
    """As much of the text as there is room for; the link stands before what is cut."""
    if room <= 0 or len(text) <= room:
        return text
    return text[: max(0, room - len(_CUT))] + _CUT if room > len(_CUT) else text[:room]
