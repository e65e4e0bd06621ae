import unittest

import numpy as np

from oddline import Oddline, OddlineError


def wave(rows, at=None):
    values = np.sin(2 * np.pi * np.arange(rows) / 40) + 0.05 * np.random.default_rng(1).normal(size=rows)
    if at is not None:
        values[at:at + 20] = 0
    return values


class OddlineTest(unittest.TestCase):
    def test_what_is_odd_scores_highest_and_is_flagged(self):
        detector = Oddline().fit(wave(1200))
        test = wave(1000, at=600)
        scores, flags = detector.decision_function(test), detector.predict(test)
        self.assertEqual(scores.shape, (1000,))
        self.assertTrue(np.all((scores >= 0) & (scores <= 1)))
        self.assertTrue(580 <= int(scores.argmax()) <= 640)
        self.assertTrue(flags[590:630].any())
        self.assertFalse(flags[:500].any())
        self.assertEqual(detector.decision_scores_.shape, (1200,))

    def test_the_same_seed_gives_the_same_scores_and_channels_are_counted(self):
        X = np.stack([wave(600), np.roll(wave(600), 7)], axis=1)
        first, second = Oddline(seed=3).fit(X), Oddline(seed=3).fit(X)
        np.testing.assert_array_equal(first.decision_scores_, second.decision_scores_)
        with self.assertRaises(ValueError):
            first.predict(X[:, 0])

    def test_each_rule_takes_its_number(self):
        detector, test = Oddline().fit(wave(1200)), wave(1000, at=600)
        test[300:310], test[850:860] = 3, -3

        def events(**parameters):
            flags = detector.set_params(**parameters).predict(test)
            return int(np.sum(np.diff(flags, prepend=0) == 1))

        self.assertEqual(events(flags="top", threshold=1), 1)
        self.assertEqual(events(flags="top", threshold=2), 2)
        self.assertGreater(events(flags="top", threshold=None), 2)
        self.assertEqual(events(flags="level", threshold=1), 0)
        with self.assertRaisesRegex(OddlineError, "top takes a whole number"):
            events(flags="top", threshold=0.5)

    def test_mistakes_are_told(self):
        with self.assertRaises(OddlineError):
            Oddline().predict(wave(600))
        with self.assertRaisesRegex(OddlineError, "rows"):
            Oddline().fit(wave(10))
        with self.assertRaises(ValueError):
            Oddline().set_params(weight=1)

    def test_parameters_can_be_cloned(self):
        detector = Oddline(lstm_weight=0.2).set_params(seed=9)
        self.assertEqual(Oddline(**detector.get_params()).get_params(), detector.get_params())


if __name__ == "__main__":
    unittest.main()
