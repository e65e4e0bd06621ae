"""Starts `oddline serve` with data of its own and asks it; for the scripts beside this one."""
import contextlib, http.client, json, os, subprocess, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", ".build", "release", "oddline")
PASSWORD = "a few unrelated words"


def call(port, method, path, body=None, token=None, origin=None):
    """The status and the JSON of an answer; `origin` is what a trusted proxy tells of the client's address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json"} if body is not None else {}
    if origin is not None:
        headers["x-forwarded-for"] = origin
    if token is not None:
        headers["authorization"] = "Bearer " + token
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


class Service:
    """A service with one account, ann, who is logged in."""

    def __init__(self, process, data):
        self.process, self.data = process, data
        self.port = int(process.stdout.readline().rsplit(":", 1)[1])
        set_up = process.stdout.readline().split('"')[3]
        call(self.port, "POST", "/api/users/register",
             {"username": "ann", "email": "ann@example.org", "password": PASSWORD, "set_up_token": set_up})
        self.token = self.log_in()

    def log_in(self):
        return call(self.port, "POST", "/api/auth/login", {"identifier": "ann", "password": PASSWORD})[1]["access_token"]


@contextlib.contextmanager
def serving(program=PROGRAM, options=()):
    """A service that ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([program, "serve", "--port", "0", "--data-dir", folder + "/data", *options],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            yield Service(process, folder + "/data")
        finally:
            process.terminate()
            process.wait(30)
