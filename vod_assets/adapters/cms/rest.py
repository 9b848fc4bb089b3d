"""Questions to a CMS by REST."""

from typing import Any

from vod_assets.adapters.cms import faults
from vod_assets.adapters.cms.calls import Answer, CmsServer
from vod_assets.adapters.cms.described import Call
from vod_assets.adapters.cms.filling import filled, filled_path
from vod_assets.adapters.cms.rows import Conflict, Row

MISSING = (404, 410)
CONFLICTING = (409, 412)
WRONG = (400, 422)
FINE = range(200, 300)


def ask_rest(server: CmsServer, call: Call, values: Row, etag: str = "") -> Answer | None:
    """Return the answer to a question; None when there is no such row.

    Raises:
        Conflict: There is one already, or it is another than the one with the entity tag.
        ConfigError: ``cms_refused``, naming the field where the CMS does; ``cms_denied``.
        RemoteError: ``cms_answer_bad``.
        Passing: Asking again may help.
    """
    body: Any = None if call.body is None else filled(call.body, values)
    headers = {"if-match": etag} if etag else {}
    answer = server.once(call.method, filled_path(call.path, values), body, headers)
    if answer.status in MISSING:
        return None
    if answer.status in CONFLICTING:
        raise Conflict
    if answer.status in WRONG:
        if any(word.encode() in answer.data for word in call.taken):
            raise Conflict
        raise faults.refused(server.host, server.words(answer) or f"it answered {answer.status}")
    if answer.status not in FINE:
        raise faults.answer_bad(server.host, f"it answered {answer.status} {server.words(answer)}".rstrip())
    return answer
