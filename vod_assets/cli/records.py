"""What commands change of a title's record, while nobody else writes to it."""

import getpass
from collections.abc import Callable

from vod_assets.cli.session import Session
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.title import ORDERS, TitleRecord


def record_of(session: Session, title: str) -> TitleRecord:
    """Return a title's record.

    Raises:
        ConfigError: ``unknown_title``.
    """
    from vod_assets.cli.titles import unknown

    record = session.store.record(title)
    if record is None:
        raise unknown(session, title)
    return record


def order(session: Session, title: str, change: Callable[[TitleRecord], TitleRecord]) -> TitleRecord:
    """Change what operators say of a title (`ORDERS`) and return its record, also while a run works on it.

    A run that registers the title anew keeps what operators say, and reads it again before it publishes.

    Raises:
        ConfigError: ``unknown_title``.
    """
    changed = change(record_of(session, title))
    session.store.order(title, {name: getattr(changed, name) for name in ORDERS})
    return changed


def change_record(session: Session, title: str, who: str, change: Callable[[TitleRecord], TitleRecord]) -> TitleRecord:
    """Change a title's record and return it.

    Args:
        session: The session.
        title: A title id.
        who: Names the command to whoever waits.
        change: Returns the record as it shall be; called while the title is held.

    Raises:
        ConfigError: ``unknown_title``; ``title_busy`` while a run works on it.
    """
    record_of(session, title)
    with session.held(title, who) as held:
        changed = change(record_of(session, title))
        held.check()
        session.store.register(changed)
    return changed


def user_of_this(title: str, code: str) -> str:
    """Return the name of the user that this runs as.

    Raises:
        ConfigError: It has none.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a container's user may have a number alone
        cause = "the user that this runs as has no name"
        raise ConfigError(code, cause, "Say who it is: --by NAME", title) from error
