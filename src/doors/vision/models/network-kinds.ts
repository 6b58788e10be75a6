// The valid values of options that networks share.
import { isPlainObject, kinds } from '../../../torch/inside';

/** An option that torchvision has and this library does not support: only null is accepted. */
export type Fixed = null;

const fixed: kinds.Kind = kinds.oneOf(null);
const maybe = kinds.orNull(kinds.flag);

/** Valid values by option name; a name means the same in all networks. */
export const networkKinds = {
  numClasses: kinds.features,
  dropout: kinds.share,
  dropoutAux: kinds.share,
  dropRate: kinds.share,
  attentionDropout: kinds.share,
  stochasticDepthProb: kinds.share,
  normLayer: kinds.orNull(kinds.callback),
  auxLogits: maybe,
  transformInput: maybe,
  initWeights: maybe,
  block: fixed,
  blocks: fixed,
  inceptionBlocks: fixed,
  invertedResidual: fixed,
  convStemConfigs: fixed,
};

/** A list of stages or blocks, each an object. */
export const stagesKind: kinds.Kind = {
  words: 'a list of at least one stage, each an object of its numbers',
  fits: (value) => Array.isArray(value) && value.length > 0 && value.every(isPlainObject),
};
