"""The mail server double behaves as a mail server, in this process and as its own."""

import asyncio
import json
import signal
import sys

import aiosmtplib
import pytest

from rarewatch.demo._odds import Odds
from rarewatch.demo.smtp_double import Fault, SmtpDouble, main

RAW = (
    b"From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@example.org>\r\nX-Rarewatch-Delivery: d1\r\n"
    b"Subject: =?utf-8?b?56iA5Zyf?=\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"56iA5Zyf5Ye65Y+j566h5Yi2\r\n"
)


async def deliver(port, sender="a@example.org", to=("b@example.org",)):
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=20, start_tls=False, local_hostname="here.invalid")
    async with client:
        await client.sendmail(sender, to, RAW)


async def test_a_mail_is_kept_as_it_came():
    async with SmtpDouble() as double:
        await deliver(double.port, to=("b@example.org", "c@example.org"))
    (mail,) = double.mails
    assert mail.raw == RAW
    assert mail.recipients == ("b@example.org", "c@example.org")
    assert (mail.header("Subject"), mail.text, mail.html) == ("稀土", "稀土出口管制", "")


async def test_faults_come_one_a_connection_in_order():
    async with SmtpDouble() as double:
        double.fail(Fault.GREYLIST, Fault.REJECT)
        for code in (451, 554):
            with pytest.raises(aiosmtplib.SMTPException) as caught:
                await deliver(double.port)
            assert str(code) in repr(caught.value) + repr(getattr(caught.value, "recipients", ""))
        await deliver(double.port)
    assert len(double.mails) == 1
    assert double.connections == 3


@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        (Fault.DROP, 0),
        (Fault.UNWELCOME, 0),
        (Fault.DROP_AT_HELLO, 0),
        (Fault.CLOSING, 0),
        (Fault.DROP_AT_MAIL, 0),
        (Fault.DROP_AT_RCPT, 0),
        (Fault.DROP_IN_DATA, 0),
        (Fault.DROP_AT_THE_DOT, 0),
        (Fault.LOST_ANSWER, 1),
    ],
)
async def test_a_dropped_connection_is_dropped(fault, taken):
    async with SmtpDouble() as double:
        double.fail(fault)
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await deliver(double.port)
    assert len(double.mails) == taken


async def test_a_slow_server_takes_the_mail():
    async with SmtpDouble(delay=0.01) as double:
        double.fail(Fault.SLOW)
        await deliver(double.port)
    assert len(double.mails) == 1


async def test_faults_can_come_by_chance():
    async with SmtpDouble(odds=Odds({Fault.DROP: 1.0})) as double:
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await deliver(double.port)
        double.odds = Odds()
        await deliver(double.port)
    assert len(double.mails) == 1


async def test_the_log_has_the_mail_before_the_sender_knows(tmp_path):
    log = tmp_path / "mails.jsonl"
    async with SmtpDouble(log=log) as double:
        double.fail(Fault.LOST_ANSWER)
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await deliver(double.port)
        (line,) = log.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "message_id": "<1@example.org>", "delivery": "d1", "subject": "稀土", "to": ["b@example.org"], "text": "稀土出口管制",
    }  # fmt: skip


async def test_stopping_ends_hanging_connections():
    double = SmtpDouble()
    await double.start()
    double.fail(Fault.HANG)
    sending = asyncio.create_task(deliver(double.port))
    while not double.connections:
        await asyncio.sleep(0)
    await double.stop()
    await double.stop()
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await sending


async def test_it_runs_as_its_own_process(tmp_path):
    log = tmp_path / "mails.jsonl"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rarewatch.demo.smtp_double", "--log", str(log), "--fail", "greylist", stdout=asyncio.subprocess.PIPE
    )
    try:
        address = (await process.stdout.readline()).decode().strip()
        assert address.startswith("smtp://127.0.0.1:")
        port = int(address.rpartition(":")[2])
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await deliver(port)
        await deliver(port)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0
    assert [json.loads(line)["subject"] for line in log.read_text(encoding="utf-8").splitlines()] == ["稀土"]


def test_an_unknown_fault_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--log", "x", "--fail", "earthquake"])
    assert "earthquake" in capsys.readouterr().err
