"""Which provider configuration a resource uses, and what follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from driftcheck.hcl.module import Evaluation, Level
from driftcheck.inputs.terraform_aws import AwsSchemas
from driftcheck.model.values import Unknown
from tests.hcl.module_files import evaluate, problems

TABLE = 'resource "aws_dynamodb_table" "t" {\n  name = "t"\n}\n'


def regions(evaluation: Evaluation) -> dict[str, object]:
    return {r.address: r.region for r in evaluation.model_resources()}


def test_without_a_provider_block_the_target_s_region_counts(tmp_path: Path) -> None:
    evaluation = evaluate(tmp_path, TABLE, schemas=AwsSchemas(region="eu-north-1"))
    assert regions(evaluation) == {"aws_dynamodb_table.t": "eu-north-1"}
    assert regions(evaluate(tmp_path, TABLE)) == {"aws_dynamodb_table.t": None}


def test_configurations_are_inherited_and_passed(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            variable "second" {
              default = "us-west-2"
            }
            provider "aws" {
              region = "eu-west-1"
            }
            provider "aws" {
              alias  = "us"
              region = var.second
            }
            module "inherits" {
              source = "./m"
            }
            module "given" {
              source = "./m"
              providers = {
                aws = aws.us
              }
            }
            module "deep" {
              source = "./deep"
              providers = {
                aws.first  = aws.us
                aws.second = aws
              }
            }
            resource "aws_dynamodb_table" "own" {
              name     = "own"
              provider = aws.us
            }
        """,
        "m/main.tf": TABLE,
        "deep/main.tf": """
            module "m" {
              source = "../m"
              providers = {
                aws = aws.first
              }
            }
            resource "aws_dynamodb_table" "second" {
              name     = "s"
              provider = aws.second
            }
        """,
    }
    evaluation = evaluate(tmp_path, files)
    assert problems(evaluation) == []
    assert regions(evaluation) == {
        "aws_dynamodb_table.own": "us-west-2",
        "module.inherits.aws_dynamodb_table.t": "eu-west-1",
        "module.given.aws_dynamodb_table.t": "us-west-2",
        "module.deep.module.m.aws_dynamodb_table.t": "us-west-2",
        "module.deep.aws_dynamodb_table.second": "eu-west-1",
    }
    providers = {r.address: r.provider for r in evaluation.model_resources()}
    assert providers["module.deep.module.m.aws_dynamodb_table.t"] == "provider.aws.us"


def test_a_module_may_declare_its_own_configuration(tmp_path: Path) -> None:
    files = {
        "main.tf": 'provider "aws" {\n  region = "eu-west-1"\n}\nmodule "m" {\n  source = "./m"\n'
        '  at     = "sa-east-1"\n}\n',
        "m/main.tf": 'variable "at" {}\nprovider "aws" {\n  region = var.at\n}\n' + TABLE,
    }
    evaluation = evaluate(tmp_path, files)
    (table,) = evaluation.model_resources()
    assert table.region == "sa-east-1"
    assert table.provider == "module.m.provider.aws"


def test_a_region_that_cannot_be_known_is_unknown(tmp_path: Path) -> None:
    code = 'provider "aws" {\n  region = random_x.y.z\n}\nresource "random_x" "y" {}\n' + TABLE
    evaluation = evaluate(tmp_path, code, schemas=AwsSchemas("123456789012", "eu-west-1"))
    table = next(r for r in evaluation.model_resources() if r.type == "aws_dynamodb_table")
    assert isinstance(table.region, Unknown)
    assert isinstance(table.values["arn"], Unknown)


@pytest.mark.parametrize("account", [None, "123456789012"])
def test_arns_follow_from_account_and_region(tmp_path: Path, account: str | None) -> None:
    code = """
        provider "aws" {
          region = "cn-north-1"
        }
        resource "aws_dynamodb_table" "t" {
          name = "t"
        }
        resource "aws_dynamodb_tag" "g" {
          resource_arn = aws_dynamodb_table.t.arn
          key          = "k"
          value        = "v"
        }
    """
    table, tag = evaluate(tmp_path, code, schemas=AwsSchemas(account)).model_resources()
    assert table.values["id"] == "t"
    if account is None:
        assert isinstance(tag.values["resource_arn"], Unknown)
    else:
        arn = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/t"
        assert tag.values["resource_arn"] == arn
        assert tag.values["id"] == f"{arn},k"


def test_a_resource_may_say_its_own_region(tmp_path: Path) -> None:
    """Only provider 6 has the argument, so no plan of 5.100 stands behind this."""
    code = TABLE.replace('"t"\n}', '"t"\n  region = "ap-south-1"\n}')
    evaluation = evaluate(tmp_path, code, schemas=AwsSchemas("123456789012", "eu-west-1"))
    assert problems(evaluation) == []
    (table,) = evaluation.model_resources()
    assert table.region == "ap-south-1"
    assert table.values["arn"] == "arn:aws:dynamodb:ap-south-1:123456789012:table/t"


def test_an_alias_that_is_not_passed_is_refused(tmp_path: Path) -> None:
    files = {
        "main.tf": 'provider "aws" {\n  alias = "us"\n}\nmodule "m" {\n  source = "./m"\n}\n',
        "m/main.tf": TABLE.replace("name", "provider = aws.us\n  name"),
    }
    evaluation = evaluate(tmp_path, files)
    assert problems(evaluation, Level.ERROR) == [
        "The provider configuration aws.us is not declared."
    ]
