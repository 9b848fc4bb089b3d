"""How previews are made, as a profile says it."""

from typing import Annotated

from pydantic import Field

from vod_assets.domain.documents import Document


class PreviewMovie(Document):
    """A small MP4 with burnt-in title, time code, running time and notice.

    Attributes:
        side: The shorter side of the picture at most, in pixels.
        notice: What stands below the picture, throughout.
    """

    side: Annotated[int, Field(ge=90, le=720, multiple_of=2)] = 360
    crf: Annotated[int, Field(ge=16, le=40)] = 28
    notice: Annotated[str, Field(max_length=60)] = "PREVIEW – not for distribution"
