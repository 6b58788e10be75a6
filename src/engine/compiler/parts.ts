// Computes an operation on large values in parts: its kernel then binds parts of the values, which are small, instead of
// all their ranges. Loads late, with ranges.ts, for kernels that would need more bindings than a device has.
//
// A part is a number of items: the rows of a norm, the pictures of a convolution, the products of a batch. Where each item
// has a result of its own, the parts' results are put together; where a sum goes over all items, the parts' sums are added
// up, which may round differently.
import { bytesPerElement, type Meta, numel } from '../core/meta';
import type { KernelOp, Lowering, Pass, Program, ProgramNode } from './ir';

/** Storage bindings start at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
export const ALIGNMENT = 256;

/** How many leading dimensions number the items of an operand; 0 if each part needs all of it. */
type Lead = number;

interface Cut {
  readonly inputs: readonly Lead[];
  /**
   * `sum`: the parts are added up. `chain`: a part's result is input 0 of the next part. `mean` (of output 0, by output
   * 3): the parts' means are weighted.
   */
  readonly outputs: readonly (Lead | 'sum' | 'chain' | 'mean')[];
  /** The attributes of a part, in which one dimension numbers the items. */
  readonly attrs?: unknown;
}

interface Site {
  readonly attrs: unknown;
  readonly inputs: readonly Meta[];
  readonly outputs: readonly Meta[];
}

const firsts = (count: number, all: readonly Meta[]): Lead[] => all.map((_, i) => (i < count ? 1 : 0));
const sums = (all: readonly Meta[]) => all.map(() => 'sum' as const);

/** Each picture of a batch is computed by itself, with the same weights. */
const byPicture = ({ inputs, outputs }: Site): Cut => ({ inputs: firsts(1, inputs), outputs: firsts(1, outputs) });

/** The first `count` inputs and all results have the same rows. */
const byRow =
  (count: number) =>
  ({ inputs, outputs }: Site): Cut => ({ inputs: firsts(count, inputs), outputs: firsts(outputs.length, outputs) });

const summed = ({ inputs, outputs }: Site): Cut => ({ inputs: firsts(2, inputs), outputs: sums(outputs) });

function product({ attrs, inputs }: Site): Cut | null {
  const [a, b] = inputs as [Meta, Meta];
  const { transposeA, transposeB } = attrs as { readonly transposeA: boolean; readonly transposeB: boolean };
  const lead = a.shape.length - 2;
  if (lead > 0) {
    const isOne = `${a.shape.slice(0, -2)}` === `${b.shape.slice(0, -2)}`;
    return isOne ? { inputs: inputs.map((_, i) => (i < 2 ? lead : 0)), outputs: [lead] } : null;
  }
  if (b.shape.length !== 2) return null;
  if (!transposeA) return { inputs: firsts(1, inputs), outputs: [1] };
  return transposeB || inputs.length > 2 ? null : { inputs: [1, 1], outputs: ['sum'] };
}

/** The first `wide` inputs have the shape of x; those after them up to `count`, and the moments, a number for each row. */
const norm =
  (wide: number, count: number, isSum = false) =>
  ({ attrs, inputs, outputs }: Site): Cut => {
    const { lead } = attrs as { readonly lead: number };
    return {
      inputs: inputs.map((_, i) => (i < wide ? lead : i < count ? 1 : 0)),
      outputs: isSum ? sums(outputs) : outputs.map((_, i) => (i === 0 ? lead : 1)),
      attrs: { ...(attrs as object), lead: 1 },
    };
  };

/** Lines along a dimension are computed by themselves; along the first, as `first` says. */
const alongDim =
  (first: Cut | null) =>
  ({ attrs, inputs, outputs }: Site): Cut | null => {
    const { dim } = attrs as { readonly dim: number };
    if (dim === 0) return first;
    const all = [...inputs, ...outputs];
    const lead = (of: Meta) => `${of.shape.slice(0, dim)}`;
    if (all.some((of) => lead(of) !== lead(all[0]!))) return null;
    return {
      inputs: inputs.map(() => dim),
      outputs: outputs.map(() => dim),
      attrs: { ...(attrs as object), dim: 1 },
    };
  };

function crossEntropy({ attrs, inputs, outputs }: Site): Cut {
  const { reduction } = attrs as { readonly reduction: 'none' | 'sum' | 'mean' };
  const rows = firsts(2, inputs);
  return reduction === 'none'
    ? { inputs: rows, outputs: firsts(outputs.length, outputs) }
    : { inputs: rows, outputs: [reduction, 1, 1, 'sum'] };
}

