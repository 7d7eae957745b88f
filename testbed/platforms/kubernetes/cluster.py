"""One cluster, as kubectl reaches it: context and namespace are said with every call."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiment.errors import InputError, RunError

CONTEXT = "TWINSTACK_KUBE_CONTEXT"
NAMESPACE = "TWINSTACK_KUBE_NAMESPACE"
ANSWERS_WITHIN_S = 30.0
_PASSED_ON = ("PATH", "HOME", "KUBECONFIG", "LANG", "TMPDIR")
_MOST_SAID = 300

Object = dict[str, Any]
"""As the API has it."""


def find_kubectl() -> Path:
    """InputError where there is none."""
    beside = Path(sys.executable).with_name("kubectl")
    found = shutil.which("kubectl") or (str(beside) if beside.exists() else None)
    if found is None:
        raise InputError("Platform kubernetes needs kubectl, and there is none on the PATH.")
    return Path(found)


@dataclass(frozen=True)
class Cluster:
    """``namespace``: empty for what has none."""

    context: str
    program: Path
    namespace: str = ""
    mark: Mapping[str, str] = field(default_factory=dict)
    """Environment of every process of the run."""

    def within(self, namespace: str) -> "Cluster":
        return replace(self, namespace=namespace)

    def command(self, arguments: Sequence[str]) -> list[str]:
        where = ["--namespace", self.namespace] if self.namespace else []
        return [str(self.program), "--context", self.context, *where, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {**passed_on(), **self.mark}

    def kubectl(
        self, *arguments: str, stdin: str | None = None, within_s: float = ANSWERS_WITHIN_S
    ) -> str:
        """What kubectl says; RunError with its complaint, or when it takes too long."""
        try:
            done = subprocess.run(
                self.command([*arguments, f"--request-timeout={within_s:g}s"]),
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                timeout=within_s + 5,
                env=self.environment,
                start_new_session=True,  # Ctrl-C is for this tool, which has to clean up yet
            )
        except subprocess.TimeoutExpired as error:
            raise RunError(
                f"kubectl {arguments[0]}: context {self.context} did not answer within "
                f"{within_s:g} s."
            ) from error
        if done.returncode != 0:
            raise RunError(f"kubectl {arguments[0]}: {_complaint(done.stderr)}")
        return done.stdout

    def create(self, *what: str, stdin: str | None = None) -> None:
        """RunError when something of that name is there already, or it is not permitted.

        Nothing is validated here: a test holds our manifests to the schemas, and kubectl would
        fetch those each time.
        """
        self.kubectl("create", "--validate=ignore", *what, stdin=stdin)

    def objects(self, kind: str, *selection: str) -> list[Object]:
        found: Object = json.loads(self.kubectl("get", kind, *selection, "--output=json"))
        return list(found["items"]) if found["kind"] == "List" else [found]

    def server_version(self, within_s: float = ANSWERS_WITHIN_S) -> str:
        """Asks the cluster; RunError when it does not answer."""
        said: Object = json.loads(self.kubectl("version", "--output=json", within_s=within_s))
        return str(said["serverVersion"]["gitVersion"])

    def may(self, right: str, within_s: float = ANSWERS_WITHIN_S) -> bool:
        """Whether we are permitted to do something, such as ``create pods/exec``, anywhere."""
        verb, resource = right.split()
        name, _, sub = resource.partition("/")
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"verb": verb, "resource": name, "subresource": sub}},
        }
        said = self.kubectl(
            "create", "--validate=ignore", "--filename=-", "--output=json",
            stdin=json.dumps(review), within_s=within_s,
        )  # fmt: skip
        allowed: bool = json.loads(said)["status"]["allowed"]
        return allowed

    def require_context(self) -> None:
        """InputError when no kubeconfig knows it."""
        try:
            self.kubectl("config", "get-contexts", self.context, "--output=name")
        except RunError as error:
            raise InputError(
                f"{CONTEXT}: the kubeconfig has no context {self.context!r}."
            ) from error


def passed_on() -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def _complaint(said: str) -> str:
    lines = [line for line in said.strip().splitlines() if not line.startswith("Warning:")]
    return (lines[-1] if lines else "failed without a word")[:_MOST_SAID]
