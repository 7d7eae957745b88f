"""The environment of a Locust that runs for us, not for the user at a terminal."""

import os
import site
from collections.abc import Mapping


def own_settings(environment: Mapping[str, str], home: str = "/") -> dict[str, str]:
    """``environment`` without what Locust would take for options of its own.

    It reads variables (``LOCUST_USERS``) and a file in the home folder, so it gets another
    ``home``. Packages that the user has installed for themselves stay where they are.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith("LOCUST_")}
    installed = os.environ.get("PYTHONUSERBASE") or site.getuserbase()
    return {**kept, "HOME": home, "PYTHONUSERBASE": installed}
