"""Real terraform in tests: against an embedded AWS, or with no AWS at all.

    with moto_server() as aws:
        workspace = Workspace.copy(find_toolchain(), MODULES, into=tmp_path,
                                   subdirectory="dynamodb", endpoint=aws.endpoint)
        outputs = workspace.apply({"table_name": "invoices", "environment": "test"})
        assert not workspace.plan({...}).changed

``find_toolchain``   terraform and a local copy of the AWS provider, or
                     ``ToolchainMissing`` with what is missing and how to supply it.
``moto_server``      an AWS on loopback in a process of its own.
``Workspace.copy``   a throw-away copy of a configuration, pointed at that AWS, or
                     at nowhere: a plan that only creates needs none.
``Workspace.write``  the same for a configuration given as text.

Nothing here reads the caller's AWS or Terraform settings, and every command has a
deadline: the provider retries a server's error for as long as it is let.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import boto3

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = REPOSITORY / "modules"

MIRROR_VARIABLE = "DRIFTCHECK_TERRAFORM_MIRROR"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
# Port 9 discards: a call that was not expected fails at once instead of leaving the machine.
NOWHERE = "http://127.0.0.1:9"
# Planning takes a few seconds on an idle machine; this is for a busy one.
DEADLINE = 240.0

_PROVIDER = Path("registry.terraform.io/hashicorp/aws")
# Not every command of every release has -no-color.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SERVICES = (
    "applicationautoscaling",
    "cloudwatch",
    "dynamodb",
    "iam",
    "kinesis",
    "kms",
    "sns",
    "sts",
)


class ToolchainMissing(Exception):
    """Terraform or the provider is not here; the message is the reason to skip."""


class TerraformFailed(Exception):
    """A terraform command failed, or did not end in time."""


@dataclass(frozen=True)
class Toolchain:
    """A terraform that installs the AWS provider without a network."""

    terraform: Path
    mirror: Path
    """A directory laid out as a filesystem mirror, as `terraform providers mirror` makes it."""


def find_toolchain(environment: Mapping[str, str] = os.environ) -> Toolchain:
    """Find terraform on PATH and a mirror of the AWS provider.

    The mirror is taken from DRIFTCHECK_TERRAFORM_MIRROR, or from the
    `filesystem_mirror` blocks of the user's CLI configuration, or from the
    directories where such mirrors usually are.
    """
    terraform = shutil.which("terraform", path=environment.get("PATH"))
    if terraform is None:
        raise ToolchainMissing("terraform is not on PATH")
    named = environment.get(MIRROR_VARIABLE)
    if named is not None:
        if not _holds_provider(Path(named)):
            raise ToolchainMissing(
                f"{MIRROR_VARIABLE}={named} holds no {_PROVIDER} for {_target()}"
            )
        return Toolchain(Path(terraform), Path(named).resolve())
    for mirror in (*_configured_mirrors(environment), *_usual_mirrors(environment)):
        if _holds_provider(mirror):
            return Toolchain(Path(terraform), mirror.resolve())
    raise ToolchainMissing(
        f"no local mirror of the AWS provider for {_target()}: make one with "
        f"`terraform providers mirror DIR` in modules/dynamodb and set {MIRROR_VARIABLE}=DIR"
    )


def _target() -> str:
    machine = platform.machine().lower()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{platform.system().lower()}_{architecture}"


def _holds_provider(mirror: Path) -> bool:
    """Tell whether a mirror has the provider for this machine, unpacked or as an archive."""
    provider = mirror / _PROVIDER
    return any(provider.glob(f"*/{_target()}")) or any(provider.glob(f"*_{_target()}.zip"))


def _configured_mirrors(environment: Mapping[str, str]) -> Iterator[Path]:
    home = environment.get("HOME", "")
    configurations = (environment.get("TF_CLI_CONFIG_FILE"), f"{home}/.terraformrc")
    for configuration in configurations:
        if configuration and Path(configuration).is_file():
            text = Path(configuration).read_text(encoding="utf-8")
            for block in re.findall(r"filesystem_mirror\s*\{([^}]*)\}", text):
                for path in re.findall(r'path\s*=\s*"([^"]+)"', block):
                    yield Path(path)


def _usual_mirrors(environment: Mapping[str, str]) -> Iterator[Path]:
    if "HOME" in environment:
        yield Path(environment["HOME"]) / ".terraform.d/plugins"
    yield Path("/usr/share/terraform/plugins")
    yield Path("/usr/local/share/terraform/plugins")
    for found in sorted(Path("/opt").glob("*/registry.terraform.io")):
        yield found.parent


def _clean_environment() -> dict[str, str]:
    """The caller's environment without what would steer terraform, the provider or boto3."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_", "AWS_", "MOTO_"))
    }


