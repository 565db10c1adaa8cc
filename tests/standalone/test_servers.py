"""The embedded servers: they start, keep their data, survive kill -9, and refuse in words."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import django.db
import psutil
import psycopg
import pytest
import redis
from django.conf import settings

from moderation.standalone import EmbeddedServerError, server, start_postgres, start_redis
from moderation.standalone.system_account import server_account
from tests.waiting import eventually

STARTERS = [start_postgres, start_redis]
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder():
    """A short-named folder that the servers' account may pass through."""
    path = Path(tempfile.mkdtemp(prefix="moderato-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.django_db
def test_the_test_run_has_real_servers():
    with django.db.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        assert cursor.fetchone()[0] >= 150000
    assert redis.from_url(settings.REDIS_URL).ping()


def test_postgres_keeps_its_data_over_a_restart(folder):
    first = start_postgres(folder / "pg")
    with psycopg.connect(first.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Grüße 🙂' AS word")
        for name in ("fsync", "synchronous_commit"):
            assert connection.execute(f"SHOW {name}").fetchone() == ("on",)
    first.stop()
    assert not first.running()
    second = start_postgres(folder / "pg")
    try:
        with psycopg.connect(second.url) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("Grüße 🙂",)
    finally:
        second.stop()


def test_redis_keeps_its_messages_and_its_port_and_evicts_nothing(folder):
    first = start_redis(folder / "redis")
    client = redis.from_url(first.url)
    client.lpush("bell", "ring")
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    first.stop()
    second = start_redis(folder / "redis")
    try:
        assert redis.from_url(second.url).lrange("bell", 0, -1) == [b"ring"]
        assert second.url.rsplit(":", 1)[1] == first.url.rsplit(":", 1)[1]
    finally:
        second.stop()


def test_other_accounts_find_no_way_in(folder):
    postgres, cache = start_postgres(folder / "pg", durable=False), start_redis(folder / "redis")
    try:
        assert stat.S_IMODE((postgres.data_dir / "socket").stat().st_mode) == 0o700
        sockets = [c for c in psutil.Process(postgres.pid).net_connections() if c.status]
        assert [c for c in sockets if c.family != socket.AF_UNIX] == []
        port = int(cache.url.rsplit(":", 1)[1].split("/")[0])
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100).startswith(b"-NOAUTH")
        password = cache.url.split(":")[2].split("@")[0]
        assert password not in " ".join(psutil.Process(cache.pid).cmdline())
    finally:
        postgres.stop()
        cache.stop()


@pytest.mark.parametrize("start", STARTERS)
def test_a_killed_server_recovers(folder, start):
    first = start(folder / "it")
    os.kill(first.pid, signal.SIGKILL)
    first.process.wait()
    second = start(folder / "it")
    assert second.running()
    second.stop()


@pytest.mark.parametrize("start", STARTERS)
def test_a_server_that_outlived_its_parent_is_replaced(folder, start):
    first = start(folder / "it")
    second = start(folder / "it")
    assert eventually(lambda: not running(first.pid))
    assert second.running()
    second.stop()


def test_a_stranger_with_the_old_pid_is_left_alone(folder):
    first = start_postgres(folder / "pg", durable=False)
    lock = first.data_dir / "cluster" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    first.stop()
    stranger = subprocess.Popen(["sleep", "600"], **server_account().popen_arguments())
    lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    try:
        start_postgres(folder / "pg", durable=False).stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("start", STARTERS)
def test_servers_end_when_their_parent_is_killed(folder, start):
    program = (
        "import sys, time; from pathlib import Path;"
        f"from moderation.standalone import Lifeline, {start.__name__} as start;"
        "server = start(Path(sys.argv[1]), lifeline=Lifeline());"
        "print(server.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(folder / "it")], stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    assert running(pid)
    parent.kill()
    parent.wait()
    assert eventually(lambda: not running(pid))


def test_a_cluster_of_another_version_is_refused(folder):
    start_postgres(folder / "pg", durable=False).stop()
    (folder / "pg" / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 16 and"):
        start_postgres(folder / "pg")


def test_a_half_made_cluster_is_made_anew(folder):
    partial = folder / "pg" / "cluster.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18\n")
    start_postgres(folder / "pg", durable=False).stop()
    assert not partial.exists()


def test_a_deep_folder_still_gets_a_socket(folder):
    deep = folder / ("deep" * 20) / ("deeper" * 10)
    started = start_postgres(deep, durable=False)
    try:
        assert psycopg.connect(started.url).execute("SELECT 1").fetchone() == (1,)
    finally:
        started.stop()


@pytest.mark.parametrize("start", STARTERS)
def test_a_file_in_the_way_is_one_sentence(folder, start):
    (folder / "it").write_text("")
    with pytest.raises(EmbeddedServerError, match="a file is in the way") as refusal:
        start(folder / "it")
    assert "\n" not in str(refusal.value)


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
@pytest.mark.parametrize("start", STARTERS)
def test_a_missing_right_is_one_sentence(folder, start):
    folder.chmod(0o500)
    with pytest.raises(EmbeddedServerError, match="the right to write there is missing"):
        start(folder / "it")


@pytest.mark.parametrize("start", STARTERS)
def test_a_full_disk_is_one_sentence(folder, start, monkeypatch):
    monkeypatch.setattr(server, "MINIMUM_FREE_BYTES", 1 << 60)
    with pytest.raises(EmbeddedServerError, match="the disk is full"):
        start(folder / "it")


# What Redis 6.2 wrote after LPUSH bell first, BGREWRITEAOF and LPUSH bell second.
FILE_OF_REDIS_6 = (
    b"REDIS0009\xfa\tredis-ver\x066.2.14\xfa\nredis-bits\xc0@\xfa\x05ctime\xc2F\n\x0ck"
    b"\xfa\x08used-mem\xc2\x08P\x0e\x00\xfa\x0caof-preamble\xc0\x01\xfe\x00\xfb\x01\x00"
    b"\x0e\x04bell\x01\x12\x12\x00\x00\x00\n\x00\x00\x00\x01\x00\x00\x05first\xff"
    b"\xff8\x15\x1b\xaaJ\x01\xeei*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"
    b"*3\r\n$5\r\nLPUSH\r\n$4\r\nbell\r\n$6\r\nsecond\r\n"
)


def test_files_of_an_older_redis_are_read(folder):
    files = folder / "redis" / "files"
    files.mkdir(parents=True)
    (files / "appendonly.aof").write_bytes(FILE_OF_REDIS_6)
    for _ in range(2):  # the first start moves them to a folder
        started = start_redis(folder / "redis")
        try:
            assert redis.from_url(started.url).lrange("bell", 0, -1) == [b"second", b"first"]
        finally:
            started.stop()
    assert not list((folder / "redis").glob("files.unreadable-*"))


def test_unreadable_files_of_an_older_redis_are_moved_aside(folder):
    files = folder / "redis" / "files"
    files.mkdir(parents=True)
    (files / "appendonly.aof").write_bytes(b"not what Redis wrote" * 50)
    assert_moved_aside(folder / "redis")


@pytest.mark.parametrize("damaged", ["*.manifest", "*.base.*", "*.incr.*"])
@pytest.mark.parametrize("content", [b"not what Redis wrote" * 50, b"REDIS9999\xfa"])
def test_unreadable_redis_files_are_moved_aside(folder, damaged, content):
    start_redis(folder / "redis").stop()
    (file,) = (folder / "redis" / "files" / "appendonlydir").glob(damaged)
    file.write_bytes(content)
    assert_moved_aside(folder / "redis")


def assert_moved_aside(home: Path) -> None:
    started = start_redis(home)
    try:
        assert redis.from_url(started.url).ping()
        assert list(home.glob("files.unreadable-*"))
    finally:
        started.stop()


def test_a_taken_redis_port_is_not_an_obstacle(folder):
    start_redis(folder / "redis").stop()
    taken = int((folder / "redis" / "port").read_text())
    with socket.create_server(("127.0.0.1", taken)):
        started = start_redis(folder / "redis")
        assert f":{taken}/" not in started.url
        started.stop()
