#!/usr/bin/env python3
"""Asks `oddline serve` for what its OpenAPI document allows, and for what it forbids, with schemathesis.

    pip install schemathesis
    python3 Benchmarks/conformance.py [--program .build/release/oddline] [--examples N] [--seed N]

Schemathesis loads this file as its hooks too: they send a token, log in again after a logout, and bring what the document
cannot say: passwords that are not easily guessed, the present password, and series that there are.
"""
import argparse, json, os, random, subprocess, sys, tempfile

from service import HERE, PASSWORD, PROGRAM, call, serving

CONFIGURATION = """
[checks.positive_data_acceptance]
# Beside success: no such series, a name that is taken or a run that goes on, a body that is too long, too many attempts, and
# too much at once. 422 is not among them, and 401 only where the credentials are made up: the token that is sent is good.
expected-statuses = ["2xx", 403, 404, 409, 413, 429, 503]

[[operations]]
include-path = "/api/auth/login"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 413, 429, 503]
"""


def hooks():
    import schemathesis

    port = int(os.environ["ODDLINE_PORT"])
    present = {"name": "ann", "password": PASSWORD}

    def log_in():
        # The token of a device keeps the many wrong logins of the examples from slowing this one down.
        opened = call(port, "POST", "/api/auth/login", {
            "identifier": present["name"], "password": present["password"],
            **({"device_token": present["device"]} if "device" in present else {})})[1]
        present["token"] = opened["access_token"]
        present.setdefault("device", opened.get("device_token"))

    log_in()
    present["series"] = [
        call(port, "POST", "/api/series", {"sample": name}, present["token"])[1]["id"] for name in ("point.csv", "trend.csv")]

    @schemathesis.auth(cache_by_key=lambda case, context: present["token"])
    class Token:
        def get(self, case, context):
            return present["token"]

        def set(self, case, data, context):
            case.headers["Authorization"] = "Bearer " + present["token"]

    @schemathesis.hook
    def before_call(context, case, kwargs):
        mode = case.meta.generation.mode if case.meta else None
        if mode is None or not mode.is_positive:
            return
        route, body = f"{case.method.upper()} {case.operation.path}", case.body
        is_linked = case.meta.phase.name.value == "stateful"
        if "{id}" in route and random.random() < 0.5 and case.method.upper() != "DELETE" and not is_linked:
            case.path_parameters["id"] = random.choice(present["series"])
        # Other series that there are may have one row.
        rows = 1000 if case.path_parameters.get("id") in present["series"] else 1
        if case.query and not any(float(case.query.get(name, 1)) for name in ("lstm_weight", "transformer_weight")):
            case.query["lstm_weight"] = 1
        if not isinstance(body, dict):
            return
        if route == "PUT /api/series/{id}/verdicts":
            first, last = sorted(1 + body[name] % rows for name in ("first_row", "last_row"))
            body.update(first_row=int(first), last_row=int(last))
        elif route == "POST /api/series/{id}/training" and "train_rows" in body:
            body["train_rows"] = 48 + int(body["train_rows"]) % 900
            if rows == 1:
                del body["train_rows"]
        elif route == "POST /api/series" and isinstance(body.get("csv"), str):
            body["csv"] = "value\n" + "\n".join(str(ord(letter)) for letter in body["csv"][:5000])
        elif route == "POST /api/users/register":
            body["password"] = f"seven wet stones {random.randrange(10**6)}"
        elif route == "PATCH /api/users/me":
            body["present_password"] = present["password"]
        elif route == "POST /api/users/me/password":
            body.update(present_password=present["password"], new_password=f"nine dry boats {random.randrange(10**6)}")

    @schemathesis.hook
    def after_call(context, case, response):
        route = f"{case.method.upper()} {case.operation.path}"
        if route == "PATCH /api/users/me" and response.status_code == 200:
            present["name"] = json.loads(response.content)["username"]
        if response.status_code == 204 and route in ("POST /api/auth/logout", "POST /api/users/me/password"):
            if route == "POST /api/users/me/password":
                present["password"] = case.body["new_password"]
            log_in()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=PROGRAM)
    parser.add_argument("--examples", type=int, default=300, help="the most examples of each operation")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    with serving(options.program) as service, tempfile.TemporaryDirectory() as folder:
        with open(folder + "/schemathesis.toml", "w") as file:
            file.write(CONFIGURATION)
        environment = os.environ | {
            "ODDLINE_PORT": str(service.port), "SCHEMATHESIS_HOOKS": "conformance", "PYTHONPATH": HERE}
        outcome = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file", folder + "/schemathesis.toml",
             "run", f"http://127.0.0.1:{service.port}/openapi.json", "--max-examples", str(options.examples),
             "--seed", str(options.seed), "--continue-on-failure",
             # A request that is given up is carried out all the same, and may change the password.
             "--request-timeout", "300"], env=environment, cwd=folder)
    sys.exit(outcome.returncode)


if __name__ == "__main__":
    main()
elif "ODDLINE_PORT" in os.environ:
    hooks()