/** The gradient of the loss has one number or, as the last input, one for each row. */
const crossEntropyGrad = ({ inputs }: Site): Cut => ({
  inputs: inputs.map(({ shape }, i) => (i < 4 || shape.length > 0 ? 1 : 0)),
  outputs: [1],
});

/**
 * Batches of attention, if they lie one after another, and if dropout does not number all weights. After the first
 * `count` inputs comes the mask, if any.
 */
const attention =
  (count: number) =>
  ({ attrs, inputs, outputs }: Site): Cut | null => {
    type Orders = readonly (readonly number[] | null)[];
    const { drops, orders } = attrs as { readonly drops: boolean; readonly orders: Orders };
    const { shape } = inputs[0]!;
    const isApart =
      shape.length > 2 &&
      inputs.slice(0, count).every((of) => of.shape[0] === shape[0]) &&
      orders.every((order) => !order || order[0] === 0);
    const isMasked = (of: Meta) => of.shape.length === shape.length && of.shape[0] === shape[0];
    if (drops || !isApart) return null;
    return {
      inputs: inputs.map((of, i) => (i < count || isMasked(of) ? 1 : 0)),
      outputs: firsts(outputs.length, outputs),
    };
  };

const scattered = alongDim({ inputs: [0, 1, 1], outputs: ['chain'] });

/** By operation. */
const cuts: Readonly<Record<string, (site: Site) => Cut | null>> = {
  matmul: product,
  linearWeightGrad: summed,
  conv2d: byPicture,
  convTranspose2d: byPicture,
  conv2dWeightGrad: summed,
  nativeLayerNorm: norm(1, 1),
  nativeRmsNorm: norm(1, 1),
  nativeLayerNormGrad: norm(2, 4),
  nativeLayerNormAffineGrad: norm(2, 4, true),
  nllLoss: byRow(2),
  nllLossGrad: byRow(2),
  crossEntropy,
  crossEntropyGrad,
  softmax: alongDim(null),
  logSoftmax: alongDim(null),
  attention: attention(3),
  attentionGrad: attention(6),
  argsort: alongDim(null),
  sort: alongDim({ inputs: [0, 1], outputs: [1] }),
  gather: alongDim({ inputs: [0, 1], outputs: [1] }),
  scatterSum: alongDim({ inputs: [1, 1], outputs: ['sum'] }),
  scatterAdd: scattered,
  scatter: scattered,
};

const opOf = (name: string, lowering: Lowering): KernelOp => ({ name, lower: () => lowering });
const formula = (expr: string): KernelOp => opOf('parts', { kind: 'pointwise', body: { expr } });
const plus = formula('a0 + a1');
/** A part whose rows are all left out has no mean. */
const weighted = formula('select(a0 * a1, 0.0, a1 == 0.0)');
const over = formula('a0 / a1');

const itemsOf = (of: Meta, lead: Lead): number => numel(of.shape.slice(0, lead));
const itemBytes = (of: Meta, lead: Lead): number => numel(of.shape.slice(lead)) * bytesPerElement(of.dtype);

/** The operands that are cut, with how many of their dimensions number the items. */
const operandsOf = (all: readonly Meta[], leads: readonly unknown[]): (readonly [Meta, Lead])[] =>
  all.flatMap((of, i) => {
    const lead = leads[i];
    return typeof lead === 'number' && lead > 0 ? [[of, lead] as const] : [];
  });

/** The operation that joins its inputs with a pass for each. */
const joinedApart = (op: KernelOp): KernelOp => ({
  ...op,
  lower(context) {
    const lowering = op.lower(context);
    return lowering.kind === 'passes' ? { ...lowering, passes: lowering.passes.flatMap(joinApart) } : lowering;
  },
});

/** The passes that write an input of a pass each: see shaders/cat.wgsl. */
function joinApart(pass: Pass): Pass[] {
  const { count, cols, pitch, offset, ...ends } = pass.params as Readonly<Record<string, number>>;
  const bounds = [...Object.values(ends), cols!];
  return bounds.flatMap((end, k): Pass[] => {
    const start = bounds[k - 1] ?? 0;
    const own = end - start;
    if (own === 0) return [];
    const params = { count: (count! / cols!) * own, cols: own, pitch: pitch!, offset: offset! + start };
    const wide = Object.fromEntries(Object.keys(ends).map((name) => [name, own]));
    return [{ ...pass, reads: pass.reads.map(() => pass.reads[k]!), params: { ...params, ...wide } }];
  });
}

