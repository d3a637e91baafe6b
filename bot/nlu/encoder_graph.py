"""The layers of the sentence encoder as an ONNX graph, with its weights as they are: in four bits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, helper

from bot.nlu.encoder_weights import BLOCK, Weights, nibbles

ROWS, VECTORS = "rows", "vectors"
# The operators that ONNX Runtime adds to those of the standard.
_RUNTIME = "com.microsoft"
# Numbers are rounded to eight bits, each block of a row by itself, before they meet weights in four.
_EIGHT_BITS = 4
_OPSET, _FORMAT = 18, 9


def encoder_graph(weights: Weights) -> bytes:
    """Return a model from `rows` (texts, pieces, hidden) to `vectors` (texts, hidden) of length 1.

    All texts have the same number of pieces: nothing is left out of attention or the mean.
    """
    made = _Graph(weights)
    seen = made.add("LayerNormalization", [ROWS, *made.norm("emb.ln")], axis=-1, epsilon=weights.epsilon)
    for layer in range(weights.layers):
        seen = made.layer(seen, f"l{layer}")
    mean = made.add("ReduceMean", [seen, made.constant("axes", np.array([1]))], keepdims=0)
    made.add("LpNormalization", [mean], VECTORS, axis=-1, p=2)
    return bytes(made.model.SerializeToString())


class _Graph:
    """A model while it is put together; a node is called by what comes out of it."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        shapes: dict[str, list[str | int]] = {
            ROWS: ["texts", "pieces", weights.hidden],
            VECTORS: ["texts", weights.hidden],
        }
        rows, vectors = (
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()
        )
        empty = helper.make_graph([], "encoder", [rows], [vectors])
        operators = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, 1)]
        # Filled in place: putting parts together copies the weights each time.
        self.model = helper.make_model(empty, opset_imports=operators, ir_version=_FORMAT)

    def add(
        self, operator: str, inputs: list[str], output: str = "", domain: str = "", **options: Any
    ) -> str:
        nodes = self.model.graph.node
        output = output or f"{operator}-{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **options))
        return output

    def constant(self, name: str, values: npt.NDArray[Any]) -> str:
        kind = helper.np_dtype_to_tensor_dtype(values.dtype)
        self.model.graph.initializer.add(
            name=name, data_type=kind, dims=values.shape, raw_data=values.tobytes()
        )
        return name

    def norm(self, name: str) -> list[str]:
        """Return weight and bias of a normalization."""
        return [self.constant(part, self.weights.tensors[part]) for part in (f"{name}.w", f"{name}.b")]

    def product(self, seen: str, name: str) -> str:
        """Multiply by a matrix of blocks (outputs by blocks)."""
        blocks = self.weights.tensors[f"{name}.w"]
        outputs = len(self.weights.tensors[f"{name}.b"])
        blocks = blocks.reshape(outputs, -1)
        numbers = nibbles(blocks)
        pairs = numbers[..., ::2] | numbers[..., 1::2] << 4
        return self.add(
            "MatMulNBits",
            [
                seen,
                self.constant(f"{name}.pairs", pairs),
                self.constant(f"{name}.scales", blocks["scale"].astype(np.float32).ravel()),
            ],
            domain=_RUNTIME,
            K=blocks.shape[1] * BLOCK,
            N=outputs,
            bits=4,
            block_size=BLOCK,
            accuracy_level=_EIGHT_BITS,
        )

    def layer(self, seen: str, name: str) -> str:
        """Attention and two products, each added to what went in, and normalized."""
        tensors = self.weights.tensors
        biases = np.concatenate([tensors[f"{name}.{part}.b"] for part in "qkv"])
        attention = self.add(
            "MultiHeadAttention",
            [
                *(self.product(seen, f"{name}.{part}") for part in "qkv"),
                self.constant(f"{name}.qkv.b", biases),
            ],
            domain=_RUNTIME,
            num_heads=self.weights.heads,
            scale=1 / math.sqrt(self.weights.hidden // self.weights.heads),
        )
        seen = self._added(seen, self.product(attention, f"{name}.ao"), f"{name}.aln", f"{name}.ao.b")
        inner = self.add(
            "BiasGelu",
            [self.product(seen, f"{name}.fi"), self.constant(f"{name}.fi.b", tensors[f"{name}.fi.b"])],
            domain=_RUNTIME,
        )
        return self._added(seen, self.product(inner, f"{name}.fo"), f"{name}.oln", f"{name}.fo.b")

    def _added(self, before: str, after: str, norm: str, bias: str) -> str:
        return self.add(
            "SkipLayerNormalization",
            [after, before, *self.norm(norm), self.constant(bias, self.weights.tensors[bias])],
            domain=_RUNTIME,
            epsilon=self.weights.epsilon,
        )
