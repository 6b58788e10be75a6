// Products with a weight as Linear layers, and gathers from a weight as Embedding.
import { nn } from '../../../../torch';
import { type Known, Slot, Weight } from '../known';
import { isGenerated } from '../names';
import { fill, type Layer, pathOf, type Rule } from './layer';

/** A Linear layer of a weight [outFeatures, inFeatures]. */
function linearLayer(weight: Weight, bias: Weight | null): Layer {
  const module = new nn.Linear(1, 1, { bias: bias !== null });
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  Object.assign(module, { inFeatures, outFeatures });
  fill(module, { weight, bias });
  return { module, path: pathOf(weight, bias) };
}

/**
 * A matrix that may be the weight of a Linear. Weights with other names belong to modules with several matrices, such
 * as attention.
 */
function matrixOf(known: Known | null | undefined): Weight | null {
  if (!(known instanceof Weight) || known.shape.length !== 2 || known.shape.includes(0)) return null;
  return isGenerated(known.name) || /(^|\.)weight$/.test(known.name) || known.isConstant ? known : null;
}

const Gemm: Rule = (node) => {
  const { call } = node;
  const matrix = matrixOf(node.known[1]);
  const bias = node.weight(2, 1);
  const plain = call.int('transA', 0) === 0 && call.float('alpha', 1) === 1 && call.float('beta', 1) === 1;
  if (!matrix || !plain || !node.isFed(0) || (node.has(2) && !bias)) return null;
  const weight = call.int('transB', 0) === 1 ? matrix : matrix.transposed;
  if (bias && bias.shape[0] !== weight.shape[0]) return null;
  return { ...linearLayer(weight, bias), rank: 2 };
};

const MatMul: Rule = (node) => {
  const matrix = matrixOf(node.known[1]);
  const rank = node.rank(0);
  if (!matrix || !node.isFed(0)) return null;
  const weight = matrix.transposed;
  const next = node.next?.node.opType === 'Add' && node.next.node.domain === '' ? node.next : null;
  const added = next?.known.find((value) => !(value instanceof Slot)) ?? null;
  const bias = added instanceof Weight && added.shape.length === 1 && added.shape[0] === weight.shape[0] ? added : null;
  const isOwn = bias && (isGenerated(bias.name) || /(^|\.)bias$/.test(bias.name));
  if (!bias || !isOwn || next?.known.length !== 2) return { ...linearLayer(weight, null), rank };
  return { ...linearLayer(weight, bias), rank, takes: [next.node] };
};

const Gather: Rule = (node) => {
  const table = node.weight(0, 2);
  if (!table || table.shape.includes(0) || node.call.int('axis', 0) !== 0 || !node.isFed(1)) return null;
  const module = new nn.Embedding(1, 1);
  const [numEmbeddings, embeddingDim] = table.shape as [number, number];
  Object.assign(module, { numEmbeddings, embeddingDim });
  fill(module, { weight: table });
  const rank = node.rank(1);
  return { module, path: pathOf(table), inputs: [1], rank: rank === null ? null : rank + 1 };
};

export const linearRules: Readonly<Record<string, Rule>> = { Gemm, MatMul, Gather };
