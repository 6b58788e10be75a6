// Scaled dot-product attention, and the multi-head attention made of it.

import { engine } from '../../../engine/compiler/engine';
import { flag, orNull, share, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { type DType, isFloat, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { mode } from '../../../engine/graph/mode';
import { expectOfWeight, named } from '../../../engine/graph/record';
import { attention } from '../../../engine/ops/linalg/attention';
import { isOnePass } from '../../../engine/ops/linalg/attention-sizes';
import { attentionWeights } from '../../../engine/ops/reduction/softmax';
import { defaultGenerator } from '../../../engine/storage/random/generator';
import { callable } from '../../tensor/calling/callable';
import { isGradEnabled } from '../../tensor/calling/recording';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { ones, zeros } from '../../tensor/creation/creation';
import { cat } from '../../tensor/joining/cat-stack';
import { Tensor } from '../../tensor/tensor';
import { dropout, isDrawnByKernels } from './dropout';
import { linear } from './linear';

interface AttentionArguments {
  /** Broadcasts to [..., L, S]: bool, true where a key takes part; or numbers that are added to the scores. */
  attnMask?: Tensor | null;
  /** The probability that a weight is dropped, default 0. */
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
 * softmax(scale · Q Kᵀ + mask) V (Vaswani et al. 2017), and 0 where the mask hides every key. Shape: query [..., L, E], key
 * [..., S, E], value [..., S, Ev] → [..., L, Ev].
 */
export const scaledDotProductAttention = callable(
  'scaledDotProductAttention(query, key, value, attnMask?, ...)',
  (
    /** The queries, [..., L, E]. */ query: Tensor,
    key: Tensor,
    value: Tensor,
    ...args: Arguments<AttentionArguments, AttentionOrder>
  ): Tensor => {
    const name = 'scaledDotProductAttention';
    const defaults = { attnMask: null, dropoutP: 0, isCausal: false, scale: null, enableGqa: false };
    const o = parseArgs<AttentionArguments>(name, [], defaults, args);
    if (o.isCausal && o.attnMask) throw new ArgumentError(`${name}: expected attnMask or isCausal, but got both`);
    const dtypes = [query, key, value].map(({ dtype }) => dtype);
    if (!dtypes.every(isFloat)) {
      throw new DTypeError(
        `${name}: expected query, key and value of floats, but got ${dtypes.join(', ')}; convert them with .float()`,
      );
    }
    const scale = o.scale ?? 1 / Math.sqrt(query.shape.at(-1)!);
    const whole = inOnePass(query, key, value, o.attnMask, scale, o.isCausal, o.enableGqa, o.dropoutP);
    if (whole) return whole;
    const mask = o.isCausal ? causalMask(query, key) : o.attnMask;
    const [keys, values] = o.enableGqa ? [key, value].map((x) => shareHeads(name, query, x)) : [key, value];
    const scores = query.mul(scale).matmul(keys!.transpose(-2, -1));
    // A causal mask leaves every query at least one key, so no row of the softmax is all −∞.
    return attend(scores, mask, values!, o.dropoutP, o.attnMask ? safe : plain)[0];
  },
);

/**
 * Attention by one kernel, which keeps no scores, where the device is a GPU and the kernel takes the shapes; otherwise
 * null. A processor takes longer for it than for the products, and Intel's compiler spills its sums to memory (Mesa's
 * for Tiger Lake 1,698).
 */
function inOnePass(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Tensor | null,
  scale: number,
  causal: boolean,
  shared: boolean,
  dropoutP: number,
): Tensor | null {
  if (!hasOnePass()) return null;
  const given = mask ? [query, key, value, mask] : [query, key, value];
  const forward = dropoutP === 0 && !(isGradEnabled() && given.some((x) => x.requiresGrad));
  if (dropoutP > 0 && !isDrawnByKernels()) return null;
  if (!(dropoutP >= 0 && dropoutP < 1) || !isOnePass(query, key, value, mask, { shared, forward })) return null;
  const generator = defaultGenerator();
  // As `dropout` draws it.
  const dropping = dropoutP > 0 ? { key: [generator.random(), generator.random()] as const, p: dropoutP } : undefined;
  const added = mask && additive(mask, 'float32').value;
  return Tensor.of(attention(query.value, key.value, value.value, { mask: added, scale, causal, dropping }));
}

/** Whether the device is one whose kernels compute attention in one pass. */
const hasOnePass = (): boolean => !mode.apart && engine.profile?.kind === 'gpu' && engine.profile.vendor !== 'intel';

/** True where the key does not come after the query. */
const causalMask = (query: Tensor, key: Tensor): Tensor =>
  ones([query.shape.at(-2)!, key.shape.at(-2)!])
    .tril()
    .to('bool');

/** Keys or values whose heads are repeated, so that each query head has one of its own. */
function shareHeads(name: string, query: Tensor, x: Tensor): Tensor {
  const [wanted, heads] = [query.shape.at(-3), x.shape.at(-3)];
  if (wanted === undefined || heads === undefined || wanted % heads !== 0) {
    throw new ShapeError(
      `${name}: expected as many query heads as a multiple of the heads of key and value, but got ${wanted} and ${heads}`,
    );
  }
  return x.repeatInterleave(wanted / heads, -3);
}

/**
 * Attention weights; a row whose keys are all hidden gets 0. It is named softmax, so that autocast treats it as one.
 */
const safe = callable('softmax(input)', (scores: Tensor): Tensor => Tensor.of(attentionWeights(scores.value)));

/** Attention weights; a row whose keys are all hidden is NaN, as in PyTorch if the weights are asked for. */
const plain = (scores: Tensor): Tensor => scores.softmax(-1);

/** softmax(scores + mask) V, and the weights. */
function attend(
  scores: Tensor,
  mask: Tensor | null,
  value: Tensor,
  dropoutP: number,
  softmax: (scores: Tensor) => Tensor,
): [output: Tensor, weights: Tensor] {
  const masked = mask ? scores.add(additive(mask, scores.dtype)) : scores;
  const weights = softmax(masked);
  const kept = dropoutP > 0 ? dropout(weights, { p: dropoutP }) : weights;
  return [kept.matmul(value), kept];
}

/** A bool mask as numbers to add: 0 where true, −∞ elsewhere. */
const additive = (mask: Tensor, dtype: DType): Tensor =>
  mask.dtype === 'bool' ? zeros(mask.shape, { dtype }).maskedFill(mask.logicalNot(), Number.NEGATIVE_INFINITY) : mask;

/** The weights and options of multi-head attention, beside query, key and value. */
export interface MultiHeadArguments {
  /** The number of features that the query must have. */
  embedDimToCheck: number;
  /** The number of heads. */
  numHeads: number;
  /** The projections of query, key and value, stacked by rows, [3 E, E]; null with `useSeparateProjWeight`. */
  inProjWeight: Tensor | null;
  /** Their biases, [3 E]. */
  inProjBias: Tensor | null;
  /** An element [1, 1, E] that is appended to every sequence of keys. */
  biasK: Tensor | null;
  /** The same for values. */
  biasV: Tensor | null;
  /** Append an element of zeros to keys and values. */
  addZeroAttn: boolean;
  /** The probability that an attention weight is dropped in training. */
  dropoutP: number;
  /** [E, E]. */
  outProjWeight: Tensor;
  /** [E]. */
  outProjBias: Tensor | null;
  /** Apply dropout to the attention weights, default true. */
  training?: boolean;
  /** [N, S] or [S]: true where a key is padding; or numbers to add to the scores. */
  keyPaddingMask?: Tensor | null;
  /** Return the weights, too; default true. */
  needWeights?: boolean;
  /** [L, S] or [N · numHeads, L, S]: true where a key is hidden; or numbers to add to the scores. */
  attnMask?: Tensor | null;
  /** Use the three separate projections below rather than `inProjWeight`; default false. */
  useSeparateProjWeight?: boolean;
  /** The projection of the query, [E, E]. */
  qProjWeight?: Tensor | null;
  /** The projection of the keys, [E, features of keys]. */
  kProjWeight?: Tensor | null;
  /** The projection of the values, [E, features of values]. */
  vProjWeight?: Tensor | null;
  /** Keys that are projected already, [N · numHeads, S, E / numHeads]. */
  staticK?: Tensor | null;
  /** The same for values. */
  staticV?: Tensor | null;
  /** Average the weights over the heads, default true. */
  averageAttnWeights?: boolean;
  /** A hint that `attnMask` is causal; the mask must still be given. */
  isCausal?: boolean;
}

const multiHeadRequired = [
  'embedDimToCheck',
  'numHeads',
  'inProjWeight',
  'inProjBias',
  'biasK',
  'biasV',
  'addZeroAttn',
  'dropoutP',
  'outProjWeight',
  'outProjBias',
] as const;

const multiHeadDefaults = {
  training: true,
  keyPaddingMask: null,
  needWeights: true,
  attnMask: null,
  useSeparateProjWeight: false,
  qProjWeight: null,
  kProjWeight: null,
  vProjWeight: null,
  staticK: null,
  staticV: null,
  averageAttnWeights: true,
  isCausal: false,
};

type MultiHeadOrder = [
  ...typeof multiHeadRequired,
  'training',
  'keyPaddingMask',
  'needWeights',
  'attnMask',
  'useSeparateProjWeight',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
  'staticK',
  'staticV',
  'averageAttnWeights',
  'isCausal',
];

/**
 * Multi-head attention with weights given as arguments; `nn.MultiheadAttention` does the same with weights of its own.
 * Shape: query [L, N, E], key and value [S, N, features], or all without N → output like the query, and weights [N, L,
 * S] (null without `needWeights`).
 */
export const multiHeadAttentionForward = callable(
  'multiHeadAttentionForward(query, key, value, ...)',
  (
    /** The queries, [L, N, E]. */
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...args: Arguments<MultiHeadArguments, MultiHeadOrder>
  ): [output: Tensor, weights: Tensor | null] => {
    const name = 'multiHeadAttentionForward';
    const optional = orNull(tensor);
    const o = parseArgs<MultiHeadArguments>(name, multiHeadRequired, multiHeadDefaults, args, {
      embedDimToCheck: whole(1),
      numHeads: whole(1),
      inProjWeight: optional,
      inProjBias: optional,
      biasK: optional,
      biasV: optional,
      addZeroAttn: flag,
      dropoutP: share,
      outProjWeight: tensor,
      outProjBias: optional,
      keyPaddingMask: optional,
      attnMask: optional,
      qProjWeight: optional,
      kProjWeight: optional,
      vProjWeight: optional,
      staticK: optional,
      staticV: optional,
    });
    const width = o.embedDimToCheck;
    const ranks = new Set([query, key, value].map((x) => x.dim()));
    if (ranks.size !== 1 || ![2, 3].includes(query.dim()) || query.shape.at(-1) !== width || width % o.numHeads !== 0) {
      throw new ShapeError(
        `${name}: expected query, key and value of 3 (or 2) dimensions, and a query of ${width} features, which ${o.numHeads} heads share, but got ${[query, key, value].map((x) => showShape(x.shape)).join(', ')}`,
      );
    }
    return multiHead(name, query, key, value, o);
  },
);

/** Multi-head attention of sequences [L, N, E] (with `batchFirst` [N, L, E]) or [L, E], whose shapes `op` has checked. */
export function multiHead(
  op: string,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  o: Required<MultiHeadArguments>,
  batchFirst = false,
): [output: Tensor, weights: Tensor | null] {
  if (o.isCausal && !o.attnMask) {
    throw new ArgumentError(`${op}: expected an attnMask with isCausal; it is a hint about the mask`);
  }
  const weights = o.useSeparateProjWeight ? [o.qProjWeight, o.kProjWeight, o.vProjWeight] : o.inProjWeight?.chunk(3);
  const [wq, wk, wv] = weights ?? [];
  if (!wq || !wk || !wv) {
    const names = o.useSeparateProjWeight ? 'qProjWeight, kProjWeight and vProjWeight' : 'inProjWeight';
    throw new ArgumentError(
      `${op}: expected ${names} with useSeparateProjWeight ${o.useSeparateProjWeight}, but got null`,
    );
  }
  const batched = query.dim() === 3;
  const ofBatch = (x: Tensor) => (batched ? x : x.unsqueeze(1));
  const q = ofBatch(query);
  const [k, v] = [key, value].map((x) => (x === query ? q : ofBatch(x))) as [Tensor, Tensor];
  const [output, shares] = heads([q, k, v], [wq, wk, wv], o, batched && batchFirst);
  if (!batched) return [output.squeeze(1), shares?.squeeze(0) ?? null];
  // PyTorch transposes what it computes with the sequence first.
  return [batchFirst ? Tensor.of(named(output.value, 'TransposeBackward0')) : output, shares];
}

type Three = readonly [query: Tensor, key: Tensor, value: Tensor];

function heads(
  [query, key, value]: Three,
  [wq, wk, wv]: Three,
  o: Required<MultiHeadArguments>,
  batchFirst: boolean,
): [output: Tensor, weights: Tensor | null] {
  const along = batchFirst ? 1 : 0;
  const [length, batch, width] = [query.shape[along]!, query.shape[1 - along]!, query.shape[2]!];
  const ofSequence = (size: number) => (batchFirst ? [batch, size, width] : [size, batch, width]);
  const [bq, bk, bv] = o.inProjBias ? o.inProjBias.chunk(3) : [null, null, null];
  for (const x of [query, key, value]) expectOfWeight('MultiheadAttention', x, wq, true);
  const size = width / o.numHeads;
  const split = (x: Tensor) =>
    x.reshape([...x.shape.slice(0, 2), o.numHeads, size]).permute(batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);
  const isExtended = o.biasK !== null && o.biasV !== null;
  const added = Number(isExtended) + Number(o.addZeroAttn);
  /** Keys or values split into heads, with the appended elements: `extra`, then zeros. */
  const elements = (x: Tensor, weight: Tensor, bias: Tensor | null, extra: Tensor | null, given: Tensor | null) => {
    if (given) {
      const own = given.reshape([batch, o.numHeads, given.shape[1]!, size]);
      return o.addZeroAttn ? own.pad([0, 0, 0, 1]) : own;
    }
    const parts = [linear(x, weight, bias)];
    if (isExtended) parts.push(extra!.expand(ofSequence(1)));
    if (o.addZeroAttn) parts.push(zeros(ofSequence(1)));
    return split(parts.length > 1 ? cat(parts, along) : parts[0]!);
  };
  const isPlain = added === 0 && !o.staticK && !o.staticV && !o.useSeparateProjWeight && !o.needWeights;
  const isOfItself = query === key && key === value;
  /** One product for all three, as PyTorch computes them, where attention reads its parts in place: three would leave a GPU idle longer. */
  const together = (): Tensor[] =>
    linear(query, o.inProjWeight!, o.inProjBias)
      .reshape([...query.shape.slice(0, 2), 3, o.numHeads, size])
      .permute(batchFirst ? [2, 0, 3, 1, 4] : [2, 1, 3, 0, 4])
      .unbind(0);
  const apart = (): Tensor[] => [
    split(linear(query, wq, bq)),
    elements(key, wk, bk, o.biasK, o.staticK),
    elements(value, wv, bv, o.biasV, o.staticV),
  ];
  const [asked, k, v] = (isPlain && isOfItself && hasOnePass() ? together() : apart()) as [Tensor, Tensor, Tensor];
  const scale = 1 / Math.sqrt(size);
  const masks = [
    o.attnMask && headMask(o.attnMask, batch, o.numHeads),
    o.keyPaddingMask && hidden(o.keyPaddingMask).unsqueeze(-2).unsqueeze(-2),
  ].filter((mask): mask is Tensor => mask !== null);
  const mask = masks.length > 0 ? masks.reduce((a, b) => a.add(b)) : null;
  const dropoutP = o.training ? o.dropoutP : 0;
  const whole = mask && (added > 0 ? mask.pad([0, added]) : mask);
  const joined = (attended: Tensor) =>
    linear(
      attended.permute(batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]).reshape(ofSequence(length)),
      o.outProjWeight,
      o.outProjBias,
    );
  const alone = o.needWeights ? null : inOnePass(asked, k, v, whole, scale, false, false, dropoutP);
  if (alone) return [joined(alone), null];
  const scores = asked.mul(scale).matmul(k.transpose(-2, -1));
  const [attended, weights] = attend(scores, whole, v, dropoutP, mask && !o.needWeights ? safe : plain);
  const output = joined(attended);
  if (!o.needWeights) return [output, null];
  return [output, o.averageAttnWeights ? weights.mean(1) : weights.view(weights.shape)];
}

/** A mask that is true at hidden elements, as numbers to add: −∞ where true. */
const hidden = (mask: Tensor): Tensor =>
  mask.dtype === 'bool' ? zeros(mask.shape).maskedFill(mask, Number.NEGATIVE_INFINITY) : mask;

const headMask = (mask: Tensor, batch: number, heads: number): Tensor =>
  mask.dim() === 3 ? hidden(mask).reshape([batch, heads, ...mask.shape.slice(1)]) : hidden(mask);
