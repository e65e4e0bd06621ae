#!/usr/bin/env python3
"""Measures how long reading takes and how much memory it needs, over doubling sizes and for what is absurd.

    swift build -c release --product oddline
    python3 Benchmarks/bounds.py [--program .build/release/oddline] [--rows 10000000]

Each file is read by `oddline score FILE --train-rows 1000000000`, which ends with one sentence when all is read. Prints a table:
seconds until the end and of all cores together, microseconds of these a row, and the MiB of memory beyond the size of the
input at its peak. What is absurd must be refused
with status 1 and one sentence. Exits with 1 where it is not, where it takes more than 500 MiB beyond the input, or where a
row of the longest file takes more than three times as long as one of the shortest with a million.
"""
import argparse, gzip, json, os, struct, subprocess, sys, tempfile, time

from service import PROGRAM

MOST = 500


def measured(command):
    """Status, standard error, seconds, seconds of all cores and peak MiB of a command."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cores = usage.ru_utime + usage.ru_stime
    return process.returncode, errors.strip(), time.monotonic() - began, cores, usage.ru_maxrss / 1024


def rows_file(path, rows, columns=1):
    """Times a minute apart and values."""
    if columns > 1:
        with open(path, "w") as file:
            file.write(",".join(f"c{column}" for column in range(columns)) + "\n")
            line = [",".join(f"{(row * 37 + column * 11) % 1000 / 8}" for column in range(columns)) for row in range(50)]
            for row in range(rows):
                file.write(line[row % 50] + "\n")
        return
    with open(path, "w") as file:
        file.write("time,value\n")
        file.writelines(f"{1_600_000_000 + 60 * row},{row * 37 % 1000 / 8}\n" for row in range(rows))


def model_file(path, header, body=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text) if length is None else length) + text + body)


def absurd(folder):
    """Name, command's arguments after `score`, and the file whose size is the input's."""
    line, bomb, series = folder + "/line.csv", folder + "/bomb.csv.gz", folder + "/series.csv"
    with open(line, "w") as file:
        for _ in range(1024):
            file.write("1" * (1 << 20))
    with gzip.open(bomb, "wb", 9) as file:
        for _ in range(1024):
            file.write(b"1\n" * (1 << 19))
    rows_file(series, 1000)
    yield "one line of 1 GiB", [line], line
    yield "gzip of 1 GiB that grows a thousandfold", [bomb], bomb
    for name, header, body, length in [
        ("model with a header of 64 MiB", b"{" + b'"a":[],' * (9 << 20) + b'"b":[]}', b"", None),
        ("model whose header claims 8 EiB", b"{}", b"", 2**63 - 1), ("model whose header claims 1 TiB", b"{}", b"", 2**40),
        ("model with a tensor of terabytes", {"x": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}, b"", None),
        ("model with overlapping tensors", {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                                            "y": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}, bytes(12), None),
        ("model with a shape beyond all numbers", {"x": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 8]}},
         bytes(8), None),
    ]:
        models = folder + "/models"
        os.makedirs(models, exist_ok=True)
        for kind in ("lstm", "transformer"):
            model_file(f"{models}/{kind}.safetensors", header, body, length)
        yield name, [series, "--model", models], series


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--rows", type=int, default=10_000_000)
    options = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/rows.csv"
        print("| rows | columns | MiB | seconds | of all cores | µs a row | MiB beyond the input |\n|---|---|---|---|---|---|---|")
        sizes, count = [], options.rows
        while count >= options.rows / 64:
            sizes.insert(0, count)
            count //= 2
        pace = {}
        for rows, columns in [(rows, 1) for rows in sizes] + [(5000, 2000)]:
            rows_file(path, rows, columns)
            size = os.path.getsize(path) / 2**20
            command = [options.program, "score", path, "--train-rows", "1000000000"]
            status, errors, seconds, cores, memory = min((measured(command) for _ in range(2)), key=lambda found: found[3])
            print(f"| {rows:,} | {columns:,} | {size:.1f} | {seconds:.2f} | {cores:.2f} | {cores / rows * 1e6:.2f} "
                  f"| {memory - size:.0f} |", flush=True)
            if status != 1 or f"has {rows} rows" not in errors:
                failures.append(f"{rows} rows: {status} {errors}")
            if memory - size > MOST:
                failures.append(f"{rows} rows take {memory - size:.0f} MiB beyond the input")
            if columns == 1 and rows >= 1_000_000:
                pace[rows] = cores / rows
        if pace and pace[max(pace)] > 3 * pace[min(pace)]:
            failures.append("reading is not linear")
        os.remove(path)
        print("\n| what is absurd | seconds | of all cores | MiB beyond the input | what is said |\n|---|---|---|---|---|")
        for name, arguments, file in absurd(folder):
            status, errors, seconds, cores, memory = measured([options.program, "score", *arguments])
            size = os.path.getsize(file) / 2**20
            print(f"| {name} | {seconds:.2f} | {cores:.2f} | {memory - size:.0f} | {errors} |", flush=True)
            if status != 1 or not errors.startswith("oddline: ") or "\n" in errors:
                failures.append(f"{name}: {status} {errors[:300]}")
            if memory - size > MOST:
                failures.append(f"{name}: {memory - size:.0f} MiB beyond the input")
    for failure in failures:
        print("FAILURE " + failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
