"""How does the site look today, for those who read the README first?

usage: python -m scripts.screenshots   (or `make screenshots`)

Starts the site as `make run` does, on a sample history and a port of its own, and takes the README's pictures from it.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.children import Children, say
from scripts.run import SAMPLE_DAY, processes, wait_until_it_answers
from scripts.servers import TOP, free_port

IMAGES = TOP / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
PASSPHRASE = "counterfeit-free-2020"  # noqa: S105 The sample passphrase is public.
MOST_BYTES = 200_000  # A README is read over slow lines too.


@dataclass(frozen=True)
class Picture:
    """One picture of the README: what is on it, who sees it, and how large it is, in pixels."""

    name: str
    path: str
    width: int = 1280
    height: int = 900


PICTURES = (
    Picture("overview", "/"),
    Picture("one-page", "/reports/2020-W36/one-page/", height=940),
)


def take_pictures(site: str) -> None:
    """Sign in as one of the chair's office and take each picture."""
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(device_scale_factor=1)
        page.goto(f"{site}/accounts/login/")
        page.locator("[name=login]").fill("plcy@esc.example")
        page.locator("[name=password]").fill(PASSPHRASE)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/")
        for picture in PICTURES:
            page.set_viewport_size({"width": picture.width, "height": picture.height})
            page.goto(site + picture.path, wait_until="networkidle")
            target = IMAGES / f"{picture.name}.png"
            page.screenshot(path=target)
            size = target.stat().st_size
            say(f"{target.relative_to(TOP)}  {size // 1000} kB{'  TOO LARGE' if size > MOST_BYTES else ''}")
        browser.close()


def main() -> int:
    """Prepare a record, start the site, take the pictures, leave nothing else behind."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="esc-pictures-") as room, Children() as children:
        env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "VAR_DIR": room,
            "ESC_TODAY": SAMPLE_DAY,
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port} --log-level warning",
        }
        subprocess.run([sys.executable, "-m", "scripts.prepare"], cwd=TOP, env=env, check=True)
        children.start("web", processes()["web"], env=env, cwd=TOP)
        wait_until_it_answers(children, port)
        take_pictures(f"http://127.0.0.1:{port}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
