// The valid ranges of detectors' numeric options, by the names that all detectors share.
import { kinds } from '../../../torch/inside';

/** Upper limit of counts of boxes or anchors, and of pictures' sides. */
const MOST = 2 ** 24;

const count = kinds.whole(0, MOST);
const overlap = kinds.between(0);

/** Means and standard deviations, one per channel. */
const perChannel = kinds.nonEmpty(kinds.finite);
const weights: kinds.Kind = {
  ...kinds.listOf(kinds.finite, 4),
  words: 'four numbers, the weights of dx, dy, dw and dh',
};

const thresholds = {
  scoreThresh: kinds.number,
  nmsThresh: overlap,
  fgIouThresh: overlap,
  bgIouThresh: overlap,
  batchSizePerImage: count,
  positiveFraction: kinds.share,
  detectionsPerImg: count,
};

const prefixed = <P extends string, K extends Readonly<Record<string, kinds.Kind>>>(prefix: P, of: K) =>
  Object.fromEntries(
    Object.entries(of).map(([name, kind]) => [`${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`, kind]),
  ) as { readonly [N in keyof K & string as `${P}${Capitalize<N>}`]: kinds.Kind };

/** Options of detectors and of their parts. */
export const detectorKinds = {
  ...thresholds,
  ...prefixed('rpn', thresholds),
  ...prefixed('box', thresholds),
  rpnPreNmsTopNTrain: count,
  rpnPreNmsTopNTest: count,
  rpnPostNmsTopNTrain: count,
  rpnPostNmsTopNTest: count,
  numClasses: kinds.features,
  inChannels: kinds.features,
  representationSize: kinds.features,
  hiddenSize: kinds.features,
  embeddingSize: kinds.features,
  vocabSize: kinds.features,
  numFilters: kinds.features,
  minSize: kinds.either(kinds.positive, kinds.nonEmpty(kinds.positive)),
  maxSize: kinds.positive,
  sizeDivisible: kinds.whole(1, MOST),
  fixedSize: kinds.orNull(kinds.listOf(kinds.whole(1, MOST), 2)),
  size: kinds.listOf(kinds.whole(1, MOST), 2),
  imageMean: kinds.orNull(perChannel),
  imageStd: kinds.orNull({
    ...kinds.nonEmpty(kinds.positive),
    words: 'a list of numbers greater than 0, which pictures are divided by',
  }),
  bboxRegWeights: kinds.orNull(weights),
  iouThresh: overlap,
  bgIouThreshLow: overlap,
  finalNmsThresh: overlap,
  topkCandidates: count,
  numProposals: count,
  maxLength: kinds.whole(1, 4096),
  boxWeight: kinds.finite,
  dropout: kinds.share,
  spatialScale: kinds.finite,
  outputSize: kinds.whole(1, 4096),
};
