"""`python -m kinos.worker --home DIR --control FD`."""

import os
import sys

from kinos.worker.main import main

if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # taking thousands of modules apart takes a while, and there is nothing left to do
