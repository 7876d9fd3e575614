"""Writes what is made from the code: `make docs`."""

from pathlib import Path

from kinos.domain.setting_page import PAGES

ROOT = Path(__file__).parents[1]

for name, made in PAGES.items():
    file = ROOT / name
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(made(before), encoding="utf-8")
