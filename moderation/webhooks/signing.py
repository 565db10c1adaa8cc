"""The signature of a webhook, as Standard Webhooks defines it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook

USER_AGENT = "Moderato-Webhooks/1"


def signed_headers(webhook_id: str, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """Return a webhook's headers with the current time and a signature by each secret."""
    now = datetime.now(UTC)
    text = body.decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Webhook-Id": webhook_id,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": " ".join(
            Webhook(secret).sign(webhook_id, now, text) for secret in secrets
        ),
    }
