// Owns what the calls of interpret may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const interpret: Rules = {
  ceilings: {
    interpret: { misspelt: 47, many: 101, unnamed: 48, fewer: 3, promise: 11, valid: 8, taken: 150 },
  },
  reasons: [
    { why: 'the model gives one number an example', calls: / target$/, takes: ['null'] },
    { why: 'each element is a feature of its own', calls: / featureMask$/, takes: ['null'] },
    {
      why: 'all at once, as in Captum',
      calls: / (internalBatchSize|perturbationsPerEval|maxExamplesPerBatch)$/,
      takes: ['null'],
    },
    { why: 'nobody is told', calls: / onProgress$/, takes: ['null'] },
    { why: 'several layers, of which there may be none', calls: / (layer|layers)$/, takes: ['[]'] },
    { why: 'the model itself', calls: /^interpret\.(featureMaps|receptiveField|topPatches) layer$/, takes: ["''"] },
    { why: 'counted from the end', calls: / neuronSelector$/, takes: ['-1'] },
    {
      why: 'numbers of any type, converted as PyTorch promotes them',
      calls: / (attributions|output)$/,
      takes: ['dtype'],
    },
    {
      why: 'zeros, and a number for all of them',
      calls: /computeConvergenceDelta startPoint$/,
      takes: ['null', 'NaN'],
    },
    {
      why: 'what is left out is made by default',
      calls:
        /^interpret\.(Lime (interpretableModel|perturbFunc|similarityFunc)|Occlusion\.attribute strides|receptiveField inputSize|umap spread|GradCam\.attribute interpolateMode)$/,
      takes: ['null'],
    },
    { why: 'examples, which come later', calls: /^interpret\.Concept dataIter$/, takes: ['null', '[]', 'dtype'] },
    { why: 'any text is a name', calls: /^interpret\.(Concept name|CAV (layer|modelId))$/, takes: ["''", "'foo'"] },
    { why: 'no concept, or no figure', calls: /^interpret\.CAV (concepts|stats)$/, takes: ['[]', '{}'] },
    { why: 'fitted to nothing', calls: /^interpret\.Lasso\.fit trainData$/, takes: ['[]'] },
  ],
};
