"""The rehearsal's mail server: what is sent lands in a table instead of on a wire."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError

from ace_portal.core import clock
from mailroom.models import Letter


class EmailBackend(BaseEmailBackend):
    """Django e-mail backend that keeps every message as letters, one for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages and return how many there were. A message that comes again changes nothing.

        Raises ValueError for a header that no mail server would take, and DatabaseError when nothing can be kept,
        unless `fail_silently` is set.
        """
        return sum(self._keep(message) for message in email_messages)

    def _keep(self, message: EmailMessage) -> bool:
        mime = message.message()
        try:
            Letter.objects.bulk_create(
                [
                    Letter(
                        to_address=address,
                        subject=str(message.subject),
                        body=str(message.body),
                        message_id=str(mime["Message-ID"]),
                        sent_at=clock.now(),
                    )
                    for address in dict.fromkeys(message.recipients())
                ],
                ignore_conflicts=True,
            )
        except DatabaseError:
            if not self.fail_silently:
                raise
            return False
        return True
