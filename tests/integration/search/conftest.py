import sys
from pathlib import Path

# The tiny servers are those of the generator's own tests; test folders are no packages.
sys.path.insert(0, str(Path(__file__).parents[1] / "generator"))
