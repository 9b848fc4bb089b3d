"""Telling of a command's run, and of one that never came to be."""

import sys
from datetime import UTC, datetime
from uuid import uuid4

from vod_assets.cli.outcome import SOURCE_REFUSED, Outcome
from vod_assets.cli.session import Session
from vod_assets.domain.errors import VodError


def require_callback(session: Session, address: str) -> None:
    """Return when an address may be told.

    Raises:
        ConfigError: ``url_not_allowed``.
    """
    from vod_assets.adapters.notify.opening import open_callback
    from vod_assets.named_secrets import referenced

    open_callback(session.settings, referenced).require_allowed(address)


def tell(session: Session, outcome: Outcome, callback: str = "") -> None:
    """Put what there is to tell of an outcome, and send it where that is quick; nothing here fails a command."""
    from vod_assets.defs.ended_runs import Teller, has_ended
    from vod_assets.ports.notices import SHORT

    try:
        new = 0
        if outcome.run_id is not None:
            new = Teller(session.instance, session.store, session.origin, session.outbox).tell(outcome.run_id)
        elif outcome.exit_code == SOURCE_REFUSED:
            new = 1  # registering has told of it
        elif callback:
            new = _without_a_run(session, outcome, callback)
        if new:
            session.post.deliver(lambda batch: has_ended(session.instance, batch), SHORT)
    except VodError as error:
        print(f"vod: nobody was told: {error}", file=sys.stderr)


def _without_a_run(session: Session, outcome: Outcome, callback: str) -> int:
    """Tell a callback of what failed before there was a run."""
    from vod_assets.domain.events import run_ended

    failure = (outcome.error.code, outcome.error.message) if outcome.error else None
    event = run_ended(f"none {uuid4()}", datetime.now(UTC), failure, title=outcome.title)
    return int(session.outbox.put(event.with_callback(callback)))
