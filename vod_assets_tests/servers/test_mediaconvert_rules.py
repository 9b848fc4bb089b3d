"""The fake MediaConvert takes what our client sends, and refuses by name what AWS would."""

import copy
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from vod_assets.adapters.services.mediaconvert import job_settings
from vod_assets.domain.media_info import Colour, LightLevels
from vod_assets.ports.services import Order
from vod_assets_tests.adapters.services.doubles import PICTURE, SPEC
from vod_assets_tests.servers.mediaconvert import ROLE
from vod_assets_tests.servers.mediaconvert_rules import Refused, check, model

PQ = Colour(primaries="bt2020", transfer="smpte2084", matrix="bt2020nc", range="tv")
LIGHT = LightLevels(primaries=(Fraction(1, 3),) * 8, least_nits=Fraction(1, 100), most_nits=Fraction(1000), max_cll=900)
HDR = PICTURE.model_copy(update={"colour": PQ, "dynamic_range": "hdr10"})
OUTPUT = "settings/outputGroups/0/outputs/0"
VIDEO = f"{OUTPUT}/videoDescription"
H264 = f"{VIDEO}/codecSettings/h264Settings"
GONE = object()


def on_the_wire(shape: str, value: Any) -> Any:
    """Return parameters of boto3 as botocore sends them: members in their wire names."""
    described = model()["shapes"][shape]
    if described["type"] == "structure":
        members = described["members"]
        return {members[n]["locationName"]: on_the_wire(members[n]["shape"], item) for n, item in value.items()}
    if described["type"] == "list":
        return [on_the_wire(described["member"]["shape"], item) for item in value]
    return value


def request_of(*specs: Any, **more: Any) -> dict[str, Any]:
    """Return the body of the request that our client sends."""
    order = Order("a" * 64, "film", "s3://films/film.mov", "s3://work/jobs/a/", specs or (SPEC,))
    given = {"Role": ROLE, "Settings": job_settings(order), "ClientRequestToken": order.key, "Priority": 0}
    body: dict[str, Any] = on_the_wire("CreateJobRequest", {**given, "UserMetadata": {"vod_key": order.key}, **more})
    return body


