#!/usr/bin/python3
"""Puts in place what PostgreSQL needs to start, when it is missing, and becomes Patroni.

  - a user without a line in /etc/passwd gets one;
  - applied files whose trial was cut short are put back (docs/formats/config-reload.md);
  - applied files that are missing are made of the mounted ones, if a server starts with those, and
    otherwise without them: a wrong file must not keep PostgreSQL from starting.

Which files those are says Patroni's own configuration: custom_conf, hba_file and ident_file.
"""

import json
import os
import pwd
import subprocess
import sys
import tempfile
from pathlib import Path

STATE = Path(os.environ.get("HOWDAH_STATE_DIR", "/var/lib/howdah"))
SOURCES = Path(os.environ.get("HOWDAH_POSTGRES_SOURCE_DIR", "/etc/howdah/postgres"))
PASSWD = Path(os.environ.get("HOWDAH_PASSWD_FILE", "/var/lib/extrausers/passwd"))
AGENT_ROLES = ("howdah_monitor", "howdah_backup", "howdah_config")
# As in sysexits(3): wrong configuration, which only a person mends.
EX_CONFIG = 78


def say(words):
    print(f"howdah: {words}", file=sys.stderr, flush=True)


def refuse(words):
    say(words)
    sys.exit(EX_CONFIG)


def name_this_user():
    """OpenShift gives a uid that nobody knows, with which neither initdb nor peer logins work."""
    try:
        pwd.getpwuid(os.getuid())
        return
    except KeyError:
        pass
    # Where the link points to: with a read-only root only what is mounted can be written.
    target = Path(os.path.realpath(PASSWD))
    # libnss-extrausers passes over groups below 500; which one it is has no effect here.
    line = f"postgres:x:{os.getuid()}:10001:PostgreSQL:/var/lib/postgresql:/bin/bash\n"
    try:
        target.write_text(line)
    except OSError as error:
        refuse(f"uid {os.getuid()} has no name, and {target} cannot be written ({error.strerror}): "
               "mount an emptyDir at /tmp, or run as uid 10001")


def replace(path, text, mode=0o600):
    """Whole or not at all, also when the node loses power."""
    before = path.stat().st_mode & 0o777 if path.exists() else mode
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(fresh, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, before)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(fresh, before)
    os.replace(fresh, path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def end_cut_trial(conf, hba):
    """The agent would do the same, but it may start later than PostgreSQL, or not at all."""
    kept = STATE / "config-reload" / "before-trial.json"
    try:
        before = json.loads(kept.read_text(encoding="utf-8"))
        if before["format"] != 1:
            raise ValueError(f"format {before['format']}")
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        say(f"{kept} is of no use ({error}); PostgreSQL starts with the applied files as they are")
        return
    for path, text in ((conf, before.get("conf", False)), (hba, before.get("hba", False))):
        if text is None:
            path.unlink(missing_ok=True)
        elif text is not False:
            replace(path, text)
    # The file stays: the agent finds it, does the same again, and asks a running server to reload.
    say("a change of configuration was cut short; the files before it are in place again")


def mounted(name):
    try:
        return (SOURCES / name).read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        say(f"{SOURCES / name} cannot be read ({error}); PostgreSQL starts without it")
        return ""


def own_hba(authentication):
    """Lines without which neither Patroni nor an agent could log in."""
    superuser = authentication.get("superuser", {}).get("username", "postgres")
    replication = authentication.get("replication", {}).get("username", "replicator")
    rewind = authentication.get("rewind", {}).get("username", superuser)
    monitor, *others = AGENT_ROLES
    return f"""# Made by the postgres container, so that Patroni and the agents can log in.
local all {monitor} peer map=howdah
local postgres {",".join(others)} peer map=howdah
host all "{superuser}" samehost scram-sha-256
host replication "{replication}" all scram-sha-256
host postgres "{rewind}" all scram-sha-256
"""


def starts(bin_dir, conf, hba, ident):
    """Whether a server starts with these files; only PostgreSQL can say. Gives its last words if not."""
    with tempfile.TemporaryDirectory(prefix="howdah-trial-") as directory:
        data, files = Path(directory) / "data", Path(directory)
        for name, text in (("postgresql.conf", conf), ("pg_hba.conf", hba), ("pg_ident.conf", ident)):
            (files / name).write_text(text, encoding="utf-8")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "timeout": 60}
        subprocess.run([bin_dir / "initdb", "--no-sync", "--auth=reject", "--encoding=UTF8", "--locale=C",
                        "--pgdata", data], check=True, **quiet)
        options = {
            "config_file": files / "postgresql.conf", "hba_file": files / "pg_hba.conf",
            "ident_file": files / "pg_ident.conf", "listen_addresses": "", "unix_socket_directories": files,
            "logging_collector": "off", "log_destination": "stderr", "log_min_messages": "warning",
            "archive_mode": "off", "fsync": "off",
        }
        log = files / "log"
        command = [bin_dir / "pg_ctl", "--pgdata", data, "--silent"]
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        try:
            subprocess.run([*command, "start", "--wait", "--timeout=20", "--log", log, "--options", words],
                           check=True, **quiet)
        except subprocess.SubprocessError:
            return " ".join(log.read_text(encoding="utf-8", errors="replace").split("\n")[-8:]).strip()
        finally:
            subprocess.run([*command, "stop", "--mode=immediate"], check=False, **quiet)
    return None


