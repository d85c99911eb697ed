"""Being told of runs that failed: a Prefect automation that posts a line to a web address."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from pydantic import SecretStr

from flows.errors import SettingsError

BLOCK = "newsmill-notify"
AUTOMATION = "newsmill: tell of failed runs"
FAILURES = ("Failed", "Crashed")
QUARANTINE = "CompletedWithQuarantine"
# Slack, Mattermost, Rocket.Chat and Teams show `text`, Discord shows `content`.
_LINE = "{{ flow_run.state.name }}: {{ flow_run.name }} {{ flow_run|ui_url }}"


def notify_of_failures(url: str, *, also_quarantine: bool) -> list[str]:
    """Have the server post to ``url`` whenever a run ends in one of the states returned; replaces what was set before.

    The address is kept as a secret block on the server. Needs a Prefect API that is configured or local.
    """
    from prefect.automations import Automation
    from prefect.blocks.webhook import Webhook
    from prefect.events.actions import CallWebhook
    from prefect.events.schemas.automations import EventTrigger, Posture

    if not url.startswith(("http://", "https://")):
        raise SettingsError(f"the address to notify begins with http:// or https://; it was {url!r}")
    states = [*FAILURES, *([QUARANTINE] if also_quarantine else [])]
    stop_notifying()
    block_id = Webhook(method="POST", url=SecretStr(url)).save(BLOCK, overwrite=True)
    trigger = EventTrigger(
        expect={f"prefect.flow-run.{state}" for state in states},
        match_related={"prefect.resource.role": "flow", "prefect.resource.name": "newsmill"},
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )
    payload = json.dumps({"text": _LINE, "content": _LINE})
    Automation(
        name=AUTOMATION, trigger=trigger, actions=[CallWebhook(block_document_id=UUID(str(block_id)), payload=payload)]
    ).create()
    return states


def stop_notifying() -> bool:
    """Remove the automation; False where there was none."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found = client.read_automations_by_name(AUTOMATION)
        for automation in found:
            client.delete_automation(automation.id)
    return bool(found)
