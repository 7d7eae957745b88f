import sys
from pathlib import Path

# Helpers lie beside the tests; test folders are no packages.
sys.path.insert(0, str(Path(__file__).parent))
