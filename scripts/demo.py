"""What ``make demo`` runs: the main job from end to end, in an AWS inside the program.

The reference table is provisioned from ``modules/dynamodb`` and ``specs/invoices.yaml``,
somebody's changes in the console are imitated, and driftcheck's own commands find
them, mend them and show that they are gone. Everything happens in this process;
there is no account and no network.
"""

from __future__ import annotations

import sys
from pathlib import Path

import boto3

from driftcheck.aws.connector import AwsOptions
from driftcheck.cli.main import run
from driftcheck.sandbox import sandbox

SPEC = str(Path(__file__).parent.parent / "specs" / "invoices.yaml")
TABLE = "invoices"


def main() -> int:
    """Run the demonstration; 0 when every step ended as it should."""
    with sandbox(AwsOptions()):
        step("The reference table is made from its module and spec.", 0, "provision", SPEC)
        step("Live, code and spec agree.", 0, "scan", SPEC)
        say("Somebody changes the table in the console, behind Terraform's back.")
        change_by_hand()
        step("The nightly scan sees it.", 1, "scan", SPEC)
        step("What would mend it? Nothing is changed yet.", 1, "remediate", SPEC, "--dry-run")
        step(
            "Mend it. Rebuilding an index and removing a tag are disruptive, so they are allowed.",
            0,
            "remediate",
            SPEC,
            "--yes",
            "--allow",
            "disruptive",
            "--allow-undetermined",
            "--poll-interval",
            "0",
        )
        step("The drift is gone.", 0, "scan", SPEC)
    say("That was all: provisioned, drifted, found, mended, clean.")
    return 0


def change_by_hand() -> None:
    """What an operator in a hurry might do."""
    client = boto3.client("dynamodb", region_name="eu-central-1")
    client.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    print("  point-in-time recovery off")
    client.update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    print("  deletion protection off")
    client.update_table(
        TableName=TABLE,
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "status-createdAt-index"}}],
    )
    print("  the index status-createdAt-index deleted")
    arn = client.describe_table(TableName=TABLE)["Table"]["TableArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "Team", "Value": "nobody knows"}])
    print("  a tag added")


def step(what: str, expected: int, *arguments: str) -> None:
    """Run one command as a user would, and insist on its exit code."""
    say(what)
    shown = [Path(a).name if a == SPEC else a for a in arguments]
    print(f"$ driftcheck {' '.join(shown)}".replace(Path(SPEC).name, "specs/invoices.yaml"))
    sys.stdout.flush()
    code = run(list(arguments))
    print(f"(exit code {code})")
    if code != expected:
        raise SystemExit(f"the demonstration failed: {code} instead of {expected}")


def say(what: str) -> None:
    """A heading."""
    print(f"\n--- {what}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
