#!/usr/bin/env python3
"""Scores a CSV file with a model that `oddline export` wrote, in Python alone: the mean squared difference of each row from
its reconstruction. Needs: pip install numpy onnxruntime

    python3 score_with_onnx.py FOLDER/lstm/model.onnx FILE.csv COLUMN
"""
import csv
import json
import sys

import numpy as np
import onnxruntime

model, path, column = sys.argv[1:]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
meta = session.get_modelmeta().custom_metadata_map
window, stride, limit = int(meta["window"]), int(meta["stride"]), float(meta["limit"])
center, spread = json.loads(meta["centers"])[0], json.loads(meta["spreads"])[0]

with open(path, newline="") as file:
    values = np.array([float(row[column]) for row in csv.DictReader(file)])
scaled = (values - center) / spread
if len(scaled) < window:
    sys.exit(f"{path}: has {len(scaled)} rows; the model takes windows of {window}.")
starts = np.arange(0, len(scaled) - window + 1, stride)
if starts[-1] + window < len(scaled):  # a last one that ends with the last row
    starts = np.append(starts, len(scaled) - window)
windows = np.stack([scaled[start:start + window] for start in starts])[..., None]
windows = np.clip(windows - windows.mean(axis=1, keepdims=True), -limit, limit).astype(np.float32)

if "passes" not in meta:
    (answers,) = session.run(None, {"windows": windows})
else:  # each patch is judged in the pass in which it is hidden
    tokens = session.get_inputs()[1].shape[1]
    answers = np.zeros_like(windows)
    for number in range(int(meta["passes"])):
        hidden = np.arange(tokens) // int(meta["span"]) % int(meta["passes"]) == number
        marks = np.repeat(hidden[None].astype(np.float32), len(windows), axis=0)
        (answer,) = session.run(None, {"windows": windows, "hidden": marks})
        rows = np.repeat(hidden, window // tokens)
        answers[:, rows] = answer[:, rows]

errors, counts = np.zeros(len(scaled)), np.zeros(len(scaled))
for start, error in zip(starts, ((answers - windows) ** 2)[..., 0]):
    errors[start:start + window] += error
    counts[start:start + window] += 1
errors /= np.maximum(counts, 1)
for row in np.argsort(errors)[::-1][:10]:
    print(f"row {row}: {values[row]:g}, squared difference {errors[row]:.3f}")
