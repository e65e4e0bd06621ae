"""Trains and scores many series on Spark through the program `oddline`, a stream a partition.

    models = train(frame.where(frame.series.isin(some)), program)      # {file name: bytes}
    scores = score(frame, models, program)                             # a frame with a row a row

A frame has the columns `series` (the key), `time` and one or more columns of numbers. The program has to be at the same
path on every worker; the models, half a megabyte, travel with the job.
"""
import os
import pathlib
import subprocess
import tempfile
import threading

import pandas as pd

KEY = "series"
SCORES = "row long, timestamp string, {values}, lstm_score double, transformer_score double, combined_score double, is_flagged int"


def _feed(frames, pipe, failure):
    """Writes frames as one CSV text, and keeps what went wrong: it runs beside the reading of what the program writes."""
    try:
        with pipe:
            for index, frame in enumerate(frames):
                pipe.write(frame.to_csv(index=False, header=index == 0).encode())
    except BrokenPipeError:
        pass  # The program ended; its status and its words tell why.
    except Exception as error:  # noqa: BLE001 - raised again by the reader
        failure.append(error)


def _run(arguments, frames, read):
    """Runs the program on frames and yields what `read` makes of its output; its words become the error where it fails."""
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words)
        failure = []
        feeder = threading.Thread(target=_feed, args=(frames, process.stdin, failure), daemon=True)
        feeder.start()
        try:
            yield from read(process.stdout)
            feeder.join()
            if failure:
                raise failure[0]
            if process.wait() != 0:
                words.seek(0)
                raise RuntimeError(words.read().decode()[-2000:])
        finally:
            process.kill()
            process.wait()


def _with_first(frames):
    """The frames, or nothing where a partition is empty: the program wants a header."""
    frames = iter(frames)
    for first in frames:
        if len(first):
            yield first
            yield from frames


def train(frame, program, seed=1):
    """One pair of models on all rows of `frame`, which should be a sample of series; files by name."""
    def on_partition(frames):
        with tempfile.TemporaryDirectory(prefix="oddline-") as folder:
            arguments = [program, "train", "-", "--key", KEY, "--shared", "--seed", str(seed), "-o", folder]
            for _ in _run(arguments, _with_first(frames), lambda output: output):
                pass
            files = sorted(pathlib.Path(folder).iterdir())
            yield pd.DataFrame({"name": [file.name for file in files], "data": [file.read_bytes() for file in files]})

    ordered = frame.coalesce(1).sortWithinPartitions(KEY, "time")
    return {row.name: bytes(row.data) for row in ordered.mapInPandas(on_partition, "name string, data binary").collect()}


def score(frame, models, program, partitions=None):
    """The scores of all rows of `frame` by shared models; a partition is one run of the program."""
    values = [name for name in frame.columns if name not in (KEY, "time")]
    carried = frame.sparkSession.sparkContext.broadcast(models)

    def on_partition(frames):
        first = next(_with_first(frames), None)
        if first is None:
            return
        with tempfile.TemporaryDirectory(prefix="oddline-") as folder:
            for name, data in carried.value.items():
                pathlib.Path(folder, name).write_bytes(data)

            def rest():
                yield first
                yield from frames

            # Spark shares a machine's cores among its tasks by itself.
            yield from _run(
                [program, "score", "-", "--key", KEY, "--model", folder, "--threads", "1"], rest(),
                lambda output: pd.read_csv(
                    output, chunksize=50_000, dtype={KEY: str, "timestamp": str}, float_precision="round_trip"))

    count = partitions or 4 * frame.sparkSession.sparkContext.defaultParallelism
    ordered = frame.repartition(count, KEY).sortWithinPartitions(KEY, "time")
    numbers = ", ".join(f"`{name}` double" for name in values)
    return ordered.mapInPandas(on_partition, f"{KEY} string, " + SCORES.format(values=numbers))


def default_program():
    """The program that ODDLINE_PROGRAM names, or the one on the PATH."""
    return os.environ.get("ODDLINE_PROGRAM", "oddline")
