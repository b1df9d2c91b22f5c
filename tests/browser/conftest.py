"""The browser that the tests of pages share; they are skipped where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browse() -> Callable[..., str]:
    """Run the browser without a window: (folder for its profile, arguments) -> what it prints."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")

    def run(folder: Path, *arguments: str) -> str:
        # the sandbox needs rights that containers lack; pages read files beside them
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                   "--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}", *arguments]  # fmt: skip
        environment = os.environ | {"HOME": str(folder)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
