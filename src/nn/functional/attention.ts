// Owns scaled dot-product attention, and the multi-head attention made of it.

import { ArgumentError, ShapeError } from '../../core/errors';
import type { DType } from '../../core/meta';
import { type Arguments, parseArgs } from '../../core/options';
import { callable } from '../../tensor/callable';
import { ones, zeros } from '../../tensor/creation';
import { cat } from '../../tensor/functions';
import type { Tensor } from '../../tensor/tensor';
import { dropout } from './dropout';
import { linear } from './linear';

interface AttentionArguments {
  /** Broadcasts to [..., L, S]: bool, true where a key takes part; or numbers that are added to the scores. */
  attnMask?: Tensor | null;
  /** The chance of a weight to be dropped, default 0. */
  dropoutP?: number;
  /** Let element i of the query see keys 0 … i only, default false. */
  isCausal?: boolean;
  /** Factor of the scores, default 1/√E. */
  scale?: number | null;
  /** Let several query heads share a head of keys and values, default false. */
  enableGqa?: boolean;
}

type AttentionOrder = ['attnMask', 'dropoutP', 'isCausal', 'scale', 'enableGqa'];

/**
 * softmax(scale · Q Kᵀ + mask) V (Vaswani et al. 2017). Shape: query [..., L, E], key [..., S, E], value [..., S, Ev] →
 * [..., L, Ev].
 */
export const scaledDotProductAttention = callable(
  'scaledDotProductAttention(query, key, value, attnMask?, ...)',
  (query: Tensor, key: Tensor, value: Tensor, ...args: Arguments<AttentionArguments, AttentionOrder>): Tensor => {
    const name = 'scaledDotProductAttention';
    const defaults = { attnMask: null, dropoutP: 0, isCausal: false, scale: null, enableGqa: false };
    const o = parseArgs<AttentionArguments>(name, [], defaults, args);
    if (o.isCausal && o.attnMask) throw new ArgumentError(`${name}: expected attnMask or isCausal, but got both`);
    const [keys, values] = o.enableGqa ? [key, value].map((x) => shareHeads(name, query, x)) : [key, value];
    const scores = query.mul(o.scale ?? 1 / Math.sqrt(query.shape.at(-1)!)).matmul(keys!.transpose(-2, -1));
    const mask = o.isCausal ? causalMask(query.shape.at(-2)!, key.shape.at(-2)!) : o.attnMask;
    return attend(scores, mask, values!, o.dropoutP)[0];
  },
);

/** True where the key's place is not after the query's. */
const causalMask = (queries: number, keys: number): Tensor => ones([queries, keys]).tril().to('bool');

/** Heads of keys or values, each repeated for the query heads that share it. */
function shareHeads(name: string, query: Tensor, x: Tensor): Tensor {
  const [wanted, heads] = [query.shape.at(-3), x.shape.at(-3)];
  if (wanted === undefined || heads === undefined || wanted % heads !== 0) {
    throw new ShapeError(
      `${name}: expected as many query heads as a multiple of the heads of key and value, but got ${wanted} and ${heads}`,
    );
  }
  return x.repeatInterleave(wanted / heads, -3);
}

/** softmax(scores + mask) V, and the weights. */
function attend(
  scores: Tensor,
  mask: Tensor | null,
  value: Tensor,
  dropoutP: number,
): [output: Tensor, weights: Tensor] {
  const masked = mask ? scores.add(additive(mask, scores.dtype)) : scores;
  const weights = masked.softmax(-1);
  const kept = dropoutP > 0 ? dropout(weights, { p: dropoutP }) : weights;
  return [kept.matmul(value), kept];
}

/** A bool mask as numbers to add: 0 where true, −∞ elsewhere. */
const additive = (mask: Tensor, dtype: DType): Tensor =>
  mask.dtype === 'bool' ? zeros(mask.shape, { dtype }).maskedFill(mask.logicalNot(), Number.NEGATIVE_INFINITY) : mask;

/** The weights of multi-head attention, each [rows, features]; `bias` is that of query, key and value together. */
export interface Projections {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly bias: Tensor | null;
  /** An element added to every sequence of keys, and of values. */
  readonly biasKey: Tensor | null;
  readonly biasValue: Tensor | null;
  readonly out: Tensor;
  readonly outBias: Tensor | null;
}

export interface HeadOptions {
  readonly heads: number;
  /** Add an element of zeros to keys and values. */
  readonly zeroAttention: boolean;
  readonly dropoutP: number;
  /** [S] or [N, S]: true (or −∞) where a key is padding. */
  readonly keyPaddingMask: Tensor | null;
  /** [L, S] or [N · heads, L, S]: true (or −∞) where a key is not to be seen. */
  readonly attnMask: Tensor | null;
  readonly averageWeights: boolean;
}

/** Multi-head attention of sequences [L, N, E] → [L, N, E], and the weights [N, L, S], or [N, heads, L, S] not averaged. */
export function multiHead(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  p: Projections,
  o: HeadOptions,
): [output: Tensor, weights: Tensor] {
  const [length, batch, width] = query.shape as readonly [number, number, number];
  const [bq, bk, bv] = p.bias ? p.bias.chunk(3) : [null, null, null];
  const q = linear(query, p.query, bq);
  let k = linear(key, p.key, bk);
  let v = linear(value, p.value, bv);
  let added = 0;
  if (p.biasKey && p.biasValue) {
    k = cat([k, p.biasKey.expand([1, batch, width])]);
    v = cat([v, p.biasValue.expand([1, batch, width])]);
    added++;
  }
  if (o.zeroAttention) {
    const zero = zeros([1, batch, width]);
    [k, v] = [cat([k, zero]), cat([v, zero])];
    added++;
  }
  const size = width / o.heads;
  const split = (x: Tensor) => x.reshape([x.shape[0]!, batch, o.heads, size]).permute([1, 2, 0, 3]);
  const scores = split(q)
    .mul(1 / Math.sqrt(size))
    .matmul(split(k).transpose(-2, -1));
  const masks = [
    o.attnMask && headMask(o.attnMask, batch, o.heads),
    o.keyPaddingMask && hidden(o.keyPaddingMask).unsqueeze(-2).unsqueeze(-2),
  ].filter((mask): mask is Tensor => mask !== null);
  const mask = masks.length > 0 ? masks.reduce((a, b) => a.add(b)) : null;
  const [attended, weights] = attend(scores, mask && (added > 0 ? mask.pad([0, added]) : mask), split(v), o.dropoutP);
  const joined = attended.permute([2, 0, 1, 3]).reshape([length, batch, width]);
  return [linear(joined, p.out, p.outBias), o.averageWeights ? weights.mean(1) : weights.view(weights.shape)];
}

/** A mask of what is not seen as numbers to add: −∞ where true. */
const hidden = (mask: Tensor): Tensor =>
  mask.dtype === 'bool' ? zeros(mask.shape).maskedFill(mask, Number.NEGATIVE_INFINITY) : mask;

const headMask = (mask: Tensor, batch: number, heads: number): Tensor =>
  mask.dim() === 3 ? hidden(mask).reshape([batch, heads, ...mask.shape.slice(1)]) : hidden(mask);
