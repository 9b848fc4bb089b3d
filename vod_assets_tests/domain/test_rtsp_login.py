"""A login is proved as the standards' own examples do, by the strongest means that the server knows."""

import pytest

from vod_assets.domain.rtsp_login import Login, challenge_of

MD5 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
SHA256 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
BASIC = 'Basic realm="media"'


@pytest.mark.parametrize(
    ("header", "password", "cnonce", "response"),
    [
        (MD5, "Circle Of Life", "0a4f113b", "6629fae49393a05397450978507c4ef1"),
        (
            SHA256,
            "Circle of Life",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
)
def test_the_examples_of_rfc_2617_and_rfc_7616_come_out(header: str, password: str, cnonce: str, response: str) -> None:
    challenge = challenge_of([header], is_private=False)
    assert challenge is not None
    answer = challenge.answer(Login("Mufasa", password), "GET", "/dir/index.html", 1, cnonce)
    assert f'response="{response}"' in answer
    assert f'opaque="{challenge.said["opaque"]}"' in answer
    assert "nc=00000001" in answer


def test_servers_of_old_get_an_answer_without_a_count() -> None:
    challenge = challenge_of(['Digest realm="a", nonce="b"'], is_private=False)
    assert challenge is not None
    answer = challenge.answer(Login("vod", "secret"), "ANNOUNCE", "rtsp://host/film", 1, "word")
    assert "nc=" not in answer
    assert "algorithm" not in answer
    assert 'response="c1af8d515dea6b0bec8848810722ed7a"' in answer


def test_the_strongest_is_chosen_and_the_password_itself_sent_only_where_nobody_reads_along() -> None:
    chosen = [challenge_of(said, is_private=True) for said in ([BASIC, MD5, SHA256], [BASIC, MD5], [BASIC])]
    assert [one.algorithm for one in chosen if one] == ["SHA-256", "MD5", ""]
    assert challenge_of([BASIC, "Digest realm=a", 'Digest realm="a", nonce="b", algorithm=X'], is_private=False) is None
    assert chosen[2] is not None
    assert (
        chosen[2].answer(Login("vod", "secret"), "ANNOUNCE", "rtsp://host/film", 1, "word") == "Basic dm9kOnNlY3JldA=="
    )
    assert "secret" not in repr(Login("vod", "secret"))
