// Owns what the calls of interpret may take.
import type { Rules } from '.';

export const interpret: Rules = {
  doors: ['interpret'],
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
    {
      why: 'the model itself',
      calls: /^interpret\.(deepDream|featureMaps|filters|receptiveField|reconstruct|scoreAscent|topPatches) layer$/,
      takes: ["''"],
    },
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
        /^interpret\.(Lime (interpretableModel|perturbFunc|similarityFunc)|Occlusion\.attribute strides|receptiveField inputSize|umap spread|GradCam\.attribute interpolateMode|NoiseTunnel\.attribute ntSamplesBatchSize|TCAV (classifier|layerAttrMethod)|scoreAscent layer)$/,
      takes: ['null'],
    },
    { why: 'examples, which come later', calls: /^interpret\.Concept dataIter$/, takes: ['null', '[]', 'dtype'] },
    {
      why: 'any text is a name',
      calls: /^interpret\.(Concept name|CAV (layer|modelId)|TCAV modelId)$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'none, or any text',
      calls: /^interpret\.visualization\.\w+ title$/,
      takes: ['null', "''", "'foo'"],
    },
    { why: 'no concept, or no figure', calls: /^interpret\.CAV (concepts|stats)$/, takes: ['[]', '{}'] },
    {
      why: 'has a default, and is walked as if it had none: errors name only the parameters of what is called within',
      calls:
        /^interpret\.(TCAV|TCAV\.interpret|sensitivityMax|LimeBase\.attribute|NoiseTunnel\.attribute) (without (?!model$|layers|inputs|experimentalSets|explanationFunc)\w+|one missing)$/,
      takes: [''],
    },
    {
      why: 'an object in the last place holds names',
      calls:
        /^interpret\.(TCAV layerAttrMethod|sensitivityMax normOrd|NoiseTunnel\.attribute stdevs|(LimeBase\.attribute|TCAV\.interpret) onProgress)$/,
      takes: ['{}'],
    },
    {
      why: 'an option of what is called within, which comes by name: in its place there is another, or one too many',
      calls: /^interpret\.(NoiseTunnel\.attribute|sensitivityMax) (target|abs|additionalForwardArgs)$/,
      takes: ['promise', 'true'],
    },
    {
      why: 'an option of the classifier, of the method for layers or of the functions, which are called later',
      calls: /^interpret\.(TCAV|TCAV\.interpret|LimeBase\.attribute) misspelt$/,
      takes: [''],
    },
    { why: 'whole numbers, such as a network embeds', calls: /^interpret\.TCAV\.interpret inputs$/, takes: ['dtype'] },
    {
      why: 'whatever the network is called with, which it refuses itself when it is called',
      calls: /^interpret\.TCAV\.interpret additionalForwardArgs$/,
      takes: ["''", "'foo'", '{}'],
    },
    { why: 'fitted to nothing', calls: /^interpret\.Lasso\.fit trainData$/, takes: ['[]'] },
  ],
};
