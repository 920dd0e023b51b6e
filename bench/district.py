"""Times a district of 60,000 students and four years, from its CSV files to the written report.

Absences come as rows, about 2.6 million of them. One process does all, from its imports on.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent / "out"
STUDENTS = 60_000


def files(students: int) -> Path:
    """The district's files, made once."""
    folder = FOLDER / f"district-{students}"
    if not folder.exists():
        words = ["-m", "eachchild", "synthesize", "--students", str(students), "--seed", "1"]
        subprocess.run([sys.executable, *words, "--out", str(folder)], check=True)
    return folder


def timed(folder: Path) -> dict[str, float]:
    """Seconds after the start at which each step was done, and the peak of memory."""
    start, cpu = time.perf_counter(), time.process_time()
    from eachchild.release import Audience, release
    from eachchild.report.bundle import write_tables
    from eachchild.report.compose import compose
    from eachchild.report.html import write_html
    from eachchild.report.pdf import write_pdf
    from eachchild.story import audit

    done = {"imports": time.perf_counter() - start}
    vault = FOLDER / f"vault-{time.time_ns()}"  # nothing is found from an earlier run
    made = audit(folder / "audit.toml", vault=vault)
    done["audited"] = time.perf_counter() - start
    out = FOLDER / "district-report"
    out.mkdir(exist_ok=True)
    released = release(made.content, Audience.INTERNAL)
    write_tables(released, out)
    before = time.perf_counter()
    page = compose(released)
    write_html(page, out / "report.html")
    done["charts_and_page"] = time.perf_counter() - before
    done["html_written"] = time.perf_counter() - start
    write_pdf(page, out / "report.pdf")
    done["pdf_written"] = time.perf_counter() - start
    done["cpu"] = time.process_time() - cpu
    done["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {name: round(value, 2) for name, value in done.items()}


def main() -> None:
    """Make the files in a process of their own, then time a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = timed(files(chosen.students))
    print(json.dumps(found, indent=None if chosen.json else 1))


if __name__ == "__main__":
    main()
