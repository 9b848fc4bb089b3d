"""Messages about pieces do no harm: whoever asks goes on without an answer, and nonsense is thrown away."""

from fractions import Fraction
from typing import Any

import pytest
from celery import Celery

from vod_assets.defs.farm.pieces import PIECE, ask_by, create_piece_task
from vod_assets.domain.piece_orders import PieceOrder
from vod_assets.domain.pieces import Clock, Piece
from vod_assets_tests.servers.processes import free_ports

ORDER = PieceOrder(
    title="film",
    run="run-1",
    asked_by="worker-1",
    codec="h264",
    keys=("h264_360p",),
    inputs={"mezzanine": "a"},
    named={"mezzanine": "b"},
    recipes={"h264_360p": "c"},
    clock=Clock(zero_ticks=0, tick=Fraction(1, 12800)),
    piece=Piece(first=100, end=200),
)


@pytest.fixture
def app() -> Celery:
    app = Celery("farm", broker=f"amqp://vod:secret@127.0.0.1:{free_ports(1)[0]}//", set_as_current=False)
    app.conf.broker_transport_options = {"max_retries": 0}
    return app


class Sent(Celery):  # type: ignore[misc] # Celery has no types
    """An application that keeps what is sent."""

    def send_task(self, name: str, args: Any = None, **options: Any) -> None:  # type: ignore[override]
        self.messages = [*getattr(self, "messages", []), (name, args, options)]


def test_who_asks_where_no_broker_is_goes_on_alone(app: Celery, caplog: pytest.LogCaptureFixture) -> None:
    ask_by(app, [ORDER, ORDER], {})
    (record,) = caplog.records
    assert "film: nobody was asked for help" in record.getMessage()
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("tags", "priority"), [({}, 4), ({"dagster/priority": "-10"}, 3), ({"dagster/priority": "20"}, 6)]
)
def test_pieces_wait_behind_the_steps_of_runs_as_urgent_and_say_all(tags: dict[str, str], priority: int) -> None:
    app = Sent("farm", set_as_current=False)
    ask_by(app, [ORDER], tags)
    ((name, (said,), options),) = app.messages
    assert (name, options["queue"], options["priority"]) == (PIECE, "encode", priority)
    assert PieceOrder.model_validate(said) == ORDER


@pytest.mark.parametrize(
    "said", [None, "film", {}, ORDER.model_dump(mode="json") | {"title": "../film"}, {"run": "x" * 100_000}]
)
def test_what_orders_no_piece_is_thrown_away(app: Celery, said: Any, caplog: pytest.LogCaptureFixture) -> None:
    create_piece_task(app)
    assert app.tasks[PIECE].run(said) == "wrong"
    assert len(caplog.text) < 500


def test_an_order_whose_worker_was_lost_is_left_to_the_step(app: Celery) -> None:
    create_piece_task(app)
    task = app.tasks[PIECE]
    task.push_request(delivery_info={"redelivered": True})
    try:
        assert task.run(ORDER.model_dump(mode="json")) == "lost"
    finally:
        task.pop_request()
    assert not task.reject_on_worker_lost
