#!/usr/bin/env python3
"""Checks the models that `oddline export` wrote: onnx.checker takes them, and ONNX Runtime gives the same reconstruction
as Oddline within 1e-5. Needs: pip install onnx onnxruntime

    python3 check_onnx.py FOLDER
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def tensor(path):
    message = onnx.TensorProto()
    message.ParseFromString(path.read_bytes())
    return message.name, numpy_helper.to_array(message)


worst = 0.0
folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/model.onnx"))
assert folders, "there is no model in the folder"
for folder in folders:
    onnx.checker.check_model(str(folder / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    data = folder / "test_data_set_0"
    inputs = dict(tensor(path) for path in sorted(data.glob("input_*.pb")))
    _, expected = tensor(data / "output_0.pb")
    (answer,) = session.run(["reconstruction"], inputs)
    difference = float(np.abs(answer - expected).max())
    worst = max(worst, difference)
    print(f"{folder.name}: {answer.shape}, largest difference {difference:.1e}")
assert worst < 1e-5, worst
