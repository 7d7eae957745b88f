"""``python -m testbed`` is ``twinstack``."""

from testbed.cli import main

main()