@cache
def usual() -> dict[str, Any]:
    return request_of()


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the usual request with one member changed, added or gone."""
    body = copy.deepcopy(usual())
    *way, last = path.split("/")
    place: Any = body
    for name in way:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return body


def accepted() -> Iterator[Any]:
    """Yield specifications of every kind that the client translates."""
    yield SPEC
    yield SPEC.model_copy(update={"crf": None, "bitrate": 700_000, "maxrate": None, "bufsize": None})
    yield SPEC.model_copy(update={"codec": "hevc", "crf": Fraction(25), "frame_rate": Fraction(24000, 1001)})
    yield SPEC.model_copy(update={"codec": "av1", "crf": Fraction(31)})
    yield SPEC.model_copy(
        update={"codec": "hevc", "picture": HDR, "dynamic_range": "hdr", "bit_depth": 10, "light": LIGHT}
    )
    yield SPEC.model_copy(update={"picture": HDR})
    for fields in ({"field_order": "tt"}, {"telecine": "3:2"}, {"rotation": 270}, {"is_corrected": True}):
        yield SPEC.model_copy(update={"picture": PICTURE.model_copy(update=fields)})


@pytest.mark.parametrize("spec", list(accepted()))
def test_what_our_client_sends_is_taken(spec: Any) -> None:
    check(request_of(spec))


def test_several_rungs_are_one_job() -> None:
    check(request_of(SPEC, SPEC.model_copy(update={"key": "h264_180p", "width": 320, "height": 180})))


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("role", GONE, "/role is a required property"),
        ("role", "arn:aws:s3:::bucket", "/role is not the ARN"),
        ("settings", GONE, "/settings is a required property"),
        ("priority", 999, "/priority should be between -50 and 50"),
        ("priority", "0", "/priority is not a number"),
        ("clientRequestToken", "x" * 65, "/clientRequestToken"),
        ("statusUpdateInterval", "SECONDS_5", "/statusUpdateInterval should be one of"),
        ("userMetadata", ["film"], "/userMetadata is not an object"),
        ("colour", "blue", "/colour is not a known property"),
        ("settings/inputs", [], "/settings/inputs"),
        ("settings/inputs/0/fileInput", "/films/film.mov", "fileInput does not match"),
        ("settings/inputs/0/timecodeSource", "ZERO", "timecodeSource should be one of"),
        ("settings/inputs/0/videoSelector/rotate", "DEGREES_0", "rotate should be one of"),
        ("settings/inputs/0/videoSelector/colorSpace", "BT709", "colorSpace should be one of"),
        ("settings/outputGroups", [], "/settings/outputGroups is empty"),
        ("settings/outputGroups/0/outputs", [], "outputs is empty"),
        ("settings/outputGroups/0/outputGroupSettings/type", "MP4", "type should be one of"),
        ("settings/outputGroups/0/outputGroupSettings/fileGroupSettings", {}, "destination is missing"),
        ("settings/outputGroups/0/outputGroupSettings/fileGroupSettings/destination", "/out", "destination does not"),
        (f"{OUTPUT}/containerSettings", GONE, "containerSettings is missing"),
        (f"{OUTPUT}/containerSettings/container", "MKV", "container should be one of"),
        (f"{OUTPUT}/nameModifier", "", "nameModifier has a length out of range"),
        (f"{OUTPUT}/audioDescriptions", [{}], "there is no such selector"),
        (f"{VIDEO}/width", 16, "width should be between 32 and 8192"),
        (f"{VIDEO}/height", 361, "height must be even"),
        (f"{VIDEO}/codecSettings/codec", "H_265", "do not belong together"),
        (f"{VIDEO}/codecSettings/codec", "H264", "codec should be one of"),
        (f"{H264}/maxBitrate", GONE, "maxBitrate is required with QVBR"),
        (f"{H264}/maxBitrate", 999, "maxBitrate should be between 1000"),
        (f"{H264}/bitrate", 500_000, "bitrate goes with VBR and CBR only"),
        (f"{H264}/rateControlMode", "CBR", "bitrate is required"),
        (f"{H264}/rateControlMode", "CRF", "rateControlMode should be one of"),
        (f"{H264}/qvbrSettings/qvbrQualityLevel", 11, "qvbrQualityLevel should be between 1 and 10"),
        (f"{H264}/qvbrSettings/qvbrQualityLevel", 7.5, "qvbrQualityLevel is not a number of its kind"),
        (f"{H264}/framerateDenominator", GONE, "framerateControl is SPECIFIED"),
        (f"{H264}/framerateControl", "INITIALIZE_FROM_SOURCE", "framerateNumerator goes with"),
        (f"{H264}/gopSize", 47.5, "gopSize must be whole"),
        (f"{H264}/gopSize", -1, "gopSize should be between 0"),
        (f"{H264}/codecProfile", "HIGH10", "codecProfile should be one of"),
        (f"{H264}/codecLevel", "4.1", "codecLevel should be one of"),
        (f"{H264}/sceneChangeDetect", False, "sceneChangeDetect is not a string"),
        (f"{VIDEO}/videoPreprocessors/colorCorrector/colorSpaceConversion", "FORCE_HDR10", "HDR needs H.265 or AV1"),
    ],
)
def test_a_mutated_request_is_refused_by_name(path: str, value: Any, named: str) -> None:
    with pytest.raises(Refused) as refused:
        check(changed(path, value))
    assert named in str(refused.value)


def test_two_outputs_of_one_name_are_refused() -> None:
    with pytest.raises(Refused, match="would be one file"):
        check(request_of(SPEC, SPEC))