/** The program with those operations computed in parts that have a value of more than `most` bytes and can be cut. */
export function inParts(program: Program, most: number): Program {
  const values = [...program.values];
  const nodes: ProgramNode[] = [];
  const madeOf = (op: KernelOp, inputs: readonly number[], meta: Meta, to = values.push(meta) - 1): number => {
    nodes.push({ op, attrs: undefined, inputs, outputs: [to], scalarBase: 0, scalarCount: 0 });
    return to;
  };
  for (const node of program.nodes) {
    const site = {
      attrs: node.attrs,
      inputs: node.inputs.map((v) => values[v]!),
      outputs: node.outputs.map((v) => values[v]!),
    };
    const isLarge = [...site.inputs, ...site.outputs].some((of) => itemBytes(of, 0) > most);
    if (isLarge && node.op.name === 'cat') {
      nodes.push({ ...node, op: joinedApart(node.op) });
      continue;
    }
    const cut = isLarge && !node.op.inPlace?.(node.attrs).length && cuts[node.op.name]?.(site);
    const sizes = cut && sizesOf(site, cut, most);
    if (sizes) cutNode(node, { site, cut, ...sizes });
    else nodes.push(node);
  }
  return { ...program, values, nodes };

  function cutNode(node: ProgramNode, { site, cut, items, each }: Parts): void {
    const { inputs, outputs } = cut;
    /** The results of the parts, for each output, and their sums so far. */
    const made = node.outputs.map((): number[] => []);
    const totals: number[] = [];
    for (let first = 0; first < items; first += each) {
      const length = Math.min(each, items - first);
      const part = (of: Meta, lead: Lead): Meta => ({ ...of, shape: [length, ...of.shape.slice(lead)] });
      const parts = node.inputs.map((v, i) => {
        const [of, lead] = [site.inputs[i]!, inputs[i]!];
        if (lead > 0) {
          const byteOffset = first * itemBytes(of, lead);
          return madeOf(opOf('part', { kind: 'alias', byteOffset }), [v], part(of, lead));
        }
        return i === 0 && outputs[0] === 'chain' ? (made[0]!.at(-1) ?? v) : v;
      });
      const results = node.outputs.map((to, i) => {
        const [of, lead] = [site.outputs[i]!, outputs[i]!];
        if (lead === 'chain' && first + length === items) return to;
        return values.push(typeof lead === 'number' ? part(of, lead) : of) - 1;
      });
      nodes.push({ ...node, attrs: cut.attrs ?? node.attrs, inputs: parts, outputs: results });
      results.forEach((v, i) => {
        made[i]!.push(v);
        if (outputs[i] !== 'sum') return;
        // Each is added at once, so that few are in memory.
        const to = first + length === items ? node.outputs[i] : undefined;
        totals[i] = first === 0 ? v : madeOf(plus, [totals[i]!, v], site.outputs[i]!, to);
      });
    }
    node.outputs.forEach((to, i) => {
      const [of, lead, parts] = [site.outputs[i]!, outputs[i]!, made[i]!];
      if (lead === 'mean') {
        const products = parts.map((v, p) => madeOf(weighted, [v, made[3]![p]!], of));
        const product = products.reduce((sum, v) => madeOf(plus, [sum, v], of));
        madeOf(over, [product, totals[3]!], of, to);
      } else if (typeof lead === 'number') {
        const offsets = parts.map((_, p) => p * each * itemBytes(of, lead));
        madeOf(opOf('pack', { kind: 'pack', offsets }), parts, of, to);
      }
    });
  }
}

interface Sizes {
  readonly items: number;
  /** The items of a part. */
  readonly each: number;
}

interface Parts extends Sizes {
  readonly site: Site;
  readonly cut: Cut;
}

/** How many items a part has, so that a binding holds its values; null if a part would have all. */
function sizesOf(site: Site, { inputs, outputs }: Cut, most: number): Sizes | null {
  const [read, written] = [operandsOf(site.inputs, inputs), operandsOf(site.outputs, outputs)];
  const all = [...read, ...written];
  const items = itemsOf(...all[0]!);
  // Parts begin where a binding can; those that are read and small are copied where they do not.
  const bound = [...read.filter(([of]) => itemBytes(of, 0) > most), ...written];
  const step = Math.max(1, ...bound.map(([of, lead]) => ALIGNMENT / divisor(ALIGNMENT, itemBytes(of, lead))));
  const longest = Math.max(...all.map(([of, lead]) => itemBytes(of, lead)));
  const each = Math.max(1, Math.floor(most / longest / step)) * step;
  return each < items ? { items, each } : null;
}

/** The greatest common divisor. */
const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
