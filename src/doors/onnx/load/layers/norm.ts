// Normalisation as layers.
import { nn } from '../../../../torch';
import type { Weight } from '../known';
import { isGenerated } from '../names';
import { fill, fillBuffer, type LayerNode, pathOf, type Rule, rounded } from './layer';

const batchNorms = [nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d] as const;
const instanceNorms = [nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d] as const;

const isVector = (weight: Weight | null, length: number): weight is Weight =>
  weight?.shape.length === 1 && weight.shape[0] === length;

/** The scale and bias of inputs 1 and 2, if both are vectors of the same length. */
function affineOf(node: LayerNode): { weight: Weight; bias: Weight; length: number } | null {
  const weight = node.weight(1, 1);
  const length = weight?.shape[0] ?? 0;
  const bias = node.weight(2, 1);
  return node.isFed(0) && weight && length > 0 && isVector(bias, length) ? { weight, bias, length } : null;
}

const BatchNormalization: Rule = (node) => {
  const { call } = node;
  const found = affineOf(node);
  const rank = node.rank(0) ?? 0;
  const BatchNorm = batchNorms[rank - 2];
  const [mean, variance] = [node.weight(3, 1), node.weight(4, 1)];
  if (!found || !BatchNorm || !isVector(mean, found.length) || !isVector(variance, found.length)) return null;
  if (call.int('spatial', 1) !== 1 || [1, 2, 3, 4].some((i) => node.gives(i))) return null;
  const module = new BatchNorm({
    numFeatures: 1,
    eps: rounded(call.float('epsilon', 1e-5)),
    momentum: share(call.float('momentum', 0.9)),
    // Unnamed statistics stand in for those of a layer that tracks none: the file normalises by the batch in both
    // modes.
    trackRunningStats: call.int('training_mode', 0) === 0 || !isGenerated(mean.name),
  });
  module.numFeatures = found.length;
  fill(module, { weight: found.weight, bias: found.bias });
  if (module.trackRunningStats) {
    fillBuffer(module, 'runningMean', mean);
    fillBuffer(module, 'runningVar', variance);
  }
  return { module, path: pathOf(found.weight, found.bias), rank };
};

/** ONNX's momentum is the weight of the old statistics, in float32; PyTorch's that of the new. */
const share = (momentum: number): number => rounded(1 - rounded(momentum));

const InstanceNormalization: Rule = (node) => {
  const found = affineOf(node);
  const rank = node.rank(0) ?? 0;
  const InstanceNorm = instanceNorms[rank - 3];
  if (!found || !InstanceNorm) return null;
  const module = new InstanceNorm({ numFeatures: 1, eps: rounded(node.call.float('epsilon', 1e-5)), affine: true });
  module.numFeatures = found.length;
  fill(module, { weight: found.weight, bias: found.bias });
  return { module, path: pathOf(found.weight, found.bias), rank };
};

const LayerNormalization: Rule = (node) => {
  const { call } = node;
  const weight = node.weight(1);
  const bias = node.weight(2);
  const axis = call.int('axis', -1);
  const rank = node.rank(0);
  const only = !node.gives(1) && !node.gives(2) && node.isFed(0) && call.int('stash_type', 1) === 1;
  if (!weight || !only || weight.shape.length === 0 || (node.has(2) && bias?.shape.join() !== weight.shape.join()))
    return null;
  const dims = axis < 0 ? -axis : rank === null ? 0 : rank - axis;
  if (dims !== weight.shape.length) return null;
  const module = new nn.LayerNorm({
    normalizedShape: 1,
    eps: rounded(call.float('epsilon', 1e-5)),
    bias: bias !== null,
  });
  module.normalizedShape = [...weight.shape];
  fill(module, { weight, bias });
  return { module, path: pathOf(weight, bias), rank };
};

const GroupNormalization: Rule = (node) => {
  const { call } = node;
  const found = affineOf(node);
  const groups = call.int('num_groups', 0);
  // Before version 21 there is one weight and bias per group, not per channel.
  if (!found || call.opset < 21 || groups < 1 || found.length % groups !== 0) return null;
  const module = new nn.GroupNorm({ numGroups: 1, numChannels: 1, eps: rounded(call.float('epsilon', 1e-5)) });
  Object.assign(module, { numGroups: groups, numChannels: found.length });
  fill(module, { weight: found.weight, bias: found.bias });
  return { module, path: pathOf(found.weight, found.bias), rank: node.rank(0) };
};

export const normRules: Readonly<Record<string, Rule>> = {
  BatchNormalization,
  InstanceNormalization,
  LayerNormalization,
  GroupNormalization,
};
