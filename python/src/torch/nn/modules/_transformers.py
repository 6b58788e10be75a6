"""What the forwards of transformers are made of, for calls in which code of Python within them may wait."""

from __future__ import annotations

from typing import Any

from ._walk import forward_of


def _fed(layer: Any, x: Any, last: Any) -> Any:
    return last(layer.linear2(layer.dropout(layer.activation(layer.linear1(x)))))


@forward_of("TransformerEncoderLayer")
def _encoder_layer(
    layer: Any, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False
) -> Any:
    def attended(x: Any) -> Any:
        masks = {"attn_mask": src_mask, "key_padding_mask": src_key_padding_mask, "is_causal": is_causal}
        return layer.dropout1(layer.self_attn(x, x, x, need_weights=False, **masks)[0])

    if layer.norm_first:
        x = src + attended(layer.norm1(src))
        return x + _fed(layer, layer.norm2(x), layer.dropout2)
    x = layer.norm1(src + attended(src))
    return layer.norm2(x + _fed(layer, x, layer.dropout2))


@forward_of("TransformerDecoderLayer")
def _decoder_layer(
    layer: Any,
    tgt: Any,
    memory: Any,
    tgt_mask: Any = None,
    memory_mask: Any = None,
    tgt_key_padding_mask: Any = None,
    memory_key_padding_mask: Any = None,
    tgt_is_causal: bool = False,
    memory_is_causal: bool = False,
) -> Any:
    def attended(x: Any) -> Any:
        masks = {"attn_mask": tgt_mask, "key_padding_mask": tgt_key_padding_mask, "is_causal": tgt_is_causal}
        return layer.dropout1(layer.self_attn(x, x, x, need_weights=False, **masks)[0])

    def remembered(x: Any) -> Any:
        masks = {"attn_mask": memory_mask, "key_padding_mask": memory_key_padding_mask, "is_causal": memory_is_causal}
        return layer.dropout2(layer.multihead_attn(x, memory, memory, need_weights=False, **masks)[0])

    if layer.norm_first:
        x = tgt + attended(layer.norm1(tgt))
        x = x + remembered(layer.norm2(x))
        return x + _fed(layer, layer.norm3(x), layer.dropout3)
    x = layer.norm1(tgt + attended(tgt))
    x = layer.norm2(x + remembered(x))
    return layer.norm3(x + _fed(layer, x, layer.dropout3))


@forward_of("TransformerEncoder")
def _encoder(
    stack: Any, src: Any, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool | None = False
) -> Any:
    for layer in stack.layers:
        src = layer(src, src_mask=mask, is_causal=bool(is_causal), src_key_padding_mask=src_key_padding_mask)
    return _normed(stack, src)


@forward_of("TransformerDecoder")
def _decoder(stack: Any, tgt: Any, memory: Any, *args: Any, **named: Any) -> Any:
    for layer in stack.layers:
        tgt = layer(tgt, memory, *args, **named)
    return _normed(stack, tgt)


def _normed(stack: Any, x: Any) -> Any:
    norm = stack._modules.get("norm")
    return x if norm is None else norm(x)


@forward_of("Transformer")
def _transformer(
    net: Any,
    src: Any,
    tgt: Any,
    src_mask: Any = None,
    tgt_mask: Any = None,
    memory_mask: Any = None,
    src_key_padding_mask: Any = None,
    tgt_key_padding_mask: Any = None,
    memory_key_padding_mask: Any = None,
    src_is_causal: bool | None = None,
    tgt_is_causal: bool | None = None,
    memory_is_causal: bool = False,
) -> Any:
    if src.size(-1) != net.d_model or tgt.size(-1) != net.d_model:
        raise RuntimeError("the feature number of src and tgt must be equal to d_model")
    memory = net.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(src_is_causal))
    return net.decoder(
        tgt,
        memory,
        tgt_mask=tgt_mask,
        memory_mask=memory_mask,
        tgt_key_padding_mask=tgt_key_padding_mask,
        memory_key_padding_mask=memory_key_padding_mask,
        tgt_is_causal=bool(tgt_is_causal),
        memory_is_causal=memory_is_causal,
    )
