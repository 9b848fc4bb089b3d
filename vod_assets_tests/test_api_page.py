"""The page on the API asks Dagster for what it has."""

import re
from pathlib import Path

import pytest
from dagster_graphql.schema import create_schema
from graphql import GraphQLSchema, parse, validate

from vod_assets.defs.jobs import TITLE_TAG, RegisterTitleConfig
from vod_assets.domain.codes import REFUSALS

PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
QUOTED = r"'((?:query|mutation)\b[^']*)'"
TRIPLE_QUOTED = r"\"{3}\n(query.*?)\"{3}"
DOCUMENTS = re.findall(QUOTED, PAGE) + re.findall(TRIPLE_QUOTED, PAGE, re.DOTALL)
CALLS = {"launchRun", "terminateRun", "launchPartitionBackfill", "launchRunReexecution", "cancelPartitionBackfill"}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """What the installed version of Dagster answers."""
    return create_schema().graphql_schema


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda text: text.split("(")[0].split()[1])
def test_every_document_of_the_page_fits_the_schema(document: str, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(document)) == []


def test_the_calls_that_the_page_speaks_of_are_there(schema: GraphQLSchema) -> None:
    assert len(DOCUMENTS) == 10
    assert schema.mutation_type is not None
    assert schema.subscription_type is not None
    assert {name for name in CALLS if name in PAGE} == CALLS
    assert schema.mutation_type.fields.keys() >= CALLS | {"addDynamicPartition"}
    assert "pipelineRunLogs" in schema.subscription_type.fields


def test_the_page_registers_as_the_job_wants_it() -> None:
    assert {"source", "title", "profile"} == set(RegisterTitleConfig.model_fields)
    assert f'"{TITLE_TAG}"' in PAGE
    assert "source_not_media" in PAGE
    assert "source_not_media" in REFUSALS
