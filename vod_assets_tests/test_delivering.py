"""A repackager gets each thing once that tracks were packaged from, in formats that it takes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from vod_assets.delivering import Delivery, released_to_deliver
from vod_assets.domain.artifact import Artifact, ArtifactFile
from vod_assets.domain.errors import StoreError, VodError
from vod_assets.domain.release import Release, ReleasedTrack, VariantManifests
from vod_assets.ports import ArtifactStore
from vod_assets.ports.artifacts import Provenance
from vod_assets.targets_file import TargetPlace
from vod_assets_tests.domain.tracks import audio, text, video
from vod_assets_tests.fakes import MemoryOrigin

TRACKS = [
    video("h264_1080p"),
    video("av1_1080p", "av01.0.08M.08"),
    audio(),
    audio("opus_eng", codecs="opus", source_asset="audio_opus"),
    text(),
    text("text_eng_imsc1", text_format="imsc1"),
]


class Shelf:
    """A store that has tracks and what they were packaged from; text of both formats comes of one file."""

    def __init__(self, without: str = "") -> None:
        self.tracks = {track.name: self.leaf(f"{track.kind}_tracks", track.model_dump(mode="json")) for track in TRACKS}
        names = {track.name: track.source_asset for track in TRACKS if track.source_asset != without}
        self.sources = {name: self.leaf(asset, {"of": asset}) for name, asset in names.items()}

    def leaf(self, asset: str, document: dict[str, Any]) -> Artifact:
        file = ArtifactFile(path="captions.vtt" if asset == "captions" else "file.mp4", size_bytes=1, sha256="a" * 64)
        return Artifact(title="film", asset=asset, recipe=document.get("name", asset), files=(file,), document=document)

    def artifacts(self, _title: str) -> Iterator[Artifact]:
        yield from (*self.tracks.values(), *self.sources.values())

    def made_of(self, _title: str, _asset: str, recipe: str) -> Mapping[str, str]:
        return {"source": self.sources[recipe].digest} if recipe in self.sources else {}

    def provenance(self, _title: str, asset: str, _recipe: str) -> Provenance:
        source = next(one for one in self.sources.values() if one.asset == asset)
        return Provenance(source, {"parameters": {"options": {"g": "48"}}})


def delivery(shelf: Shelf, **target: str) -> Delivery:
    released = tuple(ReleasedTrack.of(shelf.tracks[track.name], track) for track in TRACKS)
    release = Release(title="film", number=2, variants={"clear": VariantManifests(hls="m")}, tracks=released)
    place = TargetPlace.model_validate({"address": "/srv/ew", **target})
    return Delivery(release, place, cast("ArtifactStore", shelf), MemoryOrigin(), lambda *_: None)


def test_what_the_target_does_not_take_is_left_out_and_named(tmp_path: Path) -> None:
    consignment = delivery(Shelf()).consignment()
    paths = [part.path for part in consignment.parts]
    assert paths == ["h264_1080p.mp4", "aac_eng.mp4", "text_eng.vtt", "film.smil"]
    assert consignment.left_out == ("av1_1080p (av01.0.08M.08)", "opus_eng (opus)")
    smil = consignment.parts[-1].make(tmp_path).read_text()
    assert [path in smil for path in paths[:3]] == [True] * 3


def test_another_form_of_the_same_release_is_another_delivery() -> None:
    forms = [delivery(Shelf()), delivery(Shelf(), subtitles="srt"), delivery(Shelf(), done_marker="done.json")]
    assert len({form.consignment().made_of for form in forms}) == len(forms)
    assert delivery(Shelf()).consignment().made_of == forms[0].consignment().made_of


def test_what_is_not_in_the_store_any_more_is_named() -> None:
    with pytest.raises(StoreError, match=r"film: audio_aac track aac_eng was packaged from.*artifact_missing"):
        delivery(Shelf(without="audio_aac")).consignment()


def test_a_title_without_a_release_is_refused() -> None:
    with pytest.raises(VodError, match=r"film: it was never released.*delivery_refused"):
        released_to_deliver(MemoryOrigin(), "film", 0, None)
