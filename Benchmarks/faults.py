#!/usr/bin/env python3
"""Has one call of the system after another fail while the program stores, and looks at what is left.

    make build-service
    python3 Benchmarks/faults.py [--program .build/release/oddline] [--short] [--only WORD]

Needs a C compiler. For each command and each kind of call (write, sync, rename, open, truncate) the first fails, then the
second, and so on until the command gets through without that failure; once with EIO that goes away, once with ENOSPC that
stays. Then come a limit of the size of files, a small full disk and a read-only one (where mounting is allowed), homes that
cannot be, and a clock that goes back a year. The program must end with 0, and what it was asked for is there; or with 1 and
one sentence, and what was there before is whole. Nothing else will do: no signal, no other status, nothing that hangs. A
command without faults must work on what is left. Prints one JSON line; exits with 1 where anything else happened.
"""
import argparse, collections, errno, json, os, resource, shutil, signal, sqlite3, subprocess, sys, tempfile

from kill import is_whole
from service import PASSWORD, PROGRAM, call

HERE = os.path.dirname(os.path.abspath(__file__))
CALLS = ("write", "sync", "rename", "open", "truncate")


class Bench:
    """Where commands are run and looked at."""

    def __init__(self, program, folder):
        self.program, self.folder, self.data = program, folder, folder + "/data"
        self.shim = folder + "/faults.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.shim, HERE + "/faults.c", "-ldl"], check=True)
        self.counts, self.failures = collections.Counter(), []

    def fail(self, text):
        self.failures.append(text)
        print("FAILURE " + text, file=sys.stderr, flush=True)

    @staticmethod
    def outcome(command, environment, before):
        """What a command ends with; `None` where it hangs, and standard error then tells in which calls of the system. Waits for
        120 short times, so that a pause of this script is not taken for a command that hangs."""
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=environment, preexec_fn=before)
        text = PASSWORD + "\n"
        for _ in range(120):
            try:
                output, errors = process.communicate(text, timeout=1)
                return subprocess.CompletedProcess(command, process.returncode, output, errors)
            except subprocess.TimeoutExpired:
                text = None
        for thread in os.listdir(f"/proc/{process.pid}/task"):
            with open(f"/proc/{process.pid}/task/{thread}/wchan") as file:
                print(f"thread {thread} waits in {file.read()}", file=sys.stderr)
        process.kill()
        process.communicate()
        return None

    def run(self, arguments, environment=None, before=None, data=None):
        """The outcome of a command; what is no sentence and no success is a failure."""
        command = [self.program, *arguments]
        if arguments[0] in ("accounts", "backup", "restore", "doctor"):
            command += ["--data-dir", data or self.data]
        outcome = self.outcome(command, {**os.environ, **(environment or {})}, before)
        if outcome is None:
            self.fail(f"{arguments} with {environment}: hangs")
            return None
        self.counts["runs"] += 1
        last = outcome.stderr.strip().split("\n")[-1]
        if outcome.returncode not in (0, 1) or (outcome.returncode == 1 and not last.startswith("oddline: ")):
            self.fail(f"{arguments} with {environment}: {outcome.returncode}: {outcome.stderr[-300:]}")
        self.counts["refused with a sentence" if outcome.returncode == 1 else "done"] += 1
        return outcome

    def ask(self, query):
        """Rows of the database, read by SQLite alone."""
        if not os.path.exists(self.data + "/oddline.db"):
            return []
        connection = sqlite3.connect(self.data + "/oddline.db")
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                self.fail(f"{query}: {error}")
            return []
        finally:
            connection.close()

    def accounts(self):
        return {row[0] for row in self.ask("SELECT username FROM users")}

    def sound(self, what):
        """Whether a command without faults finds all whole."""
        outcome = self.run(["accounts", "check"])
        if outcome is None or outcome.returncode != 0 or "The audit log is whole" not in outcome.stdout:
            self.fail(f"{what}: afterwards: {outcome and outcome.stdout + outcome.stderr}")


