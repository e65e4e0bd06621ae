#!/usr/bin/env python3
"""Opens the models that `oddline train` wrote with the package safetensors and holds names and shapes to the table in
README.md beside this file. Needs: pip install safetensors numpy

    python3 check_safetensors.py FOLDER
"""
import json
import pathlib
import sys

from safetensors import safe_open


def expected(architecture):
    """Names and shapes of a network's parameters, from its sizes."""
    (network, sizes), = architecture.items()
    sizes = sizes["_0"]
    channels = sizes["channelCount"]
    if network == "lstm":
        hidden, latent = sizes["hiddenSize"], sizes["latentSize"]
        shapes = {"code.weight": [latent, hidden], "code.bias": [latent]}
        for layer, inputs in (("encoder", channels), ("decoder", latent)):
            shapes[f"{layer}.input_weight"] = [4 * hidden, inputs]
            shapes[f"{layer}.hidden_weight"] = [4 * hidden, hidden]
            shapes[f"{layer}.bias"] = [4 * hidden]
        shapes.update({"head.weight": [channels, hidden], "head.bias": [channels]})
        return shapes
    width, wide, narrow = sizes["width"], sizes["feedForwardSize"], sizes["bottleneckSize"]
    patch = sizes["patchLength"] * channels
    maps = {"embedding": (width, patch), "squeeze": (narrow, width), "widen": (width, narrow), "head": (patch, width)}
    shapes = {"mask_token": [width]}
    for index in range(sizes["layerCount"]):
        name = f"encoder.{index}."
        maps[name + "attention.projection"] = (3 * width, width)
        maps[name + "attention.output"] = (width, width)
        maps[name + "expand"] = (wide, width)
        maps[name + "contract"] = (width, wide)
        for norm in ("attention_norm", "feed_forward_norm"):
            shapes[f"{name}{norm}.gain"] = shapes[f"{name}{norm}.bias"] = [width]
    for name, (rows, columns) in maps.items():
        shapes.update({name + ".weight": [rows, columns], name + ".bias": [rows]})
    return shapes


files = sorted(pathlib.Path(sys.argv[1]).glob("*.safetensors"))
assert files, "there is no model in the folder"
for path in files:
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        shapes = {name: list(file.get_tensor(name).shape) for name in file.keys()}
    wanted = expected(json.loads(metadata["plan"])["architecture"])
    extra = {name for name in shapes if name not in wanted}
    assert extra == {"calibration.reference_errors", "novelty.levels"}, extra
    for name, shape in wanted.items():
        assert shapes[name] == shape, (name, shapes.get(name), shape)
    print(f"{path.name}: {len(wanted)} parameters as documented, metadata {', '.join(sorted(metadata))}")
