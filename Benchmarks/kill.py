#!/usr/bin/env python3
"""Kills the program while it stores, again and again, and looks whether anything that it acknowledged is lost.

    make build-service
    python3 Benchmarks/kill.py [--rounds 1000] [--program .build/release/oddline] [--seed N]

In each round two processes work on one home at once: a service that registers and renames accounts, takes verdicts and trains models,
and beside it a second service or a dashboard in which a setting rises and models are trained. Both get SIGKILL at a random moment, now and then while
they start. Then: SQLite's integrity check; every account, verdict and training run that was answered as done, and every
setting that another process once read (or a later one), is there; every model that the database knows is a whole file;
`oddline accounts check` (integrity, references, the chain of the audit log) ends well; and the next round starts from what
is left. Prints one JSON line; exits with 1 where anything was lost.
"""
import argparse, collections, glob, http.client, json, os, pty, random, select, signal, sqlite3, struct, subprocess, sys
import tempfile, threading, time

from service import PASSWORD, PROGRAM, call

GONE = (OSError, http.client.HTTPException, ValueError, IndexError)
ROWS = 400


class Home:
    """A data folder, and what was acknowledged of it."""

    def __init__(self, program, folder, draw):
        self.program, self.folder, self.draw = program, folder, draw
        self.data = folder + "/data"
        self.lock = threading.Lock()
        # The series whose models were answered as trained, and how far the setting was seen to have risen.
        self.accounts, self.trained, self.threshold, self.steps = set(), set(), 0.0, 0
        # Of each row the verdict acknowledged last, and the one that may or may not be stored.
        self.verdicts, self.under_way = {}, {}
        # The names of the first account, the last acknowledged and one that may or may not be stored.
        self.names = ["ann"]
        self.counts, self.failures = collections.Counter(), []
        self.token = None
        self.csv = folder + "/series.csv"
        subprocess.run([program, "generate", "point", "--rows", "600", "-o", self.csv], check=True)
        with open(self.csv) as file:
            self.text = "".join(file.readlines()[:ROWS + 1])
        with open(self.csv, "w") as file:
            file.write(self.text)
        self.run("accounts", "add", "ann", "ann@example.org", text=PASSWORD + "\n")

    def run(self, *arguments, text=""):
        outcome = subprocess.run([self.program, *arguments, "--data-dir", self.data], input=text, capture_output=True, text=True)
        if outcome.returncode != 0:
            self.fail(f"{' '.join(arguments)}: {outcome.returncode} {outcome.stderr.strip()}")
        return outcome.stdout

    def fail(self, text):
        self.failures.append(text)
        print("FAILURE " + text, file=sys.stderr, flush=True)

    def serve(self):
        return subprocess.Popen([self.program, "serve", "--port", "0", "--data-dir", self.data], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)

    def log_in(self, port):
        self.token = call(port, "POST", "/api/auth/login", {"identifier": "ann@example.org", "password": PASSWORD})[1]["access_token"]

    def ask(self, port, method, path, body=None):
        """An answer to ann, who logs in again where her token has ended."""
        status, answer = call(port, method, path, body, self.token)
        if status == 401:
            self.log_in(port)
            status, answer = call(port, method, path, body, self.token)
        return status, answer


def registering(home, port, number):
    """Registers accounts until the service is gone."""
    while True:
        number += 1
        name = f"u{number}x{home.draw.randrange(10**9)}"
        status, _ = call(port, "POST", "/api/users/register",
                         {"username": name, "email": name + "@example.org", "password": PASSWORD})
        if status != 201:
            raise ValueError(f"account: {status}")
        with home.lock:
            home.accounts.add(name)
            home.counts["accounts"] += 1


def renaming(home, port):
    """Gives the first account other names until the service is gone."""
    while True:
        name = f"ann{home.draw.randrange(10**9)}"
        with home.lock:
            home.names = home.names[:1] + [name]
        status, answer = home.ask(port, "PATCH", "/api/users/me", {"username": name})
        if status != 200:
            raise ValueError(f"name: {status} {answer}")
        with home.lock:
            home.names = [name]
            home.counts["names"] += 1


