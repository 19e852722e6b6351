"""Letters: what the rehearsal's mail server has received."""

from django.db import models


class Letter(models.Model):
    """One message in one mailbox. Its text stays readable: the mailroom exists in rehearsals only."""

    to_address = models.EmailField("to", max_length=254)
    subject = models.CharField(max_length=998)
    body = models.TextField()
    message_id = models.CharField(max_length=998)
    sent_at = models.DateTimeField(help_text="Simulated time.")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["to_address", "-id"], name="letter_mailbox")]
        constraints = [
            # A worker that vanished after handing a message over leads to a second delivery: still one letter.
            models.UniqueConstraint(fields=["message_id", "to_address"], name="letter_once_per_mailbox")
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to_address}"
