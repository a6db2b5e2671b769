"""How fast logs are read, beside others on the same file, in one run: `python benchmarks/reading.py [events]`.

A generated log is written once a form; each reading runs in a process of its own, whose time and peak memory are
taken. Bars: CSV at most 2 x the engine's bare `read_csv`; GB18030 at most 2.2 x UTF-8; XES with lists and zones intact
at most 2 x r4pm (whose lists and zones are lost) and at least 5 x faster than pm4py's default importer. r4pm and polars
are not needed by onething and are installed for this benchmark only.
"""

from __future__ import annotations

import csv
import datetime
import json
import subprocess
import sys
import tempfile
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

READINGS = {
    "csv, bare engine": "import duckdb\n"
    "duckdb.connect().execute(f\"create table t as select * from read_csv('{path}')\")",
    "csv, onething": "from event_logs import read_log; read_log(path)",
    "csv gb18030, onething": "from event_logs import read_log; read_log(path)",
    "parquet, onething": "from event_logs import read_log; read_log(path)",
    "xes, onething": "from event_logs import read_log; read_log(path)",
    "xes, onething's reader alone": (
        "from pathlib import Path; from event_logs.backend import DuckDBEngine; "
        "from event_logs.readers.xes import read_xes; read_xes(DuckDBEngine(), Path(path))"
    ),
    "xes, r4pm": "import r4pm; r4pm.df.import_xes(path)",
    "xes, pm4py": "import pm4py; pm4py.read_xes(path, variant='iterparse')",
}
IMPORTS = {
    "bare": "import duckdb",
    "onething": "import duckdb, ibis, pandas, pyarrow, event_logs.reading, event_logs.completion",
    "r4pm": "import r4pm",
    "pm4py": "import pm4py",
    "onething's reader alone": "import duckdb, ibis, pandas, pyarrow",
}


def rows(events: int) -> list[tuple[str, ...]]:
    """A plain log: cases of six steps in 40 services, applicants with several cases, materials at the first step."""
    made = []
    for number in range(events):
        case, step = divmod(number, len(STEPS))
        begin = START + datetime.timedelta(minutes=7 * case + 95 * step)
        end = begin + datetime.timedelta(minutes=5 + case % 50)
        window = step in (0, 5)
        made.append(
            (
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
        )
    return made


def paths_in(folder: Path) -> dict[str, Path]:
    """Where each form of the log lies."""
    return {name: folder / f"{name}.{name if name != 'gb' else 'csv'}" for name in ("csv", "gb", "parquet", "xes")}


def write_all(folder: Path, events: int) -> dict[str, Path]:
    """The same log as CSV (UTF-8, GB18030), Parquet and XES."""
    import duckdb

    made = rows(events)
    paths = paths_in(folder)
    for name, encoding in (("csv", "utf-8"), ("gb", "gb18030")):
        with paths[name].open("w", encoding=encoding, newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([HEADER, *made])
    duckdb.connect().execute(
        f"copy (select * from read_csv('{paths['csv']}')) to '{paths['parquet']}' (format parquet, compression zstd)"
    )
    write_xes(paths["xes"], made)
    return paths


def write_xes(path: Path, made: list[tuple[str, ...]]) -> None:
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
        for row in made:
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


def measure(code: str, imports: str, path: Path) -> dict[str, float] | None:
    """Seconds (imports left out) and peak MB of one reading in a process of its own; None where it cannot run."""
    script = (
        f"import json, resource, time\n{imports}\npath = {str(path)!r}\nbefore = time.perf_counter()\n"
        f"c0 = resource.getrusage(resource.RUSAGE_SELF)\nexec({code.replace('{path}', str(path))!r})\n"
        "r = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(json.dumps({'seconds': time.perf_counter() - before, 'cpu': r.ru_utime + r.ru_stime"
        " - c0.ru_utime - c0.ru_stime, 'peak_mb': r.ru_maxrss / 1024}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False
    )
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout else None


def main(events: int) -> None:
    """Write the logs, read each by each, print times, processor times, peaks and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: a child's peak memory counts from what its parent holds when it is started.
        subprocess.run([sys.executable, __file__, str(events), folder], check=True)
        paths = paths_in(Path(folder))
        found = {}
        for name, code in READINGS.items():
            who = name.split(", ")[1].split()[0] if "alone" not in name else "onething's reader alone"
            key = "gb" if "gb18030" in name else name.split(",")[0]
            found[name] = measure(code, IMPORTS[who], paths[key])
    print(f"{events} events")
    for name, result in found.items():
        told = (
            "not installed"
            if result is None
            else f"{result['seconds']:8.2f} s {result['cpu']:8.2f} s cpu {result['peak_mb']:8.0f} MB"
        )
        print(f"{name:30} {told}")
    for one, other in (
        ("csv, onething", "csv, bare engine"),
        ("csv gb18030, onething", "csv, onething"),
        ("xes, onething", "xes, r4pm"),
        ("xes, onething's reader alone", "xes, r4pm"),
        ("xes, pm4py", "xes, onething"),
    ):
        a, b = found[one], found[other]
        if a and b:
            print(f"{one} / {other}: {a['seconds'] / b['seconds']:.2f} (cpu {a['cpu'] / b['cpu']:.2f})")


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        write_all(Path(sys.argv[2]), number)
    else:
        main(number)
