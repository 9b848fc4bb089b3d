"""When sound is heard by its time stamps, which tremble in many containers: a tremble is no hole.

A sound goes on where the one before it ended. What lies elsewhere is believed where that is far away, or where as much
is missing, or too much, for some frames on end; then the least of it counts. All of that is one expression of FFmpeg's
``asetpts``, whose registers keep their values from frame to frame.
"""

from vod_assets.domain.filters import Filter

FAR, NEAR = "0.1", "0.01"  # seconds; what is nearer is rounding
PATIENCE_FRAMES = 7


def steady_times(since: str, name: str = "asetpts") -> Filter:
    """Return the filter that counts from a time and lets no sound tremble.

    Args:
        since: In seconds, as text of an expression.
        name: Of the filter, which may keep equal graphs apart.
    """
    steps = (
        f"st(3,PTS-({since})/TB)",
        "st(4,ld(3)-ld(0))",  # how far from where the last one ended, which is in register 0
        "st(2,if(ld(1)*lt(abs(ld(2)),abs(ld(4))),ld(2),ld(4)))",  # the least since it is off
        f"st(1,if(lt(abs(ld(4)),{NEAR}/TB),0,ld(1)+1))",  # for so many frames
        f"st(5,gt(abs(ld(4)),{FAR}/TB))",
        f"st(6,if(ld(5),ld(4),if(gt(ld(1),{PATIENCE_FRAMES}),ld(2),0)))",
        "st(1,if(ld(6),0,ld(1)))",
        "st(7,round(if(isnan(ld(3)),ld(0),if(eq(N,0),ld(3),ld(0)+ld(6)))))",
        "st(0,ld(7)+NB_SAMPLES/SR/TB)",
        "ld(7)",
    )
    return Filter(name=name, arguments={"expr": ";".join(steps)})
