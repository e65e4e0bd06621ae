"""What fleet.py makes of the program's output, without Spark: `python -m unittest test_fleet`, with the program on the PATH or
named by ODDLINE_PROGRAM."""
import contextlib
import io
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np
import pandas as pd

import fleet

PROGRAM = fleet.default_program()


def series(key, rows=600):
    times = pd.date_range("2024-01-01", periods=rows, freq="h").strftime("%Y-%m-%dT%H:%M:%SZ")
    noise = np.random.default_rng(1).normal(0, 0.1, rows)
    return pd.DataFrame({"series": key, "time": times, "value": np.sin(2 * np.pi * np.arange(rows) / 24) + noise})


class FleetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.models = pathlib.Path(cls.folder.name, "models")
        subprocess.run(
            [PROGRAM, "train", "-", "--key", "series", "--shared", "-o", str(cls.models)], check=True, stdout=subprocess.DEVNULL,
            input=series("a").to_csv(index=False).encode())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def score(self, frames, models=None, read=lambda output: fleet._scores(output, ["value"])):
        """All scores, and what stands on standard error."""
        words = io.StringIO()
        with contextlib.redirect_stderr(words):
            arguments = [PROGRAM, "score", "-", "--key", "series", "--model", str(models or self.models)]
            return pd.concat(fleet._run(arguments, frames, read)), words.getvalue()

    def test_keys_are_text_and_empty_fields_are_gaps(self):
        keys = ["NA", "null", "nan", "007"]
        frames = [series(key) for key in keys]
        frames[0].loc[100, "value"] = np.nan
        scores, words = self.score(frames)
        self.assertEqual(words, "")
        self.assertEqual(list(scores["series"].unique()), keys)
        self.assertEqual(len(scores), 2400)
        self.assertEqual(list(np.flatnonzero(scores["value"].isna())), [100])
        self.assertEqual(scores["combined_score"].dtype, float)

    def test_a_key_that_cannot_be_scored_is_told_and_the_others_are_whole(self):
        scores, words = self.score([series("a"), series("short", rows=3), series("b")])
        self.assertEqual(list(scores["series"].value_counts(sort=False).items()), [("a", 600), ("b", 600)])
        self.assertRegex(words, "^oddline: .*key short.*\n$")

    def test_damaged_models_are_told_in_the_words_of_the_program(self):
        models = pathlib.Path(self.folder.name, "damaged")
        models.mkdir()
        for file in self.models.iterdir():
            (models / file.name).write_bytes(file.read_bytes()[:100])
        with self.assertRaisesRegex(RuntimeError, "the model file is damaged"):
            self.score([series("a")], models)

    def test_a_program_that_is_killed_is_told_by_its_status(self):
        with self.assertRaisesRegex(RuntimeError, "sh ended with status -9"):
            list(fleet._run(["sh", "-c", "kill -9 $$"], [series("a")], pd.read_csv))

    def test_what_goes_wrong_on_either_side_of_the_program_is_raised(self):
        def frames():
            yield series("a")
            raise KeyError("upstream")

        with self.assertRaisesRegex(KeyError, "upstream"):
            self.score(frames())

        def read(output):
            output.readline()
            raise ValueError("downstream")
            yield

        with self.assertRaisesRegex(ValueError, "downstream"):
            self.score([series(f"s{index}") for index in range(20)], read=read)


if __name__ == "__main__":
    unittest.main()
