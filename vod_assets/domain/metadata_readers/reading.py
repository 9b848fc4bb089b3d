"""From a file beside a mezzanine to a description: which reader reads it."""

from dataclasses import dataclass

from lxml import etree

from vod_assets.domain.metadata import Description, Editorial
from vod_assets.domain.metadata_readers.adi import ROOT as ADI
from vod_assets.domain.metadata_readers.adi import read_adi
from vod_assets.domain.metadata_readers.csv_rows import read_csv
from vod_assets.domain.metadata_readers.fields import bad_file
from vod_assets.domain.metadata_readers.json_reading import is_ours, read_json, read_ours
from vod_assets.domain.metadata_readers.mapping import Mapping
from vod_assets.domain.metadata_readers.mrss import ROOT as RSS
from vod_assets.domain.metadata_readers.mrss import read_mrss
from vod_assets.domain.metadata_readers.xml_reading import read_xml
from vod_assets.domain.title_file import TitleFile, read_title_file

LARGEST_FILE_BYTES = 10_000_000


@dataclass(frozen=True)
class Beside:
    """A file of metadata beside a mezzanine.

    Attributes:
        name: Its name.
        mezzanine: Name of the title's file.
        is_shared: Whether it lies there for every file of the folder.
    """

    name: str
    mezzanine: str
    is_shared: bool = False


def read_description(data: bytes, file: Beside, mapping: Mapping | None = None) -> Description | None:
    """Return what a file says of a title; None when it is shared, and says nothing of this one.

    Args:
        data: Its bytes.
        file: Which one it is; the ending of its name says how it is read.
        mapping: How to read XML or JSON of a MAM.

    Raises:
        ConfigError: ``bad_title_file``, ``bad_metadata_file`` or ``bad_mapping``.
    """
    ending = file.name.rpartition(".")[2].lower()
    if ending in ("yaml", "yml"):
        return _of_title_file(read_title_file(data, file.name))
    if len(data) > LARGEST_FILE_BYTES:
        raise bad_file(file.name, f"is {len(data)} bytes long; {LARGEST_FILE_BYTES} are the most")
    if ending == "csv":
        return read_csv(data, file.name, file.mezzanine, is_shared=file.is_shared)
    if ending == "json":
        return _of_json(data, file, mapping)
    return _of_xml(read_xml(data, file.name), file, mapping)


def _of_xml(root: etree._Element, file: Beside, mapping: Mapping | None) -> Description | None:
    if mapping is not None and mapping.is_meant_for(root):
        return mapping.read(root, file.name)
    if root.tag == ADI:
        return read_adi(root, file.name, file.mezzanine, is_shared=file.is_shared)
    if root.tag == RSS:
        return read_mrss(root, file.name, file.mezzanine, is_shared=file.is_shared)
    found = etree.QName(root).localname
    raise bad_file(file.name, f"line {root.sourceline}: <{found}> is neither ADI nor MRSS, and no mapping reads it")


def _of_json(data: bytes, file: Beside, mapping: Mapping | None) -> Description:
    value = read_json(data, file.name)
    if mapping is not None and mapping.is_meant_for(value):
        return mapping.read(value, file.name)
    if is_ours(value):
        return read_ours(value, file.name)
    raise bad_file(file.name, "it is no metadata.json (it has no “schema”), and no mapping reads it")


def _of_title_file(said: TitleFile) -> Description:
    fields = {name: getattr(said, name) for name in Editorial.model_fields}
    return Description(**fields, names=said.titles, synopses=said.synopses, language=said.language, policy=said.policy)