def judging(home, port, parity):
    """Judges rows of one parity, which nobody else judges, until the service is gone."""
    status, series = home.ask(port, "POST", "/api/series", {"name": "s.csv", "csv": home.text})
    if status != 201:
        return
    # A judged event is one row: rows are a verdict each.
    while True:
        row = 2 * home.draw.randrange(ROWS // 2) + parity + 1
        verdict = home.draw.choice(["anomaly", "normal", "postponed", None])
        with home.lock:
            home.under_way[row] = verdict
        status, answer = home.ask(port, "PUT", f"/api/series/{series['id']}/verdicts",
                                  {"first_row": row, "last_row": row, "verdict": verdict})
        if status != 204:
            raise ValueError(f"verdict: {status} {answer}")
        with home.lock:
            home.verdicts[row] = verdict
            del home.under_way[row]
            home.counts["verdicts"] += 1


def training(home, port):
    """Trains one of some series, anew where it was trained before, and waits until it is told that the models are there."""
    while True:
        value = home.draw.randrange(40)
        text = "v\n" + "\n".join(str((row * 37 + value * (row % 7)) % 101) for row in range(60))
        status, series = home.ask(port, "POST", "/api/series", {"name": "t.csv", "csv": text})
        if status != 201:
            raise ValueError(f"series: {status} {series}")
        path = f"/api/series/{series['id']}"
        home.ask(port, "POST", path + "/training", {"seed": home.draw.randrange(1000)})
        while True:
            status, answer = home.ask(port, "GET", path + "/training")
            if answer["state"] == "finished":
                break
            if answer["state"] == "failed":
                raise ValueError(str(answer))
            time.sleep(0.01)
        with home.lock:
            home.counts["training runs"] += 1
            home.trained.add(series["id"])
        home.ask(port, "DELETE", path)


def stored_threshold(home):
    """The setting that the dashboard raises, as another process reads it; 0 where it was never stored."""
    values = [json.loads(value) for key, value in rows(home, "SELECT key, value FROM settings") if key.startswith("analysis.")]
    return max((value["threshold"] for value in values if value["threshold"] < 0.9), default=0.0)


def watching_settings(home, stop):
    """What another process has once seen is stored."""
    while not stop.is_set():
        try:
            seen = stored_threshold(home)
            with home.lock:
                if seen > home.threshold:
                    home.threshold = seen
                    home.counts["settings seen"] += 1
        except sqlite3.OperationalError:
            pass
        time.sleep(0.02)


def rows(home, query):
    connection = sqlite3.connect(f"file:{home.data}/oddline.db?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


class Dashboard:
    """The dashboard on a terminal of its own; ann stays signed in by a kept token."""

    def __init__(self, home):
        with open(os.open(home.data + "/session-token", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(home.token or "")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LINES="36", COLUMNS="120", LANG="C.UTF-8")
            os.execv(home.program, [home.program, "dashboard", "--data-dir", home.data, home.csv])
        self.home = home

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def drive(self):
        """Trains, then raises a setting again and again."""
        try:
            self.show(b"Threshold", 3)
            os.write(self.terminal, b"t")
            while True:
                self.home.steps += 1
                os.write(self.terminal, f":threshold {0.1 + self.home.steps * 1e-6:.6f}\r".encode())
                self.show(None, 0.02)
        except OSError:
            pass

    def show(self, text, seconds):
        seen, until = b"", time.monotonic() + seconds
        while time.monotonic() < until and (text is None or text not in seen):
            if select.select([self.terminal], [], [], 0.01)[0]:
                seen += os.read(self.terminal, 65536)

    def wait(self):
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


def working(body, *arguments):
    """Runs `body` until what it asks is gone."""
    def run():
        try:
            body(*arguments)
        except GONE:
            pass
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def round_of(home, number):
    """Two processes work, and are killed."""
    services = [home.serve() for _ in range(1 + number % 2)]
    dashboard, threads, stop = None, [], threading.Event()
    try:
        if home.draw.random() < 0.1:
            # Killed while they start.
            time.sleep(home.draw.random() * 0.2)
            home.counts["killed while starting"] += len(services)
            return
        ports = []
        for service in services:
            line = service.stdout.readline()
            if "http://" not in line:
                home.fail(f"round {number}: the service did not start")
                return
            ports.append(int(line.rsplit(":", 1)[1]))
        if home.token is None:
            home.log_in(ports[0])
        threads = [working(registering, home, ports[-1], number), working(judging, home, ports[0], 0),
                   working(training, home, ports[0]), working(renaming, home, ports[0]), working(watching_settings, home, stop)]
        if len(ports) > 1:
            threads.append(working(judging, home, ports[1], 1))
        else:
            dashboard = Dashboard(home)
            threads.append(working(dashboard.drive))
        time.sleep(0.2 + home.draw.random() * home.draw.choice([0.3, 1, 2, 5]))
    finally:
        victims = services + ([dashboard] if dashboard else [])
        home.draw.shuffle(victims)
        for victim in victims:
            victim.kill()
            home.counts["kills"] += 1
        for service in services:
            service.wait()
            service.stdout.close()
        stop.set()
        for thread in threads:
            thread.join(30)
        if dashboard:
            dashboard.wait()


def is_whole(path):
    """Whether a safetensors file has all the bytes that its header promises."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    return max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__") == len(data) - 8 - length


def look(home, number):
    """Whether all is there."""
    found = [row[0] for row in rows(home, "PRAGMA integrity_check")]
    if found != ["ok"]:
        home.fail(f"round {number}: integrity: {found}")
    accounts = {row[0] for row in rows(home, "SELECT username FROM users")}
    for name in home.accounts - accounts:
        home.fail(f"round {number}: account {name} is lost")
    name = rows(home, "SELECT username FROM users WHERE id = 1")[0][0]
    if name not in home.names:
        home.fail(f"round {number}: the first account is called {name}, acknowledged was {home.names[0]}")
    home.names = [name]
    stored = {first + 1: verdict for first, last, verdict in
              rows(home, "SELECT first_row, last_row, verdict FROM judgements WHERE user_id = 1")}
    for row, verdict in home.verdicts.items():
        allowed = [verdict] + ([home.under_way[row]] if row in home.under_way else [])
        if stored.get(row) not in allowed:
            home.fail(f"round {number}: the verdict on row {row} is {stored.get(row)}, acknowledged was {verdict}")
    for row in home.under_way:
        home.verdicts[row] = stored.get(row)
    home.under_way.clear()
    if stored_threshold(home) < home.threshold:
        home.fail(f"round {number}: the setting is {stored_threshold(home)}, {home.threshold} was stored")
    models = rows(home, "SELECT user_id, kind, fingerprint FROM models")
    known = {(kind, fingerprint) for _, kind, fingerprint in models}
    for fingerprint in home.trained:
        for kind in ("lstm", "transformer"):
            if (kind, fingerprint) not in known:
                home.fail(f"round {number}: the {kind} of {fingerprint} is lost")
    for user, kind, fingerprint in models:
        path = f"{home.data}/models/{user}/{fingerprint}-{kind}.safetensors"
        try:
            if not is_whole(path):
                home.fail(f"round {number}: half a model: {path}")
        except (OSError, ValueError, struct.error) as error:
            home.fail(f"round {number}: {path}: {error}")
    if "The audit log is whole" not in home.run("accounts", "check"):
        home.fail(f"round {number}: the audit log is not whole")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(os.path.abspath(options.program), folder, random.Random(options.seed))
        for number in range(options.rounds):
            round_of(home, number)
            look(home, number)
            if (number + 1) % 50 == 0:
                print(f"{number + 1} rounds, {dict(home.counts)}", file=sys.stderr, flush=True)
        drafts = len(glob.glob(home.data + "/**/.*", recursive=True)) + len(glob.glob(home.data + "/*.new"))
        # What kills could have harmed; how full the disk is, say, does not matter here.
        looked_at = {"data folder", "oddline.db", "oddline.db-wal", "signing-keys.json", "audit-key", "database", "saved models"}
        answer = subprocess.run([home.program, "doctor", "--json", "--data-dir", home.data], capture_output=True, text=True)
        for finding in json.loads(answer.stdout)["findings"]:
            if finding["name"] in looked_at and finding["state"] != "ok":
                home.fail(f"doctor: {finding}")
        print(json.dumps({"rounds": options.rounds, "seed": options.seed, **home.counts, "drafts_left": drafts,
                          "failures": len(home.failures),
                          "seconds": round(time.monotonic() - began)}))
    sys.exit(1 if home.failures else 0)


if __name__ == "__main__":
    main()
