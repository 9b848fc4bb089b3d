"""A composition of one segment becomes points and sound; what is beyond that is refused with the reason."""

import hashlib
from fractions import Fraction

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.imf import packed_files, packing_lists, programme_of
from vod_assets.domain.programme.cutting import Programme
from vod_assets.domain.programme.packed import PackedFile, as_listed

MAP = """<AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"><AssetList>
<Asset><Id>urn:uuid:v</Id><ChunkList><Chunk><Path>picture.mxf</Path></Chunk></ChunkList></Asset>
<Asset><Id>urn:uuid:a</Id><ChunkList><Chunk><Path>sound.mxf</Path></Chunk></ChunkList></Asset>
<Asset><Id>urn:uuid:c</Id><ChunkList><Chunk><Path>CPL.xml</Path></Chunk></ChunkList></Asset>
<Asset><Id>urn:uuid:p</Id><PackingList>true</PackingList><ChunkList><Chunk><Path>PKL.xml</Path></Chunk></ChunkList></Asset>
</AssetList></AssetMap>"""
PICTURE = """<Resource><EditRate>24000 1001</EditRate><IntrinsicDuration>240</IntrinsicDuration>
<EntryPoint>24</EntryPoint><SourceDuration>48</SourceDuration><TrackFileId>urn:uuid:v</TrackFileId></Resource>"""
SOUND = """<Resource><EditRate>48000 1</EditRate><IntrinsicDuration>480480</IntrinsicDuration>
<EntryPoint>48048</EntryPoint><SourceDuration>96096</SourceDuration><TrackFileId>urn:uuid:a</TrackFileId></Resource>"""

AUDIO = f"<MainAudioSequence><ResourceList>{SOUND}</ResourceList></MainAudioSequence>"


def composition(picture: str = PICTURE, sound: str = SOUND, more: str = "", segments: int = 1) -> bytes:
    segment = f"""<Segment><SequenceList><MarkerSequence/>
<MainImageSequence><ResourceList>{picture}</ResourceList></MainImageSequence>
<MainAudioSequence><ResourceList>{sound}</ResourceList></MainAudioSequence>{more}</SequenceList></Segment>"""
    head = '<CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><EditRate>24000 1001</EditRate>'
    return f"{head}<SegmentList>{segment * segments}</SegmentList></CompositionPlaylist>".encode()


def packing_list(**files: bytes) -> bytes:
    """Return a packing list of files by their identifiers; SHA-1 is what it means where it says nothing."""
    assets = ""
    for name, data in files.items():
        digest = as_listed(hashlib.sha1(data, usedforsecurity=False).hexdigest())
        assets += f"<Asset><Id>urn:uuid:{name}</Id><Hash>{digest}</Hash><Size>{len(data)}</Size></Asset>"
    head = '<PackingList xmlns="http://www.smpte-ra.org/schemas/429-8/2007/PKL"><AssetList>'
    return f"{head}{assets}</AssetList></PackingList>".encode()


def read(data: bytes, asset_map: str = MAP) -> Programme:
    return programme_of(data, asset_map.encode(), Programme(composition="CPL.xml"), "picture.mxf")


def test_entry_points_and_durations_become_points_exact_to_the_frame() -> None:
    found = read(composition())
    rate = Fraction(24000, 1001)
    assert [(one.begins, one.ends) for one in found.parts] == [(24 / rate, 72 / rate)]
    assert [one.file for one in found.sound] == ["sound.mxf"]
    assert found.files == ["CPL.xml", "sound.mxf"]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (composition(segments=2), "it has 2 segments"),
        (composition(PICTURE.replace("<Entry", "<RepeatCount>2</RepeatCount><Entry")), "is repeated"),
        (composition(PICTURE.replace("<Entry", "<KeyId>urn:uuid:k</KeyId><Entry")), "is encrypted"),
        (composition(PICTURE.replace("uuid:v", "uuid:other")), "is not in the asset map"),
        (composition(sound=SOUND.replace(">48048<", ">0<")), "are not those of the picture"),
        (composition(more="<SubtitlesSequence/>"), "it has a SubtitlesSequence"),
        (composition(PICTURE.replace("24000 1001", "24000 0")), "edit rate"),
        (composition(PICTURE.replace(">48<", ">0<")), "a stretch of it is 0 long from 24 on"),
        (composition(PICTURE.replace(">24<", ">999<")), "is 48 long from 999 on, and its track file 240 in all"),
        (composition(PICTURE.replace("24000 1001", f"{'9' * 5000} 1")), "edit rate"),
        (composition(more=AUDIO * 40), "it has 41 tracks of sound; 16 are the most"),
        (b"<Other/>", "is no CompositionPlaylist"),
        (b"<a", "is no XML"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]>' + composition(), "is no CompositionPlaylist"),
    ],
)
def test_what_is_not_read_is_refused_with_the_reason(data: bytes, cause: str) -> None:
    with pytest.raises(ConfigError, match=f"^CPL.xml: .*{cause}") as caught:
        read(data)
    assert caught.value.code == "bad_programme"


def test_identifiers_are_the_same_in_either_case_and_files_in_folders_are_named() -> None:
    assert read(composition(), MAP.replace("uuid:v", "UUID:V").replace(">sound", ">./sound")) == read(composition())
    with pytest.raises(ConfigError, match=r"its track file audio/sound.mxf lies in a folder"):
        read(composition(), MAP.replace("sound.mxf", "audio/sound.mxf"))


def test_a_packing_list_says_sizes_and_digests_of_the_files_that_the_asset_map_names() -> None:
    stronger = '<HashAlgorithm Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/></Asset>'
    unknown = stronger.replace("#sha256", "#sha512")
    listed = packing_list(v=b"picture", a=b"sound", other=b"no file of it").replace(b"</Asset>", stronger.encode(), 1)
    picture, sound = packed_files(listed, MAP.encode(), "PKL.xml")
    assert (picture.name, picture.size_bytes, picture.algorithm) == ("picture.mxf", 7, "sha256")
    assert sound == PackedFile(
        name="sound.mxf", size_bytes=5, algorithm="sha1", digest="5e2e97c3c7ba3035c6e6fc3a17e1bc22029c0c3e"
    )
    assert packed_files(packing_list(v=b"").replace(b"</Asset>", unknown.encode()), MAP.encode(), "PKL.xml") == []
    assert packing_lists(MAP.encode()) == ["PKL.xml"]
    with pytest.raises(ConfigError, match="a digest is '!'"):
        packed_files(
            listed.replace(b"<Hash>", b"<Hash>!</Hash><X>").replace(b"</Hash><S", b"</X><S"), MAP.encode(), "PKL.xml"
        )
