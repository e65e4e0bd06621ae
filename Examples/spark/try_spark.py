"""Scores 2,000 series on a local cluster of two worker processes, one of which is killed on the way, and compares every row
with what one run of the program writes. Exit status 0 where all rows are equal.

    python try_spark.py [--program PATH] [--series 2000] [--rows 1000] [--sample 20]
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession

import fleet

VALUES = ["lstm_score", "transformer_score", "combined_score", "is_flagged"]


def make_series(count, rows, folder):
    """Daily waves with noise and an odd hour here and there, as Parquet in eight files."""
    time_text = pd.date_range("2024-01-01", periods=rows, freq="30min").strftime("%Y-%m-%dT%H:%M:%SZ")
    for part, keys in enumerate(np.array_split(np.arange(count), 8)):
        frames = []
        for key in keys:
            random = np.random.default_rng(int(key))
            wave = 50 + 10 * np.sin(2 * np.pi * (np.arange(rows) / 48 + random.uniform()))
            values = wave + random.normal(0, 0.5, rows)
            if key % 3 == 0:
                start = random.integers(rows // 4, rows - 40)
                values[start:start + 24] += 15
            frames.append(pd.DataFrame({"series": f"series-{key:05d}", "time": time_text, "value": values.round(3)}))
        pd.concat(frames).to_parquet(folder / f"part-{part}.parquet", index=False)


def executors():
    """Process ids of the workers' processes that descend from this one."""
    parents, names = {}, {}
    for path in pathlib.Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parents[int(path.name)] = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
                names[int(path.name)] = (path / "cmdline").read_bytes()
            except OSError:
                continue

    def descends(process):
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return [process for process, name in names.items() if b"CoarseGrainedExecutorBackend" in name and descends(process)]


def kill_one_worker(spark, killed):
    """Waits until a task of the scoring has ended and others run, and kills one of the two processes."""
    tracker = spark.sparkContext.statusTracker()
    while not killed:
        for stage in tracker.getActiveStageIds():
            info = tracker.getStageInfo(stage)
            if info and info.numTasks >= 8 and info.numCompletedTasks >= 1 and info.numActiveTasks >= 2:
                running = executors()
                if len(running) >= 2:
                    os.kill(running[0], signal.SIGKILL)
                    killed.append(running[0])
                    return
        time.sleep(0.05)


def one_process(program, data, models):
    """What one run of the program writes for all series."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in models.items():
            pathlib.Path(folder, name).write_bytes(content)
        text, scores = pathlib.Path(folder, "all.csv"), pathlib.Path(folder, "scores.csv")
        data.sort_values(["series", "time"], kind="stable").to_csv(text, index=False)
        begun = time.monotonic()
        with open(scores, "wb") as output:
            subprocess.run([program, "score", str(text), "--key", "series", "--model", folder], stdout=output, check=True)
        seconds = time.monotonic() - begun
        return pd.read_csv(scores, dtype={"series": str}, float_precision="round_trip"), seconds


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", default=fleet.default_program())
    arguments.add_argument("--series", type=int, default=2000)
    arguments.add_argument("--rows", type=int, default=1000)
    arguments.add_argument("--sample", type=int, default=20, help="series that the shared pair is trained on")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="oddline-spark-") as folder:
        data = pathlib.Path(folder, "data")
        data.mkdir()
        make_series(given.series, given.rows, data)
        os.environ["PYSPARK_PYTHON"] = sys.executable
        spark = (
            SparkSession.builder.master("local-cluster[2,1,1024]").appName("oddline").config("spark.ui.enabled", "false")
            .config("spark.executor.memory", "1g").config("spark.driver.memory", "1g")
            .config("spark.local.dir", folder).config("spark.sql.shuffle.partitions", "16")
            .getOrCreate())
        spark.sparkContext.setLogLevel("ERROR")
        spark.sparkContext.addPyFile(fleet.__file__)
        frame = spark.read.parquet(str(data))
        some = [f"series-{key:05d}" for key in range(0, given.series, max(1, given.series // given.sample))]
        begun = time.monotonic()
        models = fleet.train(frame.where(frame.series.isin(some)), given.program)
        print(f"Trained on {len(some)} series in {time.monotonic() - begun:.1f} s: "
              f"{', '.join(f'{name} {len(content) / 1e3:.0f} kB' for name, content in models.items())}.", flush=True)
        killed = []
        threading.Thread(target=kill_one_worker, args=(spark, killed), daemon=True).start()
        begun = time.monotonic()
        result = pathlib.Path(folder, "scores")
        fleet.score(frame, models, given.program, partitions=16).write.parquet(str(result))
        seconds = time.monotonic() - begun
        spark.stop()
        rows = given.series * given.rows
        print(f"Scored {rows:,} rows in {seconds:.1f} s on two workers, one of them killed (process {killed}).", flush=True)
        order = ["series", "row"]
        clustered = pd.read_parquet(result).sort_values(order).reset_index(drop=True)
        alone, seconds = one_process(given.program, pd.read_parquet(data), models)
        print(f"Scored them in {seconds:.1f} s in one process: {rows / seconds:,.0f} rows a second.", flush=True)
        alone = alone.sort_values(order).reset_index(drop=True)
        equal = len(clustered) == len(alone) == rows and clustered[order].equals(alone[order])
        farthest = max(float((clustered[name] - alone[name]).abs().max()) for name in VALUES) if equal else float("nan")
        print(f"Rows: {len(clustered):,} and {len(alone):,}; the largest difference of a score or flag is {farthest}.")
        if not killed:
            print("No worker was killed: the job ended before.")
        # Bit for bit with AVX-512; with other instructions the matrix back end rounds by the place of a window among others.
        return 0 if equal and farthest < 1e-5 and killed else 1


if __name__ == "__main__":
    sys.exit(main())
