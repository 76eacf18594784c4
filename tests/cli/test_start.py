"""What a run does without, for as long as nothing is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.reading import PLACE, SPEC
from benchmarks.stub import Options, access_key, serve
from tests.cli.test_process import environment

SCRIPT = """
import sys
from driftcheck.__main__ import main
sys.argv = ['driftcheck', 'scan', 'invoices.yaml', '--processes', '1']
try:
    main()
finally:
    print(*sorted({'jsonschema', 'hcl2', 'lark', 'moto', 'pydantic'} & set(sys.modules)))
"""


def test_tables_that_comply_with_a_spec_are_told_without_what_explains_mistakes(
    tmp_path: Path,
) -> None:
    (tmp_path / "invoices.yaml").write_text(SPEC, encoding="utf-8")
    with serve(Options(tables=3, places=(PLACE,), drifted=0)) as stub:
        credentials = {
            "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": access_key(PLACE.account),
            "AWS_SECRET_ACCESS_KEY": "stub",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        for _ in range(2):  # policies are read anew the first time
            done = subprocess.run(
                [sys.executable, "-c", SCRIPT],
                cwd=tmp_path,
                env=environment(**credentials),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert not done.stdout.splitlines()[-1]
