"""A private PostgreSQL server: it listens on the loopback address only and touches no other server.

One cluster serves tests and the demo. ``fsync`` stays on, so a cut machine never ruins it; commits of throw-away
databases do not wait for the disk (``synchronous_commit = off``), those of the demo database do.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import places, process, server_packages
from .output import Failure, say, step

ROLE = "odoo"  # Odoo refuses to work as "postgres"
SETTINGS = """
# Written by ./dev
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 15min
jit = off
"""


@dataclass(frozen=True)
class Cluster:
    """A running server and how to reach it."""

    port: int
    password: str = field(repr=False)
    bin: Path

    def environment(self) -> dict[str, str]:
        """Return the variables with which PostgreSQL's own programs find this server."""
        path = os.pathsep.join([str(self.bin), os.environ.get("PATH", os.defpath)])
        return {
            "PATH": path,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": ROLE,
            "PGPASSWORD": self.password,
        }

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run SQL and return the rows as text, columns separated by ``|``.

        :raises Failure: when the server reports an error
        """
        env = process.plain_environment(**self.environment(), PGCONNECT_TIMEOUT="10")
        command = [self.bin / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database]
        return process.output(command, env=env, stdin=sql, failure="A database command failed").strip()


def _home() -> Path:
    folder = places.cache() / "postgres"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def data_folder() -> Path:
    """Return the folder of the server's files, which as root may lie outside the cache (see choose_data)."""
    note = _home() / "data-folder"
    return Path(note.read_text().strip()) if note.exists() else _home() / "data"


def server_user() -> str | None:
    """Return the user who runs the server: PostgreSQL refuses root, so root lends it another user."""
    if not process.is_root():
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise Failure("PostgreSQL cannot run as root, and there is no user `postgres` or `nobody` to run it.")


def ensure() -> Cluster:
    """Return the running cluster, making and starting it first when needed."""
    binaries = server_packages.postgresql_bin()
    if binaries is None:
        raise Failure("PostgreSQL 13 or newer is not installed.")
    with places.lock("postgres"):
        if not _is_usable(binaries):
            with step("Making the PostgreSQL cluster"):
                stop()
                _create(binaries)
        password = (_home() / "password").read_text().strip()
        port = _running_port()
        if port is None:
            with step("Starting PostgreSQL"):
                port = _start(binaries)
        cluster = Cluster(port, password, binaries)
        cluster.psql("SELECT 1")
    return cluster


def _is_usable(binaries: Path) -> bool:
    """Tell whether the cluster is complete and of the installed version; what it holds can always be made again."""
    if not (_home() / "complete").exists():
        return False
    try:
        version = (data_folder() / "PG_VERSION").read_text().strip()
    except OSError:
        return False
    return version == str(server_packages.major_version(binaries))


def _create(binaries: Path) -> None:
    """Initialize the cluster; the file ``complete`` is written last."""
    user = server_user()
    data = _choose_data(user)
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, mode=0o700)
    if user:
        shutil.chown(data, user, process.group_of(user))
    password = secrets.token_urlsafe(24)
    password_file = data.parent / "first-password"
    places.write_private(password_file, password)
    if user:
        shutil.chown(password_file, user, process.group_of(user))
    command = [binaries / "initdb", "-D", data, "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8"]
    command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"]
    env = process.plain_environment(LC_ALL="C.UTF-8")
    try:
        process.output(command, env=env, user=user, cwd=data.parent, failure="initdb failed")
    finally:
        password_file.unlink()
    with open(data / "postgresql.conf", "a", encoding="utf-8") as handle:
        handle.write(SETTINGS)
    (data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    places.write_private(_home() / "password", password)
    (_home() / "data-folder").write_text(f"{data}\n")
    (_home() / "complete").write_text("initialized\n")


def _choose_data(user: str | None) -> Path:
    """Return where the data goes: in the cache, or beside /var/lib when the server's user cannot enter the cache."""
    inside = _home() / "data"
    if user is None:
        return inside
    test = ["test", "-x", str(places.cache())]
    if subprocess.run(test, user=user, group=process.group_of(user), extra_groups=[], check=False).returncode == 0:
        os.chmod(_home(), 0o711)  # may be passed through, not read
        return inside
    outside = Path("/var/lib") / places.ADDON / places.short_hash(str(places.cache()))
    say(f"    user {user} cannot enter {places.cache()}: the databases lie in {outside}")
    outside.mkdir(mode=0o755, parents=True, exist_ok=True)
    return outside / "data"


def _running_port() -> int | None:
    """Return the port of the running server, or None when there is none."""
    try:
        lines = (data_folder() / "postmaster.pid").read_text().splitlines()
        pid, port, status = int(lines[0]), int(lines[3]), lines[7].strip()
    except (OSError, IndexError, ValueError):
        return None
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    ours = str(data_folder()).encode() in command
    return port if ours and status == "ready" else None


def _start(binaries: Path) -> int:
    port = places.free_port()
    log = data_folder() / "server.log"
    command = [binaries / "pg_ctl", "-D", data_folder(), "-l", log, "-w", "-t", "60", "-o", f"-p {port}", "start"]
    env = process.plain_environment(LC_ALL="C.UTF-8")
    user = server_user()
    options = {"user": user, "group": process.group_of(user), "extra_groups": []} if user else {}
    # The server keeps whatever standard output it inherits: a file, not a pipe that somebody waits on.
    with tempfile.TemporaryFile() as printed:
        child = subprocess.run(
            list(map(str, command)), env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=printed, stderr=printed,
            start_new_session=True, check=False, **options,
        )  # fmt: skip
        if child.returncode:
            printed.seek(0)
            raise Failure(f"PostgreSQL does not start; its log is {log}.\n{printed.read().decode(errors='replace')}")
    return port


def stop() -> None:
    """Stop the server if it runs."""
    binaries = server_packages.postgresql_bin()
    if binaries is None or _running_port() is None:
        return
    command = [binaries / "pg_ctl", "-D", data_folder(), "-m", "fast", "-w", "stop"]
    process.output(command, user=server_user(), cwd=Path("/"), failure="PostgreSQL does not stop")


def remove() -> None:
    """Stop the server and delete its files, also those outside the cache."""
    stop()
    data = data_folder()
    shutil.rmtree(data, ignore_errors=True)
    if places.cache() not in data.parents:
        with contextlib.suppress(OSError):  # another cache may have its databases beside these
            data.parent.rmdir()
            data.parent.parent.rmdir()
