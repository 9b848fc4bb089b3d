"""New content keys for a title whose old ones are not to be trusted any more."""

from vod_assets.domain.content_keys import ContentKeys
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.title import TitleRecord
from vod_assets.ports import ArtifactStore, KeyProvider

ASSET = "content_keys"
FOLLOWING = f"key:{ASSET}+"  # what new keys change, and no encode


def renewed(store: ArtifactStore, keys: KeyProvider, title: str) -> TitleRecord:
    """Return the record of a title that has new keys from now on: whatever is packaged next is encrypted with them.

    The provider is asked first: nothing changes when it does not answer, or gives keys that the title has had.

    Raises:
        ConfigError: ``unknown_title``, ``nothing_protected``, ``keys_not_new``.
        RemoteError: The provider does not give any.
    """
    record, made = store.record(title), store.latest(title, ASSET)
    if record is None:
        raise ConfigError("unknown_title", "no such title is registered", "`vod titles list` lists them", title)
    if made is None or made.empty:
        cause = "it has no content keys that could be renewed"
        raise ConfigError("nothing_protected", cause, "Give its profile a protected variant, and run it", title)
    before, generation = made.read(ContentKeys), record.key_generation + 1
    after = keys.describe(before.request.model_copy(update={"generation": generation}))
    same = sorted({key.kid for key in before.keys} & {key.kid for key in after.keys})
    if same:
        cause = f"the provider gives {same[0]} for new keys, which the title has already"
        raise ConfigError("keys_not_new", cause, f"Add new ones under {title}@{generation}; docs/drm.md", title)
    record = record.model_copy(update={"key_generation": generation})
    store.register(record)
    return record
