#!/usr/bin/env python3
"""Measures how long reading takes and how much memory it needs, over doubling sizes and for what is absurd.

    make build
    python3 Benchmarks/bounds.py [--program .build/release/oddline] [--rows 10000000]

Each file is read by `oddline score FILE --train-rows 1000000000`, which ends with one sentence when all is read. Prints a table:
seconds until the end and of all cores together, microseconds of these a row, and the MiB of memory beyond the size of the
input at its peak. What is absurd must be refused
with status 1 and one sentence. Exits with 1 where it is not, where it takes more than 500 MiB beyond the input or more than
5 s of all cores, or where a row of the longest file takes more than three times as long as one of the shortest with a million.
"""
import argparse, gzip, json, os, struct, subprocess, sys, tempfile, time

from service import PROGRAM

MOST, SLOWEST = 500, 5


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


def altered(path, change):
    """The header of a model, with what `change` does to the sizes in its metadata, and its tensors' bytes."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    metadata = header["__metadata__"]
    parts = {name: json.loads(metadata[name]) for name in ("plan", "summary", "channels", "scaling")}
    change(**parts)
    metadata.update({name: json.dumps(part) for name, part in parts.items()})
    return header, body


def sizes(plan, **values):
    """Sets the members of this name, of the plan or of its network."""
    network = next(iter(plan["architecture"].values()))["_0"]
    for name, value in values.items():
        target = plan if name in plan else network
        if name not in target:
            raise KeyError(name)
        target[name] = value


def absurd_models(program, folder, series):
    """Name, header, body and claimed length of the header of model files, and how many zero bytes follow the body."""
    trained = folder + "/trained"
    subprocess.run([program, "train", series, "-o", trained], check=True, capture_output=True)
    for name, change in [
        ("windows of 2^40 rows", lambda plan, **_: sizes(plan, windowLength=2**40)),
        ("a hidden state of 10^9 numbers", lambda plan, **_: sizes(plan, hiddenSize=10**9)),
        ("10^8 channels", lambda plan, **_: sizes(plan, channelCount=10**8)),
        ("2^62 training rows", lambda summary, **_: summary.update(trainingRows=2**62)),
        ("a stride of 0", lambda plan, **_: sizes(plan, scoringStride=0)),
        ("smoothing over 2^31 rows", lambda plan, **_: sizes(plan, longSmoothing=2**31)),
        ("a million names of channels", lambda channels, **_: channels.extend(["c"] * 10**6)),
        ("sizes below 0", lambda plan, **_: sizes(plan, windowLength=-64, hiddenSize=-1)),
    ]:
        header, body = altered(trained + "/lstm.safetensors", change)
        yield "model of " + name, header, body, None, 0

    def long(plan, summary, **_):
        sizes(plan, windowLength=65_536, scoringStride=1)
        summary["trainingRows"] = 65_536
    yield "model of windows of 65,536 rows", *altered(trained + "/lstm.safetensors", long), None, 0
    whole = 1 << 27
    yield ("model of 512 MiB of zeros", {"x": {"dtype": "F32", "shape": [8, 1 << 24], "data_offsets": [0, 4 * whole]}}, b"", None,
           4 * whole)
    one = {"dtype": "F32", "shape": [1 << 22], "data_offsets": [0, 1 << 24]}
    yield ("model with 100,000 tensors of the same 16 MiB", {f"t{number}": one for number in range(100_000)}, b"", None, 1 << 24)


def absurd(program, folder):
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
    for name, header, body, length, zeros in [
        ("model with a header of 64 MiB", b"{" + b'"a":[],' * (9 << 20) + b'"b":[]}', b"", None, 0),
        ("model whose header claims 8 EiB", b"{}", b"", 2**63 - 1, 0),
        ("model whose header claims 1 TiB", b"{}", b"", 2**40, 0),
        ("model with a header of 8 MiB of brackets", b"[" * (8 << 20), b"", None, 0),
        ("model with a tensor of terabytes", {"x": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}, b"", None, 0),
        ("model with overlapping tensors", {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                                            "y": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}, bytes(12), None, 0),
        ("model with a shape beyond all numbers", {"x": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 8]}},
         bytes(8), None, 0),
        *absurd_models(program, folder, series),
    ]:
        models = folder + "/models"
        os.makedirs(models, exist_ok=True)
        for kind in ("lstm", "transformer"):
            model_file(f"{models}/{kind}.safetensors", header, body, length)
            os.truncate(f"{models}/{kind}.safetensors", os.path.getsize(f"{models}/{kind}.safetensors") + zeros)
        yield name, [series, "--model", models], f"{models}/lstm.safetensors"


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
        for name, arguments, file in absurd(options.program, folder):
            status, errors, seconds, cores, memory = measured([options.program, "score", *arguments])
            size = os.path.getsize(file) / 2**20
            print(f"| {name} | {seconds:.2f} | {cores:.2f} | {memory - size:.0f} | {errors} |", flush=True)
            if status != 1 or not errors.startswith("oddline: ") or "\n" in errors:
                failures.append(f"{name}: {status} {errors[:300]}")
            if memory - size > MOST:
                failures.append(f"{name}: {memory - size:.0f} MiB beyond the input")
            if cores > SLOWEST:
                failures.append(f"{name}: takes {cores:.1f} s")
    for failure in failures:
        print("FAILURE " + failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
