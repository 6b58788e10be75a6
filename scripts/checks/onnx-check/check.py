"""Checks an exported file: onnx's checker, and the outputs of onnxruntime beside ours. Called by onnx-check.mjs with the path of a case."""

import json
import sys

import numpy
import onnx
import onnxruntime

# What the elements of each dtype are written as: whole numbers take 32 bits, but for bytes and bools.
WRITTEN = {"float32": "f4", "float16": "f4", "int64": "i4", "int32": "i4", "uint32": "u4", "uint8": "u1", "bool": "u1"}
TAKEN = {"float32": "f4", "float16": "f2", "int64": "i8", "int32": "i4", "uint32": "u4", "uint8": "u1", "bool": "?"}
# Of the largest number of an output.
TOLERANCE = 1e-4


def main(path: str) -> int:
    with open(path + ".json") as file:
        case = json.load(file)
    data = open(path + ".bin", "rb").read()
    at = 0

    def tensors(metas):
        nonlocal at
        for meta in metas:
            count = int(numpy.prod(meta["shape"])) if meta["shape"] else 1
            kind = numpy.dtype("<" + WRITTEN[meta["dtype"]])
            array = numpy.frombuffer(data, kind, count, at).reshape(meta["shape"])
            at += count * kind.itemsize
            yield array.astype(TAKEN[meta["dtype"]])

    inputs = list(tensors(case["inputs"]))
    outputs = list(tensors(case["outputs"]))
    model = onnx.load(path + ".onnx")
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path + ".onnx", options, providers=["CPUExecutionProvider"])
    results = session.run(None, {each.name: array for each, array in zip(session.get_inputs(), inputs)})
    worst = 0.0
    for i, (ours, theirs) in enumerate(zip(outputs, results, strict=True)):
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            print(f"output {i}: {ours.dtype} {ours.shape} here, {theirs.dtype} {theirs.shape} there")
            return 1
        if ours.size == 0:
            continue
        a, b = ours.astype("f8"), theirs.astype("f8")
        same = (a == b) | (numpy.isnan(a) & numpy.isnan(b))
        largest = max(float(numpy.abs(numpy.where(numpy.isfinite(a), a, 0)).max()), 1e-12)
        error = float(numpy.where(same, 0, numpy.abs(a - b)).max()) / largest
        if not error <= TOLERANCE:
            print(f"output {i} differs by {error:.2e} of its largest number")
            return 1
        worst = max(worst, error)
    print(f"{len(model.graph.node):5d} nodes, {len(outputs)} outputs, within {worst:.1e}")
    return 0


sys.exit(main(sys.argv[1]))
