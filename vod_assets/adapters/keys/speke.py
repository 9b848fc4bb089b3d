"""Content keys of a key server that speaks SPEKE v2.0."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vod_assets.adapters.keys.calls import KeyServer
from vod_assets.adapters.keys.cpix import key_ids, request_document
from vod_assets.adapters.keys.cpix_answer import Answer, read_answer
from vod_assets.adapters.keys.cpix_delivery import Recipient
from vod_assets.adapters.keys.describing import Kept, picked, require_no_preview
from vod_assets.domain.content_keys import ContentKeys, KeyRequest, SystemSignalling, TrackKey
from vod_assets.domain.errors import VodError
from vod_assets.domain.key_checksum import key_checksum
from vod_assets.domain.signalling import KeyAddresses, laurl
from vod_assets.ports import SecretKey


class SpekeKeys:
    """Asks a key server, once a process for each title and scheme: keys stay in this process's memory.

    Args:
        server: The key server.
        addresses: Where players ask for licences.
        certificate: PEM file of whom keys are encrypted for; None: they come inside TLS only.
    """

    name = "speke"

    def __init__(self, server: KeyServer, addresses: KeyAddresses, certificate: Path | None = None) -> None:
        self._server, self._addresses, self._certificate = server, addresses, certificate
        self._answers: dict[bytes, Answer] = {}
        self.parameters: Mapping[str, Any] = {"provider": self.name, "addresses": addresses.as_document()}

    def describe(self, request: KeyRequest) -> ContentKeys:
        """Return key ids as they were chosen here, and signalling as the server gives it.

        Raises:
            RemoteError: ``drm_unavailable``, ``drm_answer_bad``.
            ConfigError: ``drm_refused`` and others.
        """
        found = [key for scheme in request.contracts for key in self._described(request, scheme)]
        return ContentKeys(provider=self.name, request=request, keys=tuple(found))

    def keys(self, request: KeyRequest, kids: Sequence[str]) -> Mapping[str, SecretKey]:
        """Return keys by their ids.

        Raises:
            RemoteError: As above.
            ConfigError: As above; ``content_key_changed``.
        """
        return picked(request, self._kept(request, kids), kids)

    def _kept(self, request: KeyRequest, kids: Sequence[str]) -> Iterable[Kept]:
        for scheme in request.contracts:
            by_class = key_ids(request, scheme)
            if not by_class.keys() or set(kids).isdisjoint(by_class.values()):
                continue
            values = self._answer(request, scheme).values
            yield from (Kept(scheme, name, SecretKey(kid, values[kid])) for name, kid in by_class.items())

    def _described(self, request: KeyRequest, scheme: str) -> Iterable[TrackKey]:
        answer = self._answer(request, scheme)
        for track_class, kid in key_ids(request, scheme).items():
            yield TrackKey(
                scheme=scheme,
                track_class=track_class,
                kid=kid,
                checksum=key_checksum(kid, answer.values[kid]),
                systems=tuple(self._addressed(one, request.title, kid) for one in answer.signalling[kid]),
            )

    def _addressed(self, said: SystemSignalling, title: str, kid: str) -> SystemSignalling:
        """Return a system's signalling with the licence address that the settings give, if any."""
        url = self._addresses.licence(said.system, title, kid)
        named = "" if not said.pssh or "Laurl" in said.content_protection else laurl(url)
        return said.model_copy(update={"licence_url": url, "content_protection": said.content_protection + named})

    def _answer(self, request: KeyRequest, scheme: str) -> Answer:
        require_no_preview(request)
        recipient = Recipient.of_file(self._certificate) if self._certificate else None
        body = request_document(request, scheme, recipient.certificate if recipient else b"")
        if body not in self._answers:
            try:
                self._answers[body] = read_answer(self._server.ask(body), request, scheme, recipient)
            except VodError as error:
                raise error.about(title=request.title) from error.__cause__
        return self._answers[body]