class Scenario:
    """A command, what is there before it, and what must be there after it."""

    def __init__(self, name, bench, arguments, folder, prepare, look):
        self.name, self.bench, self.arguments, self.folder = name, bench, arguments, folder
        self.prepare, self.look = prepare, look

    def failing(self, kind, reason, stays, most=400):
        """Runs with the first call of a kind failing, then the second, ..."""
        mark = self.bench.folder + "/mark"
        for number in range(1, most):
            self.prepare()
            if os.path.exists(mark):
                os.remove(mark)
            environment = {"LD_PRELOAD": self.bench.shim, "FAULT_CALL": kind, "FAULT_AT": str(number),
                           "FAULT_ERRNO": str(reason), "FAULT_UNDER": self.folder, "FAULT_MARK": mark}
            if stays:
                environment["FAULT_ON"] = "1"
            outcome = self.bench.run(self.arguments, environment)
            what = f"{self.name}, {kind} {number} fails with {errno.errorcode[reason]}{' and on' if stays else ''}"
            if outcome is not None:
                self.look(outcome.returncode == 0, what)
            if not os.path.exists(mark):
                return
            self.bench.counts["faults"] += 1
        self.bench.fail(f"{self.name}: more than {most} calls of {kind}")


def scenarios(bench):
    saved, series = bench.folder + "/saved", bench.folder + "/series.csv"
    bench.run(["accounts", "add", "ann", "ann@example.org"])
    bench.run(["generate", "point", "--rows", "600", "-o", series])
    with open(series) as file:
        lines = file.readlines()[:131]
    with open(series, "w") as file:
        file.writelines(lines)
    out = bench.folder + "/out"
    bench.run(["train", series, "-o", out + "/models"])
    bench.run(["backup", out + "/backup"])
    shutil.copytree(bench.data, saved)
    shutil.copytree(out, bench.folder + "/saved-out")

    def fresh(source, target):
        for name in os.listdir(bench.folder):
            if name.startswith("data") or name.startswith(".data") or name == os.path.basename(target):
                shutil.rmtree(bench.folder + "/" + name)
        if source:
            shutil.copytree(source, target)

    def there(name):
        def look(done, what):
            if done and name not in bench.accounts():
                bench.fail(f"{what}: {name} was acknowledged and is not there")
            bench.sound(what)
        return look

    def both(name):
        def look(done, what):
            if "ann" not in bench.accounts():
                bench.fail(f"{what}: ann is lost")
            there(name)(done, what)
        return look

    def models(done, what):
        for kind in ("lstm", "transformer"):
            if not is_whole(f"{out}/models/{kind}.safetensors"):
                bench.fail(f"{what}: half a model")
        if bench.run(["score", series, "--model", out + "/models"]).returncode != 0:
            bench.fail(f"{what}: the models cannot be used")

    def restored(done, what):
        both("ann")(done, what)

    def backed_up(done, what):
        if done != os.path.exists(out + "/second"):
            bench.fail(f"{what}: the backup is there: {not done}")
        if done and bench.run(["accounts", "check"], data=out + "/second").returncode != 0:
            bench.fail(f"{what}: the backup is not sound")
        both("ann")(done, what)

    def invited(done, what):
        if done and not bench.ask("SELECT * FROM invitations"):
            bench.fail(f"{what}: an invitation was acknowledged and is not there")
        both("ann")(done, what)

    home = lambda: fresh(saved, bench.data)
    outside = lambda: (fresh(saved, bench.data), shutil.rmtree(out, ignore_errors=True),
                       shutil.copytree(bench.folder + "/saved-out", out))
    return [
        Scenario("an invitation", bench, ["accounts", "invite"], bench.data, home, invited),
        Scenario("a second account", bench, ["accounts", "add", "bob", "bob@example.org"], bench.data, home, both("bob")),
        Scenario("the first account", bench, ["accounts", "add", "bob", "bob@example.org"], bench.data,
                 lambda: fresh(None, bench.data), there("bob")),
        Scenario("a new key", bench, ["accounts", "rotate-key"], bench.data, home, both("ann")),
        Scenario("models", bench, ["train", series, "-o", out + "/models"], out, outside, models),
        Scenario("a backup", bench, ["backup", out + "/second"], out, outside, backed_up),
        Scenario("restoring", bench, ["restore", out + "/backup"], bench.folder, outside, restored),
    ]


def full_disks(bench, saved, sizes):
    """A limit on the size of files, and a disk that is full."""
    for size in sizes:
        shutil.rmtree(bench.data)
        shutil.copytree(saved, bench.data)

        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        outcome = bench.run(["accounts", "add", "bob", "bob@example.org"], before=limited)
        bench.counts["file size limits"] += 1
        if "ann" not in bench.accounts() or (outcome.returncode == 0 and "bob" not in bench.accounts()):
            bench.fail(f"files of at most {size} bytes: an account is lost")
        bench.sound(f"files of at most {size} bytes")


