"""An update under a running server: its visitors go on with what they have open."""

import shutil
import time
from pathlib import Path

from benchmarks.bench_crowd.server import running_app
from benchmarks.bench_crowd.visitor import Visitor

ROOT = Path(__file__).parents[2]
#: What the app needs of the project.
OF_APP = ("app.py", "pages", "retention", ".streamlit", "docs")


def copy_of_app(folder: Path) -> Path:
    for name in OF_APP:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    return folder


def test_files_that_are_replaced_under_a_server_change_nothing_for_its_visitors(tmp_path):
    folder = copy_of_app(tmp_path)
    with running_app(tmp_path / "server.log", folder) as server, Visitor(server.address) as visitor:
        visitor.open()
        visitor.click("Open the sample store")
        visitor.open("segments")
        before = visitor.text()
        for path in [*folder.glob("pages/*.py"), *folder.glob("retention/**/*.py")]:
            path.write_text('raise ImportError("half of an update")\n')
        time.sleep(2)  # so long a change takes to be noticed, if it is
        visitor.open("")
        visitor.open("segments")
        assert visitor.text() == before
        assert visitor.errors == []
        assert server.faults() == []
