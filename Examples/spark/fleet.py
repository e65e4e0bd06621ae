"""Trains and scores many series on Spark through the program `oddline`, a stream a partition.

    models = train(frame.where(frame.series.isin(some)), program)      # {file name: bytes}
    scores = score(frame, models, program)                             # a frame with a row a row

A frame has the columns `series` (the key), `time` and one or more columns of numbers. The program has to be at the same
path on every worker; the models, some hundred kilobytes, travel with the job. A key that cannot be worked with is left out
and told in one line in the log of its worker.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import pandas as pd

KEY = "series"
SCORES = "row long, timestamp string, {values}, lstm_score double, transformer_score double, combined_score double, is_flagged int"
SOME_KEYS_FAILED = 2  # The program's status where all keys are done but those that it tells of.


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
    """Runs the program on frames and yields what `read` makes of its output.

    Where the program fails its words become the error, whatever `read` made of half an output; where it leaves keys out they
    go to standard error.
    """
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words)
        failure = []
        feeder = threading.Thread(target=_feed, args=(frames, process.stdin, failure), daemon=True)
        feeder.start()
        try:
            unreadable = None
            try:
                yield from read(process.stdout)
            except Exception as error:  # noqa: BLE001 - raised below unless the program says why
                unreadable = error
                while process.stdout.read(1 << 16):
                    pass  # So that it can come to its end.
            feeder.join()
            if failure:
                raise failure[0]
            status = process.wait()
            words.seek(0)
            said = words.read().decode(errors="replace")
            if status not in (0, SOME_KEYS_FAILED):
                raise RuntimeError(said[-2000:] or f"{arguments[0]} ended with status {status}") from unreadable
            if unreadable:
                raise unreadable
            sys.stderr.write(said)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _scores(output, values):
    """Frames of what the program writes. An empty field is a gap; a key is text, also where it reads NA, null or nan."""
    gaps = {name: [""] for name in ("timestamp", *values, "lstm_score", "transformer_score", "combined_score")}
    return pd.read_csv(
        output, chunksize=50_000, dtype={KEY: str, "timestamp": str}, keep_default_na=False, na_values=gaps,
        float_precision="round_trip")


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
                lambda output: _scores(output, values))

    count = partitions or 4 * frame.sparkSession.sparkContext.defaultParallelism
    ordered = frame.repartition(count, KEY).sortWithinPartitions(KEY, "time")
    numbers = ", ".join(f"`{name}` double" for name in values)
    return ordered.mapInPandas(on_partition, f"{KEY} string, " + SCORES.format(values=numbers))


def default_program():
    """The program that ODDLINE_PROGRAM names, or the one on the PATH."""
    return os.environ.get("ODDLINE_PROGRAM", "oddline")
