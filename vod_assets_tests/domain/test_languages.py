"""Language tags become BCP 47."""

import pytest

from vod_assets.domain.languages import language_tag


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("eng", "en"),
        ("ENG", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("fre", "fr"),
        ("chi", "zh"),
        ("fil", "fil"),
        ("en-us", "en-US"),
        ("pt_BR", "pt-BR"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("sl-rozaj", "sl-rozaj"),
        ("zxx", "zxx"),
        *(
            (unknown, "und")
            for unknown in ("", "und", "mul", "mis", "qaa", "qad", "qtz", "xx-<b>", "english language", "```", "e")
        ),
    ],
)
def test_what_a_container_says_becomes_a_tag(said: str, tag: str):
    assert language_tag(said) == tag
