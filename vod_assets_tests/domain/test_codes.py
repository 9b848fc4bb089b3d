"""The table of codes: complete, documented, and the only source of codes in the package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import vod_assets
from vod_assets.domain import errors
from vod_assets.domain.codes import CODES, errors_page

PACKAGE = Path(vod_assets.__file__).parent
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.VodError)}
RAISERS = ERRORS | {"refusal", "warning", "normalised", "Guess", "Finding"}


def raised() -> Iterator[tuple[str, str]]:
    """Yield every literal code that is given to an error or a finding, and where."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISERS:
                named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                positional = node.args if node.func.id != "Finding" else []  # `vod doctor` has findings of its own
                first = next(iter([*positional, *named]), None)
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_every_code_that_is_raised_is_in_the_table():
    assert [f"{code} at {place}" for code, place in raised() if code not in CODES] == []


def test_every_code_says_who_acts_what_it_means_and_what_to_do():
    assert len(CODES) >= 40
    for code, row in CODES.items():
        assert code.isidentifier(), code
        assert code.islower(), code
        assert row.who in {"supplier", "operator", "machine", "nobody"}
        assert row.meaning[0].isupper(), code
        assert row.remedy, code
        assert not row.meaning.endswith("."), code


def test_the_page_in_docs_is_the_table():
    page = PACKAGE.parent / "docs/errors.md"
    assert page.read_text() == errors_page(), "python -m vod_assets.domain.codes > docs/errors.md"
