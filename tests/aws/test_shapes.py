"""Compiled parsers give what botocore's parser gives."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.session import get_session
from hypothesis import given, settings
from hypothesis import strategies as st

from driftcheck.aws.direct import OPERATIONS
from driftcheck.aws.operations import SERVICES
from driftcheck.aws.shapes import NotCompiled, parser_of

#: What is asked directly, as ``prefix:Operation``.
ALL = sorted(f"{prefix}:{name}" for prefix, names in OPERATIONS.items() for name in names)


@cache
def operation(of: str) -> OperationModel:
    prefix, _, name = of.partition(":")
    return get_session().get_service_model(SERVICES[prefix]).operation_model(name)


@cache
def answers(of: str) -> st.SearchStrategy[Any]:
    return _values(operation(of).output_shape)


def _values(shape: Any) -> st.SearchStrategy[Any]:
    """JSON of a shape, with nulls and members that it does not know."""
    match shape.type_name:
        case "structure":
            known = {name: st.none() | _values(member) for name, member in shape.members.items()}
            return st.fixed_dictionaries({}, optional={**known, "Unheard": st.just({"of": 1})})
        case "list":
            return st.lists(_values(shape.member), max_size=2)
        case "map":
            return st.dictionaries(st.text(max_size=3), _values(shape.value), max_size=2)
        case "timestamp":
            return st.integers(0, 2_000_000_000) | st.floats(0, 2e9)
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            return st.integers()
        case "double" | "float":
            return st.floats(allow_nan=False)
        case _:
            return st.text(max_size=5)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=50)
@given(data=st.data())
def test_an_answer_is_parsed_as_botocore_parses_it(name: str, data: st.DataObject) -> None:
    answer = data.draw(answers(name))
    shape = operation(name).output_shape
    response = {"status_code": 200, "headers": {}, "body": json.dumps(answer).encode()}
    assert shape is not None
    theirs = create_parser("json").parse(response, shape)
    del theirs["ResponseMetadata"]
    assert parser_of(shape)(answer) == theirs


def test_a_shape_that_holds_itself_is_left_to_botocore() -> None:
    shape = get_session().get_service_model("dynamodb").shape_for("AttributeValue")
    with pytest.raises(NotCompiled):
        parser_of(shape)
