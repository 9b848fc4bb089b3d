"""What MediaConvert refuses: by botocore's own model of the service, and by the rules that its documentation states."""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore

Json = Any
NUMBERS = ("integer", "long", "double", "float")
CODECS = {"H_264": "h264Settings", "H_265": "h265Settings", "AV1": "av1Settings"}
ROLE = re.compile(r"^arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+$")
TOKEN_LENGTH = 64
HDR = ("FORCE_HDR10", "FORCE_HLG_2020", "FORCE_P3D65_HDR")


class Refused(Exception):  # noqa: N818 - it is what the server does
    """A request is not taken; its words name the member."""


@cache
def model() -> Mapping[str, Json]:
    """Return botocore's description of the service."""
    folder = Path(botocore.__file__).parent / "data/mediaconvert/2017-08-29"
    packed = folder / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "service-2.json").read_bytes()
    described: Mapping[str, Json] = json.loads(text)
    return described


def check(body: Json) -> None:
    """Return when MediaConvert would take a job.

    Raises:
        Refused: It would not; the first reason.
    """
    for reason in (*_shaped("CreateJobRequest", body, ""), *_meant(body)):
        raise Refused(reason)


def _shaped(name: str, value: Json, path: str) -> Iterator[str]:
    """Yield where a value is not of its shape: types, members, enums, ranges, lengths, patterns."""
    shape = model()["shapes"][name]
    kind = shape["type"]
    if kind == "structure":
        yield from _members(shape, value, path)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path} is not a list"
            return
        for number, item in enumerate(value):
            yield from _shaped(shape["member"]["shape"], item, f"{path}/{number}")
    elif kind == "map":
        for key, item in value.items() if isinstance(value, dict) else ():
            yield from _shaped(shape["value"]["shape"], item, f"{path}/{key}")
        if not isinstance(value, dict):
            yield f"{path} is not an object"
    else:
        yield from _scalar(shape, value, path)


def _members(shape: Mapping[str, Json], value: Json, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path or 'the body'} is not an object"
        return
    members = {member["locationName"]: member["shape"] for member in shape["members"].values()}
    wire = {name: member["locationName"] for name, member in shape["members"].items()}
    for name in shape.get("required", ()):
        if wire[name] not in value:
            yield f"{path}/{wire[name]} is a required property"
    for name, item in value.items():
        if name not in members:
            yield f"{path}/{name} is not a known property"
        else:
            yield from _shaped(members[name], item, f"{path}/{name}")


def _scalar(shape: Mapping[str, Json], value: Json, path: str) -> Iterator[str]:
    kind = shape["type"]
    if kind == "string":
        if not isinstance(value, str):
            yield f"{path} is not a string"
        elif "enum" in shape and value not in shape["enum"]:
            yield f"{path} should be one of {', '.join(shape['enum'])}"
        elif "pattern" in shape and not re.search(shape["pattern"], value):
            yield f"{path} does not match {shape['pattern']}"
        elif not shape.get("min", 0) <= len(value) <= shape.get("max", len(value)):
            yield f"{path} has a length out of range"
    elif kind in NUMBERS:
        is_whole = isinstance(value, int) or kind in ("double", "float")
        if isinstance(value, bool) or not isinstance(value, int | float) or not is_whole:
            yield f"{path} is not a number of its kind"
        elif not shape.get("min", value) <= value <= shape.get("max", value):
            yield f"{path} should be between {shape.get('min')} and {shape.get('max')}"
    elif kind == "boolean" and not isinstance(value, bool):
        yield f"{path} is not a boolean"


def _meant(body: Json) -> Iterator[str]:
    """Yield what the documentation forbids beyond shapes."""
    if not ROLE.match(body.get("role", "")):
        yield "/role is not the ARN of a role"
    token = body.get("clientRequestToken", "")
    if len(token) > TOKEN_LENGTH or not token.isascii():
        yield f"/clientRequestToken has more than {TOKEN_LENGTH} ASCII characters"
    settings = body.get("settings", {})
    inputs, groups = settings.get("inputs", []), settings.get("outputGroups", [])
    if not inputs or not all(one.get("fileInput") for one in inputs):
        yield "/settings/inputs: each job needs an input with a fileInput"
    if not groups:
        yield "/settings/outputGroups is empty"
    selectors = {name for one in inputs for name in one.get("audioSelectors", {})}
    for number, group in enumerate(groups):
        yield from _group(group, selectors, f"/settings/outputGroups/{number}")