def make_applied_files(postgresql, conf, hba, ident):
    data = Path(postgresql["data_dir"])
    # Of a cluster that never came to be nothing was confirmed: what is mounted now may be mended since.
    new = not (data / "PG_VERSION").exists() and not (STATE / "config-reload" / "last-good.json").exists()
    if not new and all(path.exists() for path in (conf, hba, ident)):
        return
    user = pwd.getpwuid(os.getuid()).pw_name
    base = f"include_if_exists '{data}/postgresql.base.conf'\n"
    own = own_hba(postgresql.get("authentication", {}))
    everybody = "local all all scram-sha-256\nhost all all all scram-sha-256\n"
    idents = "".join(f"howdah {user} {role}\n" for role in AGENT_ROLES)
    texts = {conf: base, hba: own + everybody, ident: idents}

    settings = "\n".join(filter(None, (mounted("postgresql.conf"), mounted("pgaudit.conf"))))
    logins = mounted("pg_hba.conf")
    if settings or logins:
        bin_dir = Path(postgresql.get("bin_dir") or bin_dir_on_path())
        fault = starts(bin_dir, settings, own + logins, idents)
        if fault is None:
            texts.update({conf: f"{base}\n{settings}", hba: own + (logins or everybody)})
        else:
            say(f"PostgreSQL does not start with the mounted files, so it starts without them: {fault}")
    for path, text in texts.items():
        if new or not path.exists():
            replace(path, text)
            say(f"made {path}")


def bin_dir_on_path():
    return next(path for path in os.get_exec_path() if os.access(Path(path) / "initdb", os.X_OK))


def refuse_other_major(bin_dir):
    """Before any data is made or touched: what another major version makes, the right one cannot read."""
    if bin_dir is None or os.access(Path(bin_dir) / "postgres", os.X_OK):
        return
    found = ", ".join(sorted(str(path.parent) for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")))
    refuse(f"there is no PostgreSQL in {bin_dir}, as Patroni's configuration has it, but in {found or 'no other place'}: "
           "this image is of another major version than the cluster; name one of the same, or restore into a new cluster")


def prepare(config_file):
    from patroni.config import Config  # pylint: disable=import-outside-toplevel

    try:
        postgresql = Config(config_file).local_configuration.get("postgresql", {})
    except Exception as error:  # pylint: disable=broad-except
        refuse(f"{config_file} cannot be used ({error}): mount Patroni's configuration there")
    refuse_other_major(postgresql.get("bin_dir"))
    parameters = postgresql.get("parameters") or {}
    paths = (postgresql.get("custom_conf"), parameters.get("hba_file"), parameters.get("ident_file"))
    if not all(paths):
        say("Patroni has no custom_conf, hba_file and ident_file: it writes PostgreSQL's configuration itself")
        return
    conf, hba, ident = map(Path, paths)
    try:
        end_cut_trial(conf, hba)
        make_applied_files(postgresql, conf, hba, ident)
    except PermissionError as error:
        refuse(f"{error.filename}: {error.strerror} for uid {os.getuid()}: mount a volume there that this "
               "user may write (fsGroup in the pod's securityContext)")
    except OSError as error:
        refuse(f"{error.filename or STATE}: {error.strerror}: is the volume mounted, writable and not full?")


def main(words):
    # Patroni's Config takes its variables out of the environment as it reads them.
    environment = dict(os.environ)
    name_this_user()
    if words[:1] == ["patroni"]:
        prepare(words[-1])
    os.execvpe(words[0], words, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
