"""Results are whole or absent."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from event_logs.backend import DuckDBEngine
from onething.designing import write_rows
from onething.output import folder, json_text, rows_out, text_table, whole_file, write_csv
from wording.errors import UsageError


def test_a_folder_appears_when_its_block_ends_well(tmp_path: Path) -> None:
    with folder(tmp_path / "out") as work:
        (work / "a.txt").write_text("a", "utf-8")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out" / "a.txt").read_text("utf-8") == "a"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_nothing_is_left_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), folder(tmp_path / "out") as work:
        (work / "a.txt").write_text("a", "utf-8")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_stays_when_a_forced_run_fails(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.txt").write_text("old", "utf-8")
    with pytest.raises(RuntimeError), folder(tmp_path / "out", force=True):
        raise RuntimeError
    assert (tmp_path / "out" / "old.txt").exists()


def test_a_killed_run_leaves_no_result_and_the_next_one_sweeps(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib; from onething.output import folder\n"
        "with folder(pathlib.Path(sys.argv[1])) as work:\n"
        "    (work / 'half.txt').write_text('half'); print('begun', flush=True); time.sleep(60)\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "out")], stdout=subprocess.PIPE)
    assert killed.stdout is not None
    assert killed.stdout.readline().strip() == b"begun"
    killed.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    killed.wait()
    time.sleep(0.05)
    assert not (tmp_path / "out").exists()
    with folder(tmp_path / "out") as work:
        (work / "whole.txt").write_text("whole", "utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_file_in_the_way_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", "utf-8")
    with pytest.raises(UsageError, match="is a file"), folder(tmp_path / "out"):
        pass


def test_json_has_no_nan() -> None:
    assert (
        json_text({"a": float("nan"), "b": [1.5, None]}).replace("\n", "").replace(" ", "")
        == '{"a":null,"b":[1.5,null]}'
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_of_a_redesign_are_written_in_the_form_asked_for(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"redesign.{form}"
    write_rows(DuckDBEngine(), [{"move": "one_form", "taken": True, "low": 1.5}], path)
    rows = pd.read_csv(path) if form == "csv" else pd.read_parquet(path)
    assert rows.to_dict("records") == [{"move": "one_form", "taken": True, "low": 1.5}]


def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="out"), folder(tmp_path / "out") as work:
        (work / "a.txt").write_text("a", "utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_for_the_engine_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException('IO Error: Could not write file "x"')

    engine = DuckDBEngine()
    monkeypatch.setattr(DuckDBEngine, "write", full)
    rows = engine.hold("rows", {"a": [1]}, {"a": "int64"})
    with pytest.raises(UsageError, match="out"), folder(tmp_path / "out") as work:
        write_csv(engine, rows, work / "rows.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_folder_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.txt"), whole_file(tmp_path / "none" / "a.txt") as work:
        work.write_text("a", "utf-8")


def test_a_table_tells_large_numbers_in_full() -> None:
    rows = [[132345.67], [1234.5], [0.12345], [7.0], [float("nan")]]
    told = [line.strip() for line in text_table(["wait"], rows).splitlines()[1:]]
    assert told == ["132345.7", "1234.5", "0.1235", "7", "nan"]


def test_an_empty_folder_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o770)
    with folder(tmp_path / "out") as work:
        (work / "a.txt").write_text("a", "utf-8")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o770


def test_a_new_folder_is_as_open_as_the_process_makes_folders(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with folder(tmp_path / "out") as work:
            (work / "a.txt").write_text("a", "utf-8")
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_the_working_folder_is_filled_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    with folder(Path()) as work:
        (work / "a.txt").write_text("a", "utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert tmp_path.stat().st_ino == before


def test_a_folder_around_the_working_one_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own").mkdir()
    monkeypatch.chdir(tmp_path / "own")
    with pytest.raises(UsageError) as refusal, folder(tmp_path, force=True):
        pass
    assert refusal.value.key == "cli.out-stays"
    assert (tmp_path / "own").is_dir()


def test_what_a_link_leads_to_is_filled(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with folder(tmp_path / "link") as work:
        (work / "a.txt").write_text("a", "utf-8")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a.txt").exists()


def test_a_volume_is_filled_though_it_cannot_be_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: True)
    with folder(tmp_path / "out") as work:
        (work / "a.txt").write_text("a", "utf-8")
        assert work.parent == tmp_path / "out"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]


def test_a_folder_that_may_not_be_written_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(UsageError) as refusal, folder(tmp_path / "out", force=True):
        pytest.fail("the block ran")
    assert refusal.value.key == "cli.out-not-writable"


def test_a_path_through_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(UsageError) as refusal, folder(tmp_path / "file" / "out"):
        pass
    assert refusal.value.values["problem"] == os.strerror(errno.ENOTDIR)


def test_rows_for_the_pipe_that_find_no_room_on_the_way_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("onething.output.write_by_engine", full)
    engine = DuckDBEngine()
    with pytest.raises(UsageError, match="No space left"):
        rows_out(engine, engine.hold("rows", {"a": ["x"]}, {"a": "string"}), "rows", "csv", None)
    assert capsys.readouterr().out == ""