def _group(group: Json, selectors: set[str], path: str) -> Iterator[str]:
    said = group.get("outputGroupSettings", {})
    if said.get("type") == "FILE_GROUP_SETTINGS" and not said.get("fileGroupSettings", {}).get("destination"):
        yield f"{path}/outputGroupSettings/fileGroupSettings/destination is missing"
    outputs = group.get("outputs", [])
    if not outputs:
        yield f"{path}/outputs is empty"
    names = [output.get("nameModifier", "") for output in outputs]
    if len(set(names)) < len(names):
        yield f"{path}/outputs: two have the same nameModifier, and would be one file"
    for number, output in enumerate(outputs):
        for sound in output.get("audioDescriptions", []):
            if sound.get("audioSourceName", "Audio Selector 1") not in selectors:
                yield f"{path}/outputs/{number}/audioDescriptions: there is no such selector"
        yield from _video(output.get("videoDescription", {}), f"{path}/outputs/{number}/videoDescription")
        if "containerSettings" not in output and "preset" not in output:
            yield f"{path}/outputs/{number}/containerSettings is missing"


def _video(video: Json, path: str) -> Iterator[str]:
    coded = video.get("codecSettings", {})
    wanted = CODECS.get(coded.get("codec", ""), "")
    others = [name for name in coded if name.endswith("Settings") and name != wanted]
    if not wanted or wanted not in coded or others:
        yield f"{path}/codecSettings: codec and its settings do not belong together"
        return
    for side in ("width", "height"):
        if video.get(side, 2) % 2:
            yield f"{path}/{side} must be even"
    settings = coded[wanted]
    for rule in RULES:
        yield from (f"{path}/codecSettings/{wanted}/{reason}" for reason in rule(coded["codec"], settings))
    conversion = video.get("videoPreprocessors", {}).get("colorCorrector", {}).get("colorSpaceConversion", "NONE")
    is_deep = "10" in settings.get("codecProfile", "") or settings.get("bitDepth") == "BIT_10"
    if conversion in HDR and (coded["codec"] == "H_264" or not is_deep):
        yield f"{path}/videoPreprocessors/colorCorrector: HDR needs H.265 or AV1 in 10 bits"


def _rate_control(codec: str, settings: Json) -> Iterator[str]:
    mode = settings.get("rateControlMode")
    if mode is None:
        yield "rateControlMode is missing"
    if codec == "AV1" and mode != "QVBR":
        yield "rateControlMode: AV1 is QVBR only"
    if mode == "QVBR":
        if "maxBitrate" not in settings:
            yield "maxBitrate is required with QVBR"
        if "bitrate" in settings:
            yield "bitrate goes with VBR and CBR only"
    elif "bitrate" not in settings:
        yield "bitrate is required with VBR and CBR"
    if mode != "QVBR" and "qvbrSettings" in settings:
        yield "qvbrSettings go with QVBR only"
    if settings.get("bitrate", 0) > settings.get("maxBitrate", settings.get("bitrate", 0)):
        yield "bitrate is higher than maxBitrate"


def _pairs(_codec: str, settings: Json) -> Iterator[str]:
    for control, first, second in (
        ("framerateControl", "framerateNumerator", "framerateDenominator"),
        ("parControl", "parNumerator", "parDenominator"),
    ):
        is_specified, said = settings.get(control) == "SPECIFIED", [first in settings, second in settings]
        if is_specified and not all(said):
            yield f"{control} is SPECIFIED, and {first} and {second} are not both there"
        if any(said) and not is_specified:
            yield f"{first} goes with {control} SPECIFIED"


def _gops(_codec: str, settings: Json) -> Iterator[str]:
    size = settings.get("gopSize", 0)
    if settings.get("gopSizeUnits", "FRAMES") == "FRAMES" and size != int(size):
        yield "gopSize must be whole in FRAMES"
    if size < 0:
        yield "gopSize should be between 0 and any number"
    if settings.get("gopSizeUnits") == "AUTO" and "gopSize" in settings:
        yield "gopSize does not go with AUTO"


def _tuning(_codec: str, settings: Json) -> Iterator[str]:
    if settings.get("hrdBufferInitialFillPercentage") is not None and "hrdBufferSize" not in settings:
        yield "hrdBufferInitialFillPercentage needs hrdBufferSize"


RULES: tuple[Callable[[str, Json], Iterator[str]], ...] = (_rate_control, _pairs, _gops, _tuning)