def mounted(bench, saved):
    """A disk that fills up, and one that cannot be written; a private name space keeps them from others."""
    disk = bench.folder + "/disk"
    os.makedirs(disk, exist_ok=True)
    script = f"""
        mount -t tmpfs -o size=600k none '{disk}' || exit 9
        cp -r '{saved}' '{disk}/data'
        add() {{ echo '{PASSWORD}' | '{bench.program}' accounts add "$1" "$1@example.org" --data-dir '{disk}/data' 2>'{disk}/../e'; }}
        added=ann
        head -c 10000000 /dev/zero > '{disk}/filling' 2>/dev/null
        for free in 0 1 2 4 8 16 32 64; do
            truncate -s -$((free * 4096)) '{disk}/filling'
            add "full$free"
            status=$?
            case $status in 0) added="$added full$free";; 1) grep -q '^oddline: ' '{disk}/../e' || exit 3;; *) exit 4;; esac
        done
        rm '{disk}/filling'
        add later || exit 5
        '{bench.program}' accounts check --data-dir '{disk}/data' > /dev/null || exit 6
        for name in $added later; do
            '{bench.program}' accounts list --data-dir '{disk}/data' | grep -q "^$name	" || exit 7
        done
        mount -o remount,ro '{disk}'
        add never && exit 8
        grep -q '^oddline: ' '{disk}/../e' || exit 10
        '{bench.program}' score '{bench.folder}/series.csv' > /dev/null || exit 11
        echo "$added"
    """
    outcome = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=300)
    if outcome.returncode == 9 or "unshare" in outcome.stderr:
        bench.counts["mounting is not allowed"] += 1
    elif outcome.returncode != 0:
        bench.fail(f"full and read-only disk: {outcome.returncode} {outcome.stderr[-300:]}")
    else:
        bench.counts["full and read-only disks"] += 1


def homes(bench):
    """Homes that cannot be."""
    file = bench.folder + "/file"
    open(file, "w").close()
    for place in (file + "/data", "/proc/oddline", "/dev/null/x", bench.folder + "/" + "n" * 300):
        outcome = bench.run(["accounts", "list"], data=place)
        if outcome.returncode != 1:
            bench.fail(f"{place}: {outcome.returncode}")
        bench.counts["impossible homes"] += 1


def clock(bench, saved):
    """What was stored in the future does no harm when the clock goes back."""
    shutil.rmtree(bench.data)
    shutil.copytree(saved, bench.data)
    back = {"LD_PRELOAD": bench.shim, "CLOCK_SHIFT": str(-366 * 86_400)}
    for arguments in (["accounts", "add", "eve", "eve@example.org"], ["accounts", "check"], ["accounts", "audit", "--verify"],
                      ["accounts", "rotate-key"], ["accounts", "invite"], ["doctor"]):
        if bench.run(arguments, back).returncode != 0:
            bench.fail(f"{arguments} with the clock a year back")
        bench.counts["commands with the clock back"] += 1
    token = None
    for environment in ({}, back, {}):
        service = subprocess.Popen([bench.program, "serve", "--port", "0", "--data-dir", bench.data], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True, env={**os.environ, **environment})
        try:
            port = int(service.stdout.readline().rsplit(":", 1)[1])
            # A token of the future is refused, not believed; logging in again helps.
            if token and environment and call(port, "GET", "/api/users/me", token=token)[0] != 401:
                bench.fail("a token of the future is believed")
            status, answer = call(port, "POST", "/api/auth/login", {"identifier": "ann", "password": PASSWORD})
            token = answer.get("access_token")
            if status != 200 or call(port, "GET", "/api/users/me", token=token)[0] != 200:
                bench.fail(f"logging in with {environment}: {status} {answer}")
            bench.counts["logins with the clock moved"] += 1
        finally:
            service.terminate()
            service.wait(30)
    bench.sound("the clock went back")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--short", action="store_true", help="one command and the clock")
    parser.add_argument("--only", default="", help="only the commands whose description holds this, and nothing after them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.abspath(options.program), os.path.realpath(folder))
        all_scenarios = scenarios(bench)
        saved = bench.folder + "/saved"
        wanted = [scenario for scenario in all_scenarios if options.only in scenario.name]
        for scenario in wanted[:1] if options.short else wanted:
            for kind in CALLS:
                for reason, stays in ((errno.EIO, False), (errno.ENOSPC, True)):
                    if not (options.short and stays):
                        scenario.failing(kind, reason, stays)
            print(f"{scenario.name}: {dict(bench.counts)}", file=sys.stderr, flush=True)
        if not options.only:
            full_disks(bench, saved, (4096, 40_960) if options.short else range(0, 100_000, 4096))
            homes(bench)
            clock(bench, saved)
            mounted(bench, saved)
        print(json.dumps({**bench.counts, "failures": len(bench.failures)}))
    sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()
