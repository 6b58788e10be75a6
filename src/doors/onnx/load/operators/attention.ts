// Attention, rotary embeddings and gated activations, as in language models.
import { arange, cat, full, stack, type Tensor } from '../../../../torch';
import type { Call, Operator, Operators } from '../call';
import { expectType } from '../element-type';

/** [B, L, heads · size] → [B, heads, L, size]. */
const byHeads = (x: Tensor, heads: number): Tensor =>
  x.reshape([x.shape[0]!, x.shape[1]!, heads, -1]).permute(0, 2, 1, 3);

/** 0 where `allowed`, −∞ elsewhere. */
const biasOf = (allowed: Tensor, dtype: Tensor['dtype']): Tensor => {
  const nothing = full([], -Infinity, { dtype });
  return full([], 0, { dtype }).where(allowed, nothing);
};

interface Cached {
  readonly past: number;
  /** The number of valid keys of each batch element, [B]; null without an external cache. */
  readonly lengths: Tensor | null;
}

/** The mask that is added to the scores before the softmax: 0 and −∞, or as given; null for none. */
function maskOf(call: Call, q: Tensor, keys: number, { past, lengths }: Cached): Tensor | null {
  const rows = q.shape[2]!;
  const parts: Tensor[] = [];
  if (call.has(3)) {
    const given = call.tensor(3);
    const missing = keys - given.shape.at(-1)!;
    const bool = given.dtype === 'bool';
    const mask = missing > 0 ? padded(given, missing, bool ? 0 : -Infinity) : given;
    parts.push(bool ? biasOf(mask, q.dtype) : mask);
  }
  const offset = lengths ? lengths.sub(rows).reshape([-1, 1, 1, 1]) : null;
  const place = arange(rows).reshape([rows, 1]);
  const query = offset ? place.add(offset) : place.add(past);
  const distance = query.sub(arange(keys).reshape([1, keys]));
  if (call.int('is_causal', 0) === 1) parts.push(biasOf(distance.ge(0), q.dtype));
  const [left, right] = [call.int('left_window_size', -1), call.int('right_window_size', -1)];
  if (left >= 0) parts.push(biasOf(distance.le(left), q.dtype));
  if (right >= 0) parts.push(biasOf(distance.ge(-right), q.dtype));
  if (lengths)
    parts.push(
      biasOf(
        arange(keys)
          .reshape([1, 1, 1, keys])
          .lt(lengths.reshape([-1, 1, 1, 1])),
        q.dtype,
      ),
    );
  return parts.length > 0 ? parts.reduce((a, b) => a.add(b)) : null;
}

const padded = (x: Tensor, count: number, value: number): Tensor =>
  cat([x, full([...x.shape.slice(0, -1), count], value, { dtype: x.dtype })], -1);

/** Grouped-query attention: each head of keys and values serves several heads of queries. */
function shared(x: Tensor, heads: number): Tensor {
  const own = x.shape[1]!;
  if (own === heads) return x;
  const [batch, , length, size] = x.shape as readonly [number, number, number, number];
  return x
    .unsqueeze(2)
    .expand([batch, own, heads / own, length, size])
    .reshape([batch, heads, length, size]);
}

/**
 * softmax(scale · Q Kᵀ + mask) V. Further outputs: keys and values including the past ones, and the scores at a chosen
 * stage.
 */
const Attention: Operator = (call) => {
  const flat = call.tensor(0).dim() === 3;
  const [queryHeads, keyHeads] = flat ? [call.int('q_num_heads'), call.int('kv_num_heads')] : [0, 0];
  const part = (i: number, heads: number) => (flat ? byHeads(call.tensor(i), heads) : call.tensor(i));
  const q = part(0, queryHeads);
  const after = (i: number, x: Tensor) => (call.has(i) ? cat([call.tensor(i), x], 2) : x);
  const [k, v] = [after(4, part(1, keyHeads)), after(5, part(2, keyHeads))];
  const past = call.has(4) ? call.tensor(4).shape[2]! : 0;
  const lengths = call.has(6) ? call.tensor(6).to('int64') : null;
  const scale = Math.sqrt(call.float('scale', 0) || 1 / Math.sqrt(q.shape[3]!));
  const softcap = call.float('softcap', 0);
  const mask = maskOf(call, q, k.shape[2]!, { past, lengths });
  const heads = q.shape[1]!;
  const product = q.mul(scale).matmul(shared(k, heads).transpose(2, 3).mul(scale));
  const capped = softcap > 0 ? product.div(softcap).tanh().mul(softcap) : product;
  const biased = mask ? capped.add(mask) : capped;
  const type = call.int('softmax_precision', 0);
  if (type !== 0) expectType(call, type);
  const weights = softmaxOf(biased, mask);
  const y = weights.matmul(shared(v, heads));
  const stages = [product, capped, biased, weights];
  const stage = stages[call.int('qk_matmul_output_mode', 0)] ?? call.fail('expected qk_matmul_output_mode from 0 to 3');
  const joined = flat ? y.permute(0, 2, 1, 3).reshape([y.shape[0]!, y.shape[2]!, -1]) : y;
  return [joined, k, v, stage];
};

/** The attention weights. Rows in which every key is masked become zeros. */
function softmaxOf(x: Tensor, mask: Tensor | null): Tensor {
  if (!mask) return x.softmax(-1);
  const dark = mask.amax(-1, true).eq(-Infinity);
  return x.maskedFill(dark, 0).softmax(-1).maskedFill(dark, 0);
}

/** Rotates pairs of numbers by angles that depend on the position. */
const RotaryEmbedding: Operator = (call) => {
  const given = call.tensor(0);
  const heads = given.dim() === 4;
  const x = heads ? given.permute(0, 2, 1, 3) : given.reshape([...given.shape.slice(0, 2), call.int('num_heads'), -1]);
  const [batch, length, , size] = x.shape as readonly [number, number, number, number];
  const turned = call.int('rotary_embedding_dim', 0) || size;
  const cache = (i: number) => {
    const table = call.tensor(i);
    if (!call.has(3)) return table.unsqueeze(2);
    const places = call.tensor(3).to('int64');
    return table.indexSelect(0, places.reshape([-1])).reshape([batch, length, 1, -1]);
  };
  const [cos, sin] = [cache(1), cache(2)];
  const front = x.narrow(3, 0, turned);
  const half = turned / 2;
  const interleaved = call.int('interleaved', 0) === 1;
  const pairs = front.reshape([...x.shape.slice(0, 3), half, 2]);
  const [a, b] = interleaved
    ? [pairs.select(-1, 0), pairs.select(-1, 1)]
    : [front.narrow(3, 0, half), front.narrow(3, half, half)];
  const [real, imaginary] = [a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))];
  const rotated = interleaved ? stack([real, imaginary], -1).reshape(front.shape) : cat([real, imaginary], 3);
  const y = turned === size ? rotated : cat([rotated, x.narrow(3, turned, size - turned)], 3);
  return heads ? y.permute(0, 2, 1, 3) : y.reshape(given.shape);
};

/** a · sigmoid(alpha · a) · b */
const SwiGLU: Operator = (call) => {
  const a = call.tensor(0);
  return a.mul(a.mul(call.float('alpha', 1)).sigmoid()).mul(call.tensor(1));
};

export const attentions: Operators = { Attention, RotaryEmbedding, SwiGLU };
