// Owns what the options are that networks have in common, for the checks of their constructors.
import { isPlainObject, kinds } from '../../../torch/inside';

/** What torchvision lets be replaced and this library does not: null alone. */
export type Fixed = null;

const fixed: kinds.Kind = kinds.oneOf(null);
const maybe = kinds.orNull(kinds.flag);

/** Options by the names that they have in all networks. */
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
