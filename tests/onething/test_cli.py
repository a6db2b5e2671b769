"""The command line: exit codes, languages, the first page, and what stands on which stream."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import event_logs
import wording
from onething.cli import run
from onething.cli.app import build
from onething.cli.asking import UNUSED
from onething.cli.first_page import ALONE, ON_LOGS, first_page

SAMPLE = Path(event_logs.__file__).parent / "synthetic" / "sample" / "sample.csv.gz"
LOG = "case_id,activity,completed_at,department\n1,apply,2024-03-04 09:00,tax\n1,decide,2024-03-05 09:00,fire\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    return path


def test_the_first_page_names_every_command() -> None:
    registered = {command.name for command in build().registered_commands}
    assert registered == {*ON_LOGS, *ALONE}
    assert all(f"  {name} " in first_page() for name in registered)


def test_the_first_page_imports_no_engine() -> None:
    script = (
        "import sys; from onething.cli import run; run(['--help']);"
        "print(sorted({'typer', 'duckdb', 'ibis', 'pandas', 'numba', 'pm4py', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["trips", "materials"])
def test_rows_written_by_the_engine_load_no_data_frames(command: str, tmp_path: Path) -> None:
    words = [command, str(SAMPLE), "--format", "parquet", "--out", str(tmp_path / "out")]
    script = f"import sys; from onething.cli import run; code = run({words!r}); print(code, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 False"


def test_help_is_in_the_language_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "zh", "--help"]) == 0
    assert "命令" in capsys.readouterr().out


def test_a_language_of_another_spelling_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help", "--lang=zh-CN"]) == 0
    assert "命令" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["tripz", "x.csv"], "trips"),
        (["trips", "x.csv", "--fromat", "csv"], "--format"),
        (["draw", "x.csv", "--kind", "x"], "nor one like it"),
        (["trips"], "LOG…"),
        (["--lang", "fr", "trips"], "fr"),
        (["flows", "x.csv", "--between", "people"], "people"),
        (["trips", "x.csv", "--format", "yaml"], "yaml"),
        (["trips", "x.csv", "--map", "case_id"], "case_id"),
        (["trips", "x.csv", "--map", "place=a", "--map", "place=b"], "a, b"),
        (["convert", "x.csv", "--to", "y.xyz"], ".xyz"),
        (["catalogue", "burn"], "burn"),
        (["catalogue", "export", "--to", "no/such/folder.jsonld"], "no/such"),
        (["brief", "x.csv", "--to", "x.pdf"], ".docx"),
        (["brief", "x.csv", "--to", "no/such/x.docx"], "no/such"),
        (["trips", "x.csv", "--seed", "x"], "--seed x"),
        (["trips", "x.csv", "--seed", "-1"], "--seed -1"),
        (["generate", "--seed", "-1"], "--seed -1"),
        ([], "analyze"),
    ],
)
def test_a_wrong_call_exits_2_and_names_what_is_wrong(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert word in told.err
    assert told.out == ""


def test_a_missing_log_exits_3_and_leaves_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out"), "-q"]) == 3
    assert "none.csv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["{}", '[{"services": "tax"}]', '[{"services": []}]', '[{"services": [1]}]', '[["a", "b"]]', "[" * 9999]
)
def test_a_file_of_bundles_that_holds_none_is_refused(
    log: Path, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.json").write_text(text, "utf-8")
    assert run(["trips", str(log), "--bundles", str(tmp_path / "b.json"), "-q"]) == 3
    assert "b.json" in capsys.readouterr().err


def test_a_mapping_is_not_saved_where_no_folder_is(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(log), "-q", "--save-mapping", "no/such/map.toml"]) == 2
    told = capsys.readouterr()
    assert "no/such" in told.err
    assert told.out == ""


def test_services_of_commas_alone_are_none(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["redesign", str(log), "-q", "--services", ","]) == 2
    assert "--services" in capsys.readouterr().err


def test_rows_go_to_stdout_and_progress_to_stderr(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flows", str(log), "--between", "departments", "--format", "csv"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0].startswith("source,target,cases,events,median_wait_s,p90_wait_s")
    assert "tax,fire,1,1,86400" in told.out
    assert told.err


def test_dry_run_names_the_files_and_reads_nothing(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text("no log at all", "utf-8")
    assert run(["trips", str(log), "--dry-run", "--out", "there"]) == 0
    told = capsys.readouterr()
    assert "log.csv (0.0 kB)" in told.err
    assert "there" in told.err


def test_dry_run_says_that_a_file_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trips", str(tmp_path / "none.csv"), "--dry-run"]) == 3
    assert "none.csv" in capsys.readouterr().err


def test_verbose_tells_roles_and_times(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flows", str(log), "--between", "departments", "--format", "csv", "-v"]) == 0
    told = capsys.readouterr()
    assert "department ← department" in told.err
    assert "took" in told.err
    assert told.out.startswith("source,")


def test_quiet_leaves_stderr_empty(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flows", str(log), "--format", "csv", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_quiet_and_verbose_exclude_each_other(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["flows", str(log), "-q", "-v"]) == 2
    assert "--verbose" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "place", "offered"), [("onething an", 1, "analyze"), ("onething trips --tim", 2, "--timezone")]
)
def test_the_shell_completes_commands_and_options(typed: str, place: int, offered: str) -> None:
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(place), "_ONETHING_COMPLETE": "complete_bash"}
    done = subprocess.run(
        [sys.executable, "-m", "onething"], env=os.environ | asked, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [offered]


def test_help_in_chinese_has_no_english_sentence() -> None:
    names = [*ON_LOGS, *ALONE]  # in a process of its own: help is fixed when the commands are imported
    script = f"from onething.cli import run; [run([name, '--help', '--lang', 'zh']) for name in {names}]"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert [name for name in names if f"用法：onething {name}" not in done.stdout] == []
    assert re.findall(r"\b[A-Za-z]+ [a-z]+ [a-z]+\b", done.stdout.replace("onething ", "")) == []
    assert "<" not in done.stdout.replace("<=", "")


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_leaves_nothing(tmp_path: Path, told: signal.Signals) -> None:
    """As a person presses Ctrl-C, or a scheduler ends the run, while the log is read."""
    (held := tmp_path / "held").mkdir()
    sample = Path(__file__).parents[2] / "event_logs" / "synthetic" / "sample" / "sample.csv.gz"
    command = [sys.executable, "-m", "onething", "analyze", str(sample), "--out", str(tmp_path / "out"), "--lang", "en"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(held)}
    ) as running:
        assert running.stderr is not None
        first = running.stderr.readline()
        running.send_signal(told)
        rest = running.stderr.read()
    assert "reading the file" in first
    assert running.returncode == 130
    assert "Traceback" not in rest
    assert "Stopped" in rest
    assert [*tmp_path.iterdir(), *held.iterdir()] == [held]


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "table"])
def test_with_out_a_command_writes_its_own_file(form: str, log: Path, tmp_path: Path) -> None:
    assert run(["variants", str(log), "--format", form, "--out", str(tmp_path / "out")]) == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["variants." + ("csv" if form == "table" else form)]


def test_a_folder_of_results_is_replaced_with_force_alone(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "kept.txt").write_text("mine", "utf-8")
    assert run(["variants", str(log), "--format", "csv", "--out", str(out)]) == 2
    assert (out / "kept.txt").exists()
    assert run(["variants", str(log), "--format", "csv", "--out", str(out), "--force"]) == 0
    assert [p.name for p in out.iterdir()] == ["variants.csv"]


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [("--seed", "x", "整数"), ("--replications", "1", "不小于 2"), ("--online-share", "1.5", "不大于 1")],
)
def test_a_value_that_cannot_be_is_told_with_what_is_expected_in_the_language_asked_for(
    option: str, value: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", "zh", "simulate", "x.csv", option, value]) == 2
    told = capsys.readouterr().err
    assert f"{option} {value}：" in told
    assert expected in told
    assert "Input" not in told


def test_an_answer_without_rows_says_what_the_log_lacks_and_keeps_its_columns(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", "en", "bundles", str(log), "--format", "csv"]) == 0
    told = capsys.readouterr()
    assert "no service" in told.err
    assert {"services", "order", "trips_mean"} <= set(told.out.strip().split(","))


def test_bundles_takes_the_users_gap_and_bundles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, study, given = tmp_path / "log.csv", tmp_path / "study.toml", tmp_path / "given.json"
    visits = ["1,apply,2024-03-04 09:00,A", "1,collect,2024-03-04 12:00,A", "2,apply,2024-03-04 12:10,B"]
    log.write_text(
        "case_id,activity,completed_at,service,department,applicant,channel,place\n"
        + "".join(f"{row},tax,p1,onsite,hall\n" for row in [*visits, "2,collect,2024-03-05 09:00,B"]),
        "utf-8",
    )
    given.write_text('[{"services": ["A", "B"]}]', "utf-8")
    study.write_text("[trips]\ntrip_gap_h = 1\n", "utf-8")
    call = ["bundles", str(log), "--bundles", str(given), "--format", "json", "-q"]
    assert run(call) == 0
    assert '"trips_mean": 2.0' in capsys.readouterr().out
    assert run([*call, "--config", str(study)]) == 0
    assert '"trips_mean": 3.0' in capsys.readouterr().out


@pytest.mark.parametrize("command", ["redesign", "simulate", "trips"])
def test_a_folder_that_holds_results_is_refused_before_anything_is_read(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.txt").write_text("old", "utf-8")
    assert run([command, str(tmp_path / "none.csv"), "--out", str(tmp_path), "-q"]) == 2
    assert "--force" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["redesign", "simulate"])
def test_parquet_needs_a_folder(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "none.csv", "--format", "parquet", "-q"]) == 2
    assert "--out" in capsys.readouterr().err


def test_a_brief_takes_no_file_s_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "brief.docx"
    there.write_text("mine", "utf-8")
    assert run(["brief", "none.csv", "--to", str(there), "-q"]) == 2
    assert "brief.docx" in capsys.readouterr().err
    assert there.read_text("utf-8") == "mine"


@pytest.mark.parametrize("line", ["trip_gap_h = -1", "trip_gap_h = true"])
def test_a_gap_that_cannot_be_is_refused(
    line: str, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study.toml"
    study.write_text(f"[trips]\n{line}\n", "utf-8-sig")
    assert run(["trips", str(log), "--config", str(study), "-q"]) == 3
    assert "trips.trip_gap_h" in capsys.readouterr().err


def test_truth_is_written_as_the_contract_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(",true")


def test_doctor_knows_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--format", "json"]) == 0
    assert "DuckDB" in capsys.readouterr().out


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    import onething

    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == onething.__version__


@pytest.fixture(autouse=True)
def _english_again() -> object:
    yield
    wording.use("en")


def test_a_query_that_is_stopped_is_told_as_stopped(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("event_logs.read_log", stopped)
    assert run(["trips", str(log), "--lang", "en"]) == 130
    assert "Stopped" in capsys.readouterr().err


def test_a_log_that_outgrows_the_memory_is_told_with_the_cure(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "onething.toml"
    config.write_text('[log]\nmemory_limit = "1MB"\n', "utf-8")
    assert run(["trips", str(log), "--config", str(config), "--lang", "en"]) == 3
    told = capsys.readouterr()
    assert "memory_limit under [log]" in told.err
    assert "Traceback" not in told.err and not told.out


@pytest.mark.parametrize(("name", "told"), [("tax", False), ("taxes", True)])
def test_a_table_of_places_that_fits_nothing_is_told(
    tmp_path: Path, name: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        LOG.replace(",fire", ",fire,").replace("department", "department,channel").replace(",tax", ",tax,onsite")
    )
    (tmp_path / "halls.csv").write_text(f"department,hall\n{name},hall\n", "utf-8")
    assert run(["trips", str(path), "--places", str(tmp_path / "halls.csv"), "--lang", "en"]) == 0
    assert ("halls.csv names nothing" in capsys.readouterr().err) is told


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["draw", "x.csv", "--to", "m.svg", "--out", "d"], "one of the two"),
        (["draw", "x.csv"], "--to is missing"),
        (["draw", "x.csv", "--to", "m.svg", "--between", "activities", "--bundles", "b.json"], "Leave --bundles out"),
        (["brief", "x.csv", "--to", "b.docx", "--out", "d"], "one of the two"),
        (["convert", "x.csv", "--to", "y.xes", "--min-count", "9"], "--pseudonymise"),
        (["flows", "x.csv", "--bundles", "b.json"], "Leave --bundles out"),
        (["materials", "x.csv", "--bundles", "b.json"], "Leave --bundles out"),
        (["check", "x.csv", "--catalogue", "mine.toml"], "onething catalogue check"),
        (["variants", "x.csv", "--catalogue", "mine.toml"], "Leave --catalogue out"),
        (["redesign", "x.csv", "--moves", ""], "names no move"),
        (["redesign", "x.csv", "--moves", "one_form", "--place", "hall"], "one_window"),
        (["redesign", "x.csv", "--moves", "one_form", "--delivery", "post"], "one_delivery"),
        (["simulate", "x.csv", "--moves", "one_form", "--online-share", "0.5"], "online"),
        (["simulate", "x.csv", "--moves", "one_form", "--corrections-avoided", "0.5"], "notify_once"),
    ],
)
def test_an_option_without_effect_is_refused_with_its_cure(
    arguments: list[str], cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--lang", "en"]) == 2
    told = capsys.readouterr()
    assert cure in told.err
    assert told.out == ""


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize(
    ("command", "note"),
    [
        (["draw", "--to", "m.svg", "--format", "csv"], "--between departments"),
        (["convert", "--to", "y.csv", "--format", "parquet"], "ending of --to"),
        (["convert", "--to", "y.csv", "--out", "d"], "--to DIR/NAME"),
    ],
)
def test_an_option_of_all_commands_without_effect_is_told_of(
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    note: str,
    quiet: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([*command[:1], str(log), *command[1:], "--lang", "en", *(["-q"] if quiet else [])]) == 0
    assert (note in capsys.readouterr().err) is not quiet
    assert (tmp_path / command[2]).is_file()


@pytest.mark.parametrize(
    ("command", "option"), [(command, name) for command, names in UNUSED.items() for name in names]
)
def test_the_help_of_a_command_leaves_out_what_it_has_no_use_for(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"\n  --{option.removesuffix('_file')} " not in told
    assert "\n  --seed " in told


def test_a_map_is_drawn_into_the_folder_named(log: Path, tmp_path: Path) -> None:
    assert run(["draw", str(log), "-q", "--between", "activities", "--out", str(tmp_path / "out")]) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["draw.svg"]


def test_a_saved_mapping_is_replaced_with_force_alone(log: Path, tmp_path: Path) -> None:
    saved = tmp_path / "map.toml"
    saved.write_text("by hand", "utf-8")
    assert run(["check", str(log), "-q", "--save-mapping", str(saved)]) == 2
    assert saved.read_text("utf-8") == "by hand"
    assert run(["check", str(log), "-q", "--save-mapping", str(saved), "--force"]) == 0
    assert "[roles]" in saved.read_text("utf-8")


def test_a_catalogue_is_replaced_with_force_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("# by hand\n", "utf-8")
    assert run(["catalogue", "export", str(mine), "--to", str(mine)]) == 2
    assert mine.read_text("utf-8") == "# by hand\n"
    assert run(["catalogue", "export", str(mine), "--to", str(mine), "--force"]) == 0
    assert "cpsv" in mine.read_text("utf-8")


def test_a_folder_that_holds_the_log_is_not_replaced(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["flows", str(log), "-q", "--out", str(tmp_path), "--force"]) == 2
    assert "log.csv" in capsys.readouterr().err
    assert log.exists()


def refusing(read: Callable[..., object], secret: Path, *, all_of_it: bool) -> Callable[..., object]:
    """A way of reading a path that one path refuses; `all_of_it`: even to be looked at."""

    def reading(path: Path, *given: object, **options: object) -> object:
        if path == secret and (all_of_it or read.__name__ != "stat"):
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *given, **options)

    return reading


@pytest.mark.parametrize(
    "words",
    [
        ["check", "LOG"],
        ["check", "LOG", "--mapping", "F"],
        ["trips", "LOG", "--bundles", "F"],
        ["catalogue", "check", "F"],
    ],
)
def test_a_file_that_may_not_be_read_is_told_in_the_language_asked_for(
    words: list[str], log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = log if words == ["check", "LOG"] else log.with_name("secret.toml")
    secret.write_text("", "utf-8")
    for name in ("read_text", "read_bytes", "stat"):
        monkeypatch.setattr(Path, name, refusing(getattr(Path, name), secret, all_of_it=secret == log))
    paths = {"LOG": str(log), "F": str(secret)}
    assert run([*(paths.get(word, word) for word in words), "--lang", "en"]) == 3
    assert "cannot be opened: Permission denied" in capsys.readouterr().err
