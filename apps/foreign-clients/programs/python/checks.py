"""One line of JSON per check on standard output: what the runner reads."""

import json
import sys
import traceback


def run(version, checks):
    print(json.dumps({"version": version}), flush=True)
    for name, check in checks:
        try:
            check()
            print(json.dumps({"check": name, "ok": True}), flush=True)
        except Exception as error:  # whatever a client throws is the outcome of its check
            traceback.print_exc(file=sys.stderr)
            reason = f"{type(error).__name__}: {error}"
            print(json.dumps({"check": name, "ok": False, "reason": reason[:300]}), flush=True)


def equal(actual, expected, what=""):
    if actual != expected:
        raise AssertionError(f"{what} expected {expected!r}, got {actual!r}".strip())