@dataclass(frozen=True)
class MotoServer:
    """An AWS on loopback."""

    endpoint: str
    account: str

    def reset(self) -> None:
        """Empty every account and region."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()

    def session(self, region: str = REGION) -> boto3.Session:
        """Make clients with ``.client(service, endpoint_url=server.endpoint)``."""
        return boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=region
        )

    def environment(self, region: str = REGION) -> dict[str, str]:
        """What a process needs in its environment to talk to this AWS and no other."""
        return {
            **_clean_environment(),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextmanager
def moto_server(account: str = ACCOUNT) -> Iterator[MotoServer]:
    """Serve an AWS on a free port of loopback; callers without a role are in ``account``."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("moto_server.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # one line for every request
        text=True,
        env={**_clean_environment(), "MOTO_ACCOUNT_ID": account},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        endpoint = process.stdout.readline().strip()
        if not endpoint:
            raise RuntimeError("the moto server ended before it served: run moto_server.py to see")
        yield MotoServer(endpoint, account)
    finally:
        process.stdin.close()  # which it takes as the sign to end
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class Plan:
    """A plan, and whether it would change anything (an output's value counts)."""

    def __init__(self, workspace: Workspace, file: Path, changed: bool) -> None:
        self._workspace = workspace
        self._file = file
        self.changed = changed

    @cached_property
    def document(self) -> dict[str, Any]:
        """The plan as `terraform show -json` gives it."""
        shown: dict[str, Any] = json.loads(
            self._workspace.run("show", "-json", str(self._file)).stdout
        )
        return shown

    def actions(self) -> dict[str, list[str]]:
        """What is planned for each resource that does not stay as it is, by address."""
        return {
            change["address"]: change["change"]["actions"]
            for change in self.document.get("resource_changes", ())
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def planned(self, address: str) -> dict[str, Any]:
        """The values that a resource is to have, those known only after apply left out."""
        for change in self.document["resource_changes"]:
            if change["address"] == address:
                values: dict[str, Any] = change["change"]["after"]
                return values
        raise KeyError(address)


Variables = Mapping[str, object]


class Workspace:
    """A throw-away working copy of a configuration, with terraform to run in it.

    Variables are handed over as JSON, so they may be of any type, and None is null.
    """

    def __init__(self, toolchain: Toolchain, root: Path, endpoint: str, region: str) -> None:
        self._toolchain = toolchain
        self._scratch = root / ".terraform"
        self._initialized = False
        self._plans = 0
        self.root = root
        self._scratch.mkdir(exist_ok=True)
        (self._scratch / "cli.tfrc").write_text(
            f"provider_installation {{\n  filesystem_mirror {{\n"
            f"    path = {json.dumps(str(toolchain.mirror))}\n  }}\n}}\n",
            encoding="utf-8",
        )
        self._configure_provider(endpoint, region)

    @classmethod
    def copy(
        cls,
        toolchain: Toolchain,
        source: Path,
        *,
        into: Path,
        subdirectory: str = ".",
        endpoint: str | None = None,
        region: str = REGION,
    ) -> Self:
        """Copy a directory, and work in one of its subdirectories.

        ``source`` has to hold what the configuration calls by relative path;
        ``into`` must not exist or be empty.
        """
        shutil.copytree(
            source,
            into,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*"),
        )
        return cls(toolchain, into / subdirectory, endpoint or NOWHERE, region)

    @classmethod
    def write(
        cls,
        toolchain: Toolchain,
        files: Mapping[str, str],
        *,
        into: Path,
        endpoint: str | None = None,
        region: str = REGION,
    ) -> Self:
        """Write a configuration from the text of its files, by relative path."""
        for name, text in files.items():
            path = into / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return cls(toolchain, into, endpoint or NOWHERE, region)

    def init(self) -> None:
        """Install modules and the provider. The other methods see to it themselves."""
        if not self._initialized:
            self.run("init", "-input=false", "-backend=false")
            self._initialized = True

    def validate(self) -> dict[str, Any]:
        """The findings of `terraform validate -json`; ``valid`` is the verdict."""
        self.init()
        answer = self.run("validate", "-json", codes=(0, 1))
        findings: dict[str, Any] = json.loads(answer.stdout)
        return findings

    def unformatted(self) -> list[str]:
        """Files that `terraform fmt` would change, those below included."""
        return self.run("fmt", "-check", "-recursive", "-list=true", codes=(0, 3)).stdout.split()

    def test(self) -> str:
        """Run the native tests, and return their report."""
        self.init()
        return self.run("test").stdout

    def plan(self, variables: Variables | None = None, options: Iterable[str] = ()) -> Plan:
        """Plan with `-detailed-exitcode`."""
        self.init()
        self._plans += 1
        file = self._scratch / f"plan-{self._plans}"
        answer = self.run(
            "plan",
            "-input=false",
            "-detailed-exitcode",
            f"-out={file}",
            self._variables(variables),
            *options,
            codes=(0, 2),
        )
        return Plan(self, file, changed=answer.returncode == 2)

    def apply(
        self, variables: Variables | None = None, options: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Apply without asking, and return the outputs by name."""
        self.init()
        self.run("apply", "-input=false", "-auto-approve", self._variables(variables), *options)
        return self.outputs()

    def destroy(self, variables: Variables | None = None) -> None:
        """Destroy without asking."""
        self.init()
        self.run("destroy", "-input=false", "-auto-approve", self._variables(variables))

    def outputs(self) -> dict[str, Any]:
        """The outputs of the last apply, by name."""
        outputs = json.loads(self.run("output", "-json").stdout)
        return {name: output["value"] for name, output in outputs.items()}

    def state(self) -> dict[str, Any]:
        """What the last apply left, as `terraform show -json` gives it."""
        document: dict[str, Any] = json.loads(self.run("show", "-json").stdout)
        return document

    def console(self, expression: str, variables: Variables | None = None) -> str:
        """Evaluate one expression and return what `terraform console` prints.

        For a value rather than its rendering, ask for ``jsonencode(expression)``
        and load the result twice.
        """
        self.init()
        return self.run("console", self._variables(variables), stdin=f"{expression}\n").stdout

    def run(
        self,
        command: str,
        *arguments: str,
        codes: Iterable[int] = (0,),
        stdin: str = "",
        timeout: float = DEADLINE,
    ) -> subprocess.CompletedProcess[str]:
        """Run one terraform command; raise ``TerraformFailed`` for another exit code."""
        line = ["terraform", command, *arguments]
        # A session of its own, so that a late terraform takes its plugins with it.
        with subprocess.Popen(
            [str(self._toolchain.terraform), *line[1:]],
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                stdout, stderr = process.communicate(stdin, timeout=timeout)
            except BaseException as problem:
                os.killpg(process.pid, signal.SIGKILL)
                stdout, stderr = process.communicate()
                if isinstance(problem, subprocess.TimeoutExpired):
                    raise TerraformFailed(
                        f"{' '.join(line)}: not done after {timeout:.0f} s\n{stdout}{stderr}"
                    ) from None
                raise
        stdout, stderr = _COLOUR.sub("", stdout), _COLOUR.sub("", stderr)
        if process.returncode not in codes:
            raise TerraformFailed(
                f"{' '.join(line)}: exit code {process.returncode}\n{stdout}{stderr}"
            )
        return subprocess.CompletedProcess(line, process.returncode, stdout, stderr)

    def environment(self) -> dict[str, str]:
        """What terraform runs with: this configuration, and nothing of the user's own."""
        return {
            **_clean_environment(),
            "TF_CLI_CONFIG_FILE": str(self._scratch / "cli.tfrc"),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _variables(self, variables: Variables | None) -> str:
        file = self._scratch / "variables.tfvars.json"
        file.write_text(json.dumps(dict(variables or {})), encoding="utf-8")
        return f"-var-file={file}"

    def _configure_provider(self, endpoint: str, region: str) -> None:
        """Point the provider at an endpoint, over the configuration's own block if it has one."""
        settings = {
            "access_key": "test",
            "secret_key": "test",
            "region": region,
            "max_retries": 5,
            "skip_credentials_validation": True,
            "skip_metadata_api_check": True,
            "skip_region_validation": True,
            "skip_requesting_account_id": True,
            "endpoints": [dict.fromkeys(_SERVICES, endpoint)],
        }
        # An override file merges into a block, which therefore has to be there.
        own = any(
            re.search(r'^provider\s+"aws"', path.read_text(encoding="utf-8"), re.MULTILINE)
            for path in self.root.glob("*.tf")
        )
        name = "endpoint_override.tf.json" if own else "endpoint.tf.json"
        (self.root / name).write_text(
            json.dumps({"provider": {"aws": settings}}, indent=2), encoding="utf-8"
        )
