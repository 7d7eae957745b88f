"""Writes the file of peers for platforms that give each role a name: a stage of a build."""

import json
import sys
from pathlib import Path

PORT = 8000


def main() -> None:
    services = [app.parent.name for app in Path("microservices").glob("*/app.py")]
    roles = sorted([*services, "payment-provider"])
    peers = {role: [f"http://{role}:{PORT}"] for role in roles}
    Path(sys.argv[1]).write_text(json.dumps(peers), encoding="utf-8")


if __name__ == "__main__":
    main()
