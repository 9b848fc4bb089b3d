"""Asking the farm for help with pieces, and helping.

A message that is lost, late, doubled or wrong does no harm: the step that asked makes what nobody else makes. So it is
acknowledged when the piece is made or given up, and one whose worker died is not tried again.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from celery import Celery
from pydantic import ValidationError

from vod_assets.defs.farm.queues import ENCODE, urgency
from vod_assets.defs.farm.steps import require_space
from vod_assets.defs.piece_help import help_with
from vod_assets.defs.resources import resource_definitions
from vod_assets.domain.errors import Cancelled, VodError
from vod_assets.domain.piece_orders import PieceOrder
from vod_assets.settings import load_settings

PIECE = "vod.piece"
CONFIRM_SECONDS = 10  # how long a broker that takes nothing more, for its disk is full, is waited for

_log = logging.getLogger(__name__)


def ask(orders: Sequence[PieceOrder], run_tags: Mapping[str, str]) -> None:
    """Ask the farm of the settings."""
    from vod_assets.defs.farm.app import app

    ask_by(app, orders, run_tags)


def ask_by(app: Celery, orders: Sequence[PieceOrder], run_tags: Mapping[str, str]) -> None:
    """Send a message for each piece; without a broker, whoever asks goes on alone.

    They wait behind the steps of runs that are as urgent: a title that is one step is not kept waiting by a long one.
    """
    from kombu.exceptions import OperationalError

    sent = {"queue": ENCODE, "priority": max(0, urgency(run_tags, {}) - 1), "ignore_result": True}
    try:
        for order in orders:
            said = order.model_dump(mode="json")
            app.send_task(PIECE, args=[said], retry=False, confirm_timeout=CONFIRM_SECONDS, **sent)
    except (OperationalError, OSError) as error:
        _log.warning("%s: nobody was asked for help with its pieces (%s)", orders[0].title, type(error).__name__)


def create_piece_task(app: Celery) -> None:
    """Let an application's workers help with pieces."""
    task: Any = app.task
    task(_piece, name=PIECE, bind=True, reject_on_worker_lost=False, ignore_result=True)


def _piece(task: Any, said: Any) -> str:
    """Return what became of an order; nothing is ever raised, for nobody waits for the answer."""
    try:
        order = PieceOrder.model_validate(said)
    except ValidationError:
        _log.error("a message is thrown away: it orders no piece")
        return "wrong"
    what = f"{order.title}: run {order.run}: {', '.join(order.keys)} from frame {order.piece.first}"
    if task.request.delivery_info.get("redelivered"):
        _log.warning("%s: left to the step that asked: the worker that had it was lost", what)
        return "lost"
    require_space(order.title, what)
    try:
        with dg.DagsterInstance.get() as instance:
            outcome = help_with(order, instance, resource_definitions(load_settings()))
    except Cancelled:
        outcome = "unwanted"
    except VodError as error:
        _log.warning("%s: cannot be made here: %s", what, error)
        return "failed"
    except Exception:  # noqa: BLE001 - the edge: the step that asked makes the piece, and says what is wrong with it
        _log.exception("%s: cannot be made here", what)
        return "failed"
    _log.info("%s: %s", what, outcome)
    return outcome
