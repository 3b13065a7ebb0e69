"""Real engines for the tests: a Postgres server and a Spark session on this machine alone."""

import contextlib
import glob
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

#: Debian and Ubuntu keep the server's programs here, off the path.
SERVER_FOLDERS = "/usr/lib/postgresql/*/bin"
#: A server refuses to run as root: then it runs as one of these.
OTHER_USERS = ("postgres", "nobody")


def missing(what: str) -> NoReturn:
    """Skip a test for want of an engine. With CI set it fails, as without a browser."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def server_programs() -> Path | None:
    """Return the folder of Postgres's programs; None where it is not installed."""
    found = shutil.which("initdb")
    folders = [str(Path(found).parent)] if found else []
    folders += sorted(glob.glob(SERVER_FOLDERS), reverse=True)
    return next((Path(folder) for folder in folders if (Path(folder) / "initdb").exists()), None)


@contextlib.contextmanager
def postgres_server() -> Iterator[dict[str, Any]]:
    """Run a server on 127.0.0.1 and yield how to connect to it; skip where there is none."""
    programs = server_programs()
    if programs is None:
        missing("No PostgreSQL server: apt-get install postgresql")
    if importlib.util.find_spec("psycopg") is None:
        missing("No driver for PostgreSQL: pip install -r requirements-dev.txt")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not a folder of pytest, which its owner alone may enter.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        run: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
        if os.geteuid() == 0:
            run["user"] = other_user()
            shutil.chown(folder, run["user"])
        data = f"{folder}/data"
        # Its texts are sorted by the rules of a language, as on many servers.
        language = ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"]
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "shop", "-A", "trust", "--no-sync", *language],
            **run,
        )
        control = [programs / "pg_ctl", "-D", data, "-w"]
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        )
        subprocess.run([*control, "-l", f"{folder}/log", "-o", options, "start"], **run)
        try:
            yield {"host": "127.0.0.1", "port": port, "user": "shop", "database": "postgres"}
        finally:
            subprocess.run([*control, "-m", "fast", "stop"], **run)


def other_user() -> str:
    """Return a user of this machine other than root."""
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in OTHER_USERS if name in names)


def spark_session() -> Any:
    """Return a Spark session on this machine; skip where there is no PySpark or no Java."""
    if importlib.util.find_spec("pyspark") is None:
        missing("No PySpark: pip install -r requirements-spark.txt")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        missing("No Java for Spark: apt-get install default-jre-headless")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.log.level": "ERROR",
        # What runs for a minute is not worth the JVM's best compiler.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    builder = SparkSession.builder.master("local[2]").appName("orders")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
