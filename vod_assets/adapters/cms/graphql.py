"""Questions to a CMS by GraphQL, whose errors come with status 200 as well."""

from typing import Any

from vod_assets.adapters.cms import faults
from vod_assets.adapters.cms.calls import Answer, CmsServer, Passing
from vod_assets.adapters.cms.described import Call
from vod_assets.adapters.cms.filling import filled
from vod_assets.adapters.cms.rows import Conflict, Row

# Codes by which servers say what is wrong (Apollo's, Directus's).
DENIED = {"UNAUTHENTICATED", "FORBIDDEN", "INVALID_CREDENTIALS", "INVALID_TOKEN", "TOKEN_EXPIRED"}
REFUSED = {"BAD_USER_INPUT", "FAILED_VALIDATION", "INVALID_PAYLOAD", "VALUE_TOO_LONG", "VALUE_OUT_OF_RANGE"}
MISSING = {"NOT_FOUND"}
BUSY = {"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "REQUESTS_EXCEEDED", "TOO_MANY_REQUESTS"}


def ask_graphql(server: CmsServer, call: Call, values: Row, etag: str = "") -> Answer | None:  # noqa: ARG001 - as REST's
    """Return the answer to a question; None when there is no such row.

    Raises:
        Conflict: There is one already.
        ConfigError: ``cms_refused``, naming the field where the CMS does; ``cms_denied``.
        RemoteError: ``cms_answer_bad``.
        Passing: Asking again may help.
    """
    body = {"query": call.query, "variables": filled(call.variables, values)}
    answer = server.once("POST", call.path, body)
    codes = codes_in(answer.document)
    if codes & DENIED and server.signer.renew():
        answer = server.once("POST", call.path, body)
        codes = codes_in(answer.document)
    if not codes and answer.document.get("data") is not None:
        return answer
    words = server.words(answer) or f"it answered {answer.status}"
    if codes & MISSING:
        return None
    if codes & DENIED:
        raise faults.denied(server.host, words)
    if any(word in codes for word in call.taken):
        raise Conflict
    if codes & REFUSED:
        raise faults.refused(server.host, words)
    if codes & BUSY:
        raise Passing(words)
    raise faults.answer_bad(server.host, words)


def codes_in(document: Any) -> set[str]:
    """Return the codes of the errors in an answer; one that has none is “?”; no JSON object is one error."""
    if not isinstance(document, dict):
        return {"?"}
    errors = document.get("errors") or []
    if not isinstance(errors, list):
        return {"?"}
    extensions = [one.get("extensions") if isinstance(one, dict) else None for one in errors]
    return {str((one if isinstance(one, dict) else {}).get("code") or "?") for one in extensions}
