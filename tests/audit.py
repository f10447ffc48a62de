"""Known vulnerabilities of what is installed, by pip-audit: python tests/audit.py, which ``make check`` runs.

Exit code 1 where there is one, or pip-audit is not installed; 0 where there is none, or nothing can be known of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SKIPPED = "pip-audit: skipped, no network"
UNREACHABLE = ("ConnectionError", "ServiceError", "Max retries exceeded", "timed out", "ProxyError")
"""What pip-audit says on standard error where its service does not answer."""


def verdict(code: int, output: str, errors: str) -> tuple[int, str]:
    """The exit code and what to print, from what pip-audit ended with and printed."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if code and any(sign in errors for sign in UNREACHABLE):
            return 0, SKIPPED
        return 1, f"pip-audit: failed\n{errors.strip()}"
    found = [(package, fault) for package in packages for fault in package.get("vulns", ())]
    if found:
        lines = (f"{p['name']} {p['version']}: {v['id']}, fixed in {fixes(v)}" for p, v in found)
        return 1, "\n".join(lines)
    audited = [package for package in packages if "vulns" in package]
    if not audited:  # an index that does not know of vulnerabilities answers that it has none of the packages
        return 0, SKIPPED
    return 0, f"pip-audit: no known vulnerability in {len(audited)} of {len(packages)} packages"


def fixes(fault: dict[str, Any]) -> str:
    """The versions without the fault."""
    return ", ".join(fault.get("fix_versions", ())) or "no version yet"


def main() -> int:
    """Audit this environment."""
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off", "--timeout=15"]
    ended = subprocess.run(command, capture_output=True, text=True)
    code, said = verdict(ended.returncode, ended.stdout, ended.stderr)
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
