"""``vod rtsp``: streams for players of RTSP, started, stopped, listed and looked at."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from vod_assets.domain.publishing_streams import StreamState
    from vod_assets.domain.reception import Reception
    from vod_assets.ports.streaming import RtspServer

app = typer.Typer(help="Streams for players of RTSP.", no_args_is_help=True)
TitleId = Annotated[str, typer.Argument(help="A title id, as `vod titles list` prints it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Once = Annotated[bool, typer.Option("--once", help="From the beginning to the end, not over and over.")]


@app.command("start")
def start(title: TitleId, once: Once = False, as_json: AsJson = False) -> None:
    """Have a title be streamed until it is stopped; one that is streamed already is left alone.

    Example: [cyan]vod rtsp start film[/]
    """
    from vod_assets.domain.errors import ConfigError
    from vod_assets.settings import load_settings
    from vod_assets.streaming import offering_of

    offering = offering_of(load_settings())
    is_known = offering.address and not offering.verdict(title).is_gone
    if is_known and (withheld := offering.settle(title).withheld):
        raise ConfigError("rtsp_withheld", withheld, "It is offered when viewers may see it; docs/rtsp.md", title)
    _print([offering.server.start(title, once=once)], as_json)


@app.command("stop")
def stop(title: TitleId) -> None:
    """Stop a title's stream; the next `vod rtsp start` takes it up again."""
    _server().stop(title)
    print(f"{title}: stopped")


@app.command("list")
def list_streams(
    title: Annotated[str, typer.Argument(help="A title id; all streams when omitted.")] = "", as_json: AsJson = False
) -> None:
    """List the streams that are registered, and how each is."""
    _print([one for one in _server().streams() if title in ("", one.title)], as_json)


@app.command("publish")
def publish(title: TitleId, once: Once = False) -> None:
    """Publish a title in this very process, as systemd wants it; `vod rtsp start` does so in the background."""
    from vod_assets.adapters.rtsp.publisher import stopped_by_signals
    from vod_assets.settings import load_settings
    from vod_assets.streaming import publisher_of

    stopped_by_signals(publisher_of(load_settings(), title)).run(once=once)


@app.command("check")
def check(
    title: TitleId,
    seconds: Annotated[int, typer.Option(min=1, max=600, help="How long the stream is watched.")] = 5,
    transport: Annotated[str, typer.Option(help="How it is fetched: tcp or udp.")] = "tcp",
    as_json: AsJson = False,
) -> None:
    """Watch a title's stream as a player does, and tell how many frames were lost on the way.

    Example: [cyan]vod rtsp check film --transport udp[/]
    """
    from vod_assets.domain.errors import ConfigError

    if transport not in ("tcp", "udp"):
        raise ConfigError("bad_usage", f"{transport!r} is no transport", "Write --transport tcp or udp")
    found = _received(title, seconds, transport)
    if as_json:
        said = found.model_dump() | {"title": title, "lost": found.lost, "transport": transport}
        print(json.dumps(said))
    else:
        print(f"{title}: {found.received} of {found.expected} frames arrived whole by {transport}, {found.lost} lost")
    if found.first is None:
        raise typer.Exit(1)


def _server() -> "RtspServer":
    from vod_assets.settings import load_settings
    from vod_assets.streaming import rtsp_of

    return rtsp_of(load_settings())


def _received(title: str, seconds: int, transport: str) -> "Reception":
    from vod_assets.adapters.rtsp.folder import StreamFolder
    from vod_assets.adapters.rtsp.listening import received
    from vod_assets.adapters.tools import Tools
    from vod_assets.settings import load_settings

    settings = load_settings()
    folder = StreamFolder(settings.rtsp_path)
    offered = folder.require(title)
    program = Tools.from_settings(settings).ffmpeg
    return received(program, folder.file(offered), (offered.address, transport), seconds)


def _print(states: "list[StreamState]", as_json: bool) -> None:
    rows = [_shown(state) for state in states]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        facts = [f"{row['uptime_seconds']} s", f"{row['restarts']} restarts"] if row["pid"] else []
        facts += [f"{row['readers']} watching"] if row["readers"] is not None else []
        facts += [row["said"]] if row["phase"] in ("waiting", "lost", "withheld") else []
        print("  ".join([row["title"], row["phase"].replace("_", " "), row["address"], *facts]))
    if not rows:
        print("No stream is registered.")


def _shown(state: "StreamState") -> dict[str, Any]:
    import time

    uptime = max(0, int(time.time() - state.since)) if state.pid else 0
    return {**state.model_dump(exclude={"since"}), "uptime_seconds": uptime}
