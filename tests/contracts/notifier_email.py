"""The email channel and a mail server on loopback, for the notifiers' contract."""

from rarewatch.demo.smtp_double import Fault, SmtpDouble
from rarewatch.notifiers.email import Email, EmailOptions
from rarewatch.nouns.alert import Target
from rarewatch.nouns.secret import SecretRef

KINDS = {
    "auth": Fault.LOGIN_REFUSED,
    "later": Fault.GREYLIST,
    "never": Fault.UNKNOWN,
    "server": Fault.FULL,
    "drop": Fault.DROP_IN_DATA,
    "lost-answer": Fault.LOST_ANSWER,
    "hang": Fault.HANG_AFTER_DATA,
}
SECRET = "correct-horse-battery"


class Rig:
    faults = (*KINDS, "refuse")
    secret = SECRET

    def __init__(self, double: SmtpDouble):
        self.double = double
        self.target = Target("mail", "Desk <desk@example.org>")
        self.notifier = self._notifier(timeout=20)

    def _notifier(self, timeout: float) -> Email:
        options = EmailOptions(
            host=self.double.host,
            port=self.double.port,
            security="none",
            username="bot",
            password=SecretRef(env="MAIL_PASSWORD"),
            sender="rarewatch <alerts@example.org>",
            timeout=timeout,
        )
        return Email(options, lambda _ref: SECRET)

    def received(self):
        return [mail.text for mail in self.double.mails]

    async def fail(self, kind):
        if kind == "refuse":
            await self.double.stop()
            return
        if kind == "hang":
            self.notifier = self._notifier(timeout=1)
        self.double.fail(KINDS[kind])

    async def close(self):
        await self.notifier.close()
        await self.double.stop()


async def make(tmp_path):
    double = SmtpDouble(login=("bot", SECRET))
    await double.start()
    return Rig(double)
