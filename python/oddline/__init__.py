"""Anomaly scores of time series by the program `oddline`, with the calls of PyOD and scikit-learn.

    from oddline import Oddline
    detector = Oddline().fit(train)            # rows in time order, (rows,) or (rows, channels)
    scores = detector.decision_function(test)  # 0 to 1, higher is odder
    flags = detector.predict(test)             # 1 where a row is flagged

The program has to be installed; it is found on the PATH, or named by ODDLINE_PROGRAM or the argument `program`.
"""
import csv
import os
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np

__all__ = ["Oddline", "OddlineError"]


class OddlineError(RuntimeError):
    """What the program said when it could not do its work."""


class Oddline:
    """An LSTM and a Transformer autoencoder and the weighted average of their scores.

    lstm_weight, transformer_weight: 0 to 1; only their ratio matters. seed: the same seed gives the same models.
    flags: the rule for `predict` ("gap", "level", "quantile", "share" or "top"), and threshold its number: 0 to 1 for a level,
    quantile or share, 1 to 100 events for "top"; none for "gap". Where it is None the program's default counts.
    """

    def __init__(
        self, lstm_weight=0.5, transformer_weight=0.5, seed=1, flags="gap", threshold=None, program=None
    ):
        self.lstm_weight = lstm_weight
        self.transformer_weight = transformer_weight
        self.seed = seed
        self.flags = flags
        self.threshold = threshold
        self.program = program

    def get_params(self, deep=True):
        """The arguments, as scikit-learn asks for them."""
        names = ("lstm_weight", "transformer_weight", "seed", "flags", "threshold", "program")
        return {name: getattr(self, name) for name in names}

    def set_params(self, **parameters):
        """Sets arguments by name."""
        for name, value in parameters.items():
            if name not in self.get_params():
                raise ValueError(f"{name} is not a parameter of Oddline")
            setattr(self, name, value)
        return self

    def fit(self, X, y=None):
        """Trains both models on rows in time order; `y` is not looked at.

        Sets decision_scores_ and labels_, the scores and flags of these rows, as PyOD does.
        """
        X = _rows(X)
        with tempfile.TemporaryDirectory(prefix="oddline-") as folder:
            file, models = pathlib.Path(folder, "train.csv"), pathlib.Path(folder, "models")
            _write(file, X)
            self._run("train", str(file), "-o", str(models), "--seed", str(self.seed))
            self.models_ = {path.name: path.read_bytes() for path in models.iterdir()}
        self.n_features_in_ = X.shape[1]
        self.decision_scores_, self.labels_ = self._score(X)
        return self

    def decision_function(self, X):
        """The combined score of every row, 0 to 1; higher is odder."""
        return self._score(_rows(X))[0]

    def predict(self, X):
        """1 where a row is flagged, 0 elsewhere."""
        return self._score(_rows(X))[1]

    def fit_predict(self, X, y=None):
        """Trains on rows and says which of them are flagged."""
        return self.fit(X).labels_

    def _score(self, X):
        if not hasattr(self, "models_"):
            raise OddlineError("fit has to be called before rows can be scored")
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {X.shape[1]} channels; the models were trained on {self.n_features_in_}")
        with tempfile.TemporaryDirectory(prefix="oddline-") as folder:
            file, models = pathlib.Path(folder, "rows.csv"), pathlib.Path(folder, "models")
            models.mkdir()
            for name, data in self.models_.items():
                (models / name).write_bytes(data)
            _write(file, X)
            number = "--top" if self.flags == "top" else "--threshold"
            text = self._run(
                "score", str(file), "--model", str(models), "--lstm-weight", str(self.lstm_weight),
                "--transformer-weight", str(self.transformer_weight), "--flags", self.flags,
                *([] if self.threshold is None else [number, str(self.threshold)]))
        lines = list(csv.DictReader(text.splitlines()))
        scores = np.array([float(line["combined_score"] or "nan") for line in lines])
        flags = np.array([int(line["is_flagged"] in ("1", "true")) for line in lines])
        return scores, flags

    def _run(self, *arguments):
        program = self.program or os.environ.get("ODDLINE_PROGRAM") or shutil.which("oddline")
        if not program:
            raise OddlineError("the program oddline was not found; install it, or name it by ODDLINE_PROGRAM")
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OddlineError(done.stderr.strip() or f"{program} ended with status {done.returncode}")
        return done.stdout


def _rows(X):
    X = np.asarray(X, dtype=float)
    if X.ndim == 1:
        X = X[:, None]
    if X.ndim != 2 or X.shape[1] == 0:
        raise ValueError("X holds rows in time order: (rows,) or (rows, channels)")
    return X


def _write(path, X):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"channel_{index}" for index in range(X.shape[1])])
        for row in X:
            writer.writerow(["" if np.isnan(value) else repr(float(value)) for value in row])
