"""Whatever happens while a file is written, there is the old file or the new one, whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gradus.base.files import write_atomically

OLD, NEW = b"old", b"new" * 1000


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "kept.bin"
    path.write_bytes(OLD)
    return path


def test_it_replaces_the_file(file):
    write_atomically(file, NEW)
    assert file.read_bytes() == NEW
    assert os.listdir(file.parent) == [file.name]


def test_it_makes_missing_folders(tmp_path):
    write_atomically(tmp_path / "a" / "b" / "c.bin", NEW)
    assert (tmp_path / "a" / "b" / "c.bin").read_bytes() == NEW


def test_it_takes_text_for_a_path(tmp_path):
    write_atomically(str(tmp_path / "c.bin"), NEW)
    assert (tmp_path / "c.bin").read_bytes() == NEW


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(file, monkeypatch, call, failure):
    def fail(*_):
        raise failure

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(type(failure)):
        write_atomically(file, NEW)
    assert file.read_bytes() == OLD
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_leaves_the_old_file(file, monkeypatch):
    """The bytes really go to a device without space, through a handle on /dev/full."""

    def full(path, mode):
        return open("/dev/full", "wb")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full)
        with pytest.raises(OSError, match="No space left on device"):
            write_atomically(file, NEW)
    assert file.read_bytes() == OLD


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_process_killed_in_the_middle_leaves_the_old_file(file, moment):
    code = f"""
import os, signal
from gradus.base.files import write_atomically
os.{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_atomically({str(file)!r}, b"new")
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == OLD


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
def test_a_new_file_has_the_permissions_every_new_file_has(tmp_path):
    (tmp_path / "plain").write_bytes(NEW)
    write_atomically(tmp_path / "kept", NEW)
    assert (tmp_path / "kept").stat().st_mode == (tmp_path / "plain").stat().st_mode
