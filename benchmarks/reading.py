"""How fast logs are read, beside others on the same file, in one run: `python benchmarks/reading.py [events]`.

A generated log is written once a form; each reading runs in processes of its own. Two times are taken. *Reading*: both
sides have imported what they need and have read a log of 60 events before, so neither is charged for starting. *From
the start*: a new process, from its first instruction to its last, both sides alike. Ratios are of processor seconds,
as others may share the machine; the least of several runs counts. Bars: CSV at most 2 x the engine's bare `read_csv`
into a table with types found; GB18030 at most 2.2 x UTF-8; XES with lists and zones intact at most 2 x r4pm (whose
lists and zones are lost) and at least 5 x faster than pm4py's default importer; a file cut off is an error. r4pm is
not needed by onething and is installed for this benchmark only.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

STEPS = ("提交申请", "材料审查", "审核", "复审", "办结制证", "领取证照")
HEADER = (
    "办件编号",
    "环节名称",
    "开始时间",
    "完成时间",
    "办理部门",
    "经办人",
    "事项名称",
    "申请人",
    "办理渠道",
    "办理地点",
    "提交材料",
)
START = datetime.datetime(2024, 1, 2, 9)

OURS = "from event_logs import read_log; read_log(path)"
SETTING = "import duckdb, ibis, pandas, pyarrow, event_logs.reading, event_logs.completion"
# Name -> (form, imports, code of the reading); in the order of the table.
READINGS = {
    "csv, bare engine": (
        "csv",
        "import duckdb",
        "duckdb.connect().execute(f\"create table t as select * from read_csv('{path}')\")",
    ),
    "csv, onething": ("csv", SETTING, OURS),
    "csv gb18030, onething": ("gb", SETTING, OURS),
    "parquet, onething": ("parquet", SETTING, OURS),
    "xes, onething": ("xes", SETTING, OURS),
    "xes, r4pm": ("xes", "import r4pm", "r4pm.df.import_xes(path)"),
    "xes, pm4py": ("xes", "import pm4py", "pm4py.read_xes(path, variant='iterparse')"),
}
FORMS = ("csv", "gb", "parquet", "xes")
RATIOS = (
    ("csv, onething", "csv, bare engine", "at most 2"),
    ("csv gb18030, onething", "csv, onething", "at most 2.2"),
    ("xes, onething", "xes, r4pm", "at most 2"),
    ("xes, pm4py", "xes, onething", "at least 5"),
)
ROOT = Path(__file__).parents[1]


def rows(events: int) -> Iterator[tuple[str, ...]]:
    """A plain log: cases of six steps in 40 services, applicants with several cases, materials at the first step."""
    for number in range(events):
        case, step = divmod(number, len(STEPS))
        begin = START + datetime.timedelta(minutes=7 * case + 95 * step)
        end = begin + datetime.timedelta(minutes=5 + case % 50)
        window = step in (0, 5)
        yield (
            f"440100{case:08d}",
            STEPS[step],
            str(begin),
            str(end),
            f"部门{case % 12}局",
            f"经办人{case % 400}",
            f"事项{case % 40}",
            f"申请人{case % (events // 18 + 1):07d}",
            "窗口" if window else "网办",
            "政务服务中心" if window else "",
            "身份证；户口簿；营业执照（副本）" if step == 0 else "",
        )


def path_in(folder: Path, form: str) -> Path:
    """Where a form of the log lies."""
    return folder / f"{form}.{form if form != 'gb' else 'csv'}"


def write_all(folder: Path, events: int, forms: list[str]) -> None:
    """The same log in the forms asked for: CSV (UTF-8), CSV (GB18030), Parquet, XES; a row at a time."""
    import duckdb

    for form, encoding in (("csv", "utf-8"), ("gb", "gb18030")):
        if form in forms or (form == "csv" and "parquet" in forms):
            with path_in(folder, form).open("w", encoding=encoding, newline="") as out:
                writer = csv.writer(out, lineterminator="\n")
                writer.writerow(HEADER)
                writer.writerows(rows(events))
    if "parquet" in forms:
        duckdb.connect().execute(
            f"copy (select * from read_csv('{path_in(folder, 'csv')}')) "
            f"to '{path_in(folder, 'parquet')}' (format parquet, compression zstd)"
        )
    if "xes" in forms:
        write_xes(path_in(folder, "xes"), events)


def write_xes(path: Path, events: int) -> None:
    """XES as other tools write it: an attribute a line, lists for materials, an offset on each time."""
    keys = (
        "concept:name",
        "start_timestamp",
        "time:timestamp",
        "org:group",
        "org:resource",
        "service",
        "applicant",
        "channel",
        "place",
    )
    with path.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849.2016">\n')
        case = ""
        for row in rows(events):
            if row[0] != case:
                out.write(("</trace>\n" if case else "") + f'<trace>\n<string key="concept:name" value="{row[0]}"/>\n')
                case = row[0]
            out.write("<event>\n")
            for key, value in zip(keys, row[1:10], strict=True):
                if value:
                    timed = key.endswith("timestamp")
                    text = value.replace(" ", "T") + "+08:00" if timed else value
                    out.write(f'<{"date" if timed else "string"} key="{key}" value="{text}"/>\n')
            if row[10]:
                inner = "".join(f'<string key="material" value="{name}"/>' for name in row[10].split("；"))
                out.write(f'<list key="materials"><values>{inner}</values></list>\n')
            out.write("</event>\n")
        out.write("</trace>\n</log>\n")


def read_once(reading: str, path: Path, small: Path | None) -> dict[str, float] | None:
    """Seconds, processor seconds and peak MB of a reading in a process of its own; None where it cannot run.

    With `small`, a log of the form that is read first and not counted; without, the whole process counts.
    """
    _, imports, code = READINGS[reading]
    script = ["import json, resource, time", "used = lambda: resource.getrusage(resource.RUSAGE_SELF)"]
    if small is None:
        script += ["cpu, began = 0.0, None", imports, f"path = {str(path)!r}"]
    else:
        script += [imports, f"path = {str(small)!r}", filled(code, small), f"path = {str(path)!r}"]
        script += ["cpu, began = used().ru_utime + used().ru_stime, time.perf_counter()"]
    script += [
        filled(code, path),
        "now = time.perf_counter()",
        "print(json.dumps([0 if began is None else now - began, used().ru_utime + used().ru_stime - cpu, "
        "used().ru_maxrss / 1024]))",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(script)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode or not done.stdout:
        return None
    return dict(zip(("seconds", "cpu", "peak_mb"), json.loads(done.stdout.splitlines()[-1]), strict=True))


def filled(code: str, path: Path) -> str:
    """The code of a reading, with its path."""
    return code.replace("{path}", str(path)).replace('f"', '"')


def measure(reading: str, path: Path, small: Path, repeat: int) -> dict[str, float] | None:
    """The least of several runs: of the reading alone, and of the whole process (``start_cpu``)."""
    runs = [read_once(reading, path, small) for _ in range(repeat)]
    starts = [read_once(reading, path, None) for _ in range(repeat)]
    warm = [run for run in runs if run]
    cold = [run for run in starts if run]
    if not warm or not cold:
        return None
    return {key: min(run[key] for run in warm) for key in warm[0]} | {"start_cpu": min(run["cpu"] for run in cold)}


def cut(folder: Path) -> list[str]:
    """What each reader of XES says of a file that ends in its middle."""
    whole = path_in(folder, "xes")
    short = folder / "cut.xes"
    with whole.open("rb") as source, short.open("wb") as out:
        out.write(source.read(min(whole.stat().st_size * 6 // 10, 64 << 20)))
    told = []
    for name, code in (
        ("onething", "from event_logs import read_log; print(read_log(path).reading.rows, 'events, no word')"),
        ("r4pm", "import r4pm; print(len(r4pm.df.import_xes(path)[0]), 'events, no word')"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", f"path = {str(short)!r}\n{code}"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["?"]
        told.append(f"cut xes, {name}: {'read: ' if done.returncode == 0 else 'refused: '}{lines[-1]}")
    return told


def main(events: int, forms: list[str], leave_out: list[str], repeat: int) -> None:
    """Write the logs, read each by each, print times, processor times, peaks and ratios."""
    found: dict[str, dict[str, float] | None] = {}
    with tempfile.TemporaryDirectory() as made:
        folder, small = Path(made) / "log", Path(made) / "small"
        for place, number in ((folder, events), (small, 60)):
            place.mkdir()
            # In a process of its own: a child's peak memory counts from what its parent holds when it is started.
            subprocess.run(
                [sys.executable, __file__, str(number), "--write", str(place), "--forms", *forms], check=True
            )
        print(f"{events} events; least of {repeat}")
        print(f"{'':24} {'reading':>9} {'':>13} {'from the start':>15} {'peak':>9}")
        for name, (form, _, _) in READINGS.items():
            if form not in forms or name.split(", ")[1] in leave_out:
                continue
            times = 1 if name.endswith("pm4py") else repeat
            found[name] = result = measure(name, path_in(folder, form), path_in(small, form), times)
            told = (
                "not installed"
                if result is None
                else f"{result['seconds']:7.2f} s {result['cpu']:9.2f} s cpu {result['start_cpu']:9.2f} s cpu "
                f"{result['peak_mb']:6.0f} MB"
            )
            print(f"{name:24} {told}", flush=True)
        for one, other, bar in RATIOS:
            a, b = found.get(one), found.get(other)
            if a and b:
                cpu, clock, start = (a[key] / b[key] for key in ("cpu", "seconds", "start_cpu"))
                print(
                    f"{one} / {other} ({bar}): {cpu:.2f} of cpu, {clock:.2f} by the clock, {start:.2f} from the start"
                )
        if "xes" in forms and "r4pm" not in leave_out:
            print("\n".join(cut(folder)))


def asked() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("events", nargs="?", type=int, default=100_000, help="how many events the log has")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS), help="only these forms")
    parser.add_argument("--without", nargs="*", default=[], help="readers to leave out, such as pm4py")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the least counts")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="only write the logs there")
    return parser.parse_args()


if __name__ == "__main__":
    ask = asked()
    if ask.write:
        write_all(ask.write, ask.events, ask.forms)
    else:
        main(ask.events, ask.forms, ask.without, ask.repeat)
