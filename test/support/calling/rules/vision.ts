// Owns what the calls of vision may take, but for its transforms and data sets.
import type { Rules } from '.';

export const vision: Rules = {
  doors: ['vision.ops', 'vision.detection', 'vision.models', 'vision.io', 'vision.tvTensors', 'vision.utils', 'vision'],
  reasons: [
    {
      why: 'has a default, and is given so that the weights are few',
      calls:
        /^vision\.detection\.FastRCNNHead (without (outputSize|representationSize)|one missing|representationSize)$/,
      takes: ['', '{}'],
    },
    {
      why: 'numbers of any type, converted as PyTorch promotes them',
      calls: /^vision\.detection\.YOLOv1Loss\(\) (predictions|targets)$/,
      takes: ['dtype'],
    },
    {
      why: 'JavaScript itself calls it, and nobody else would give it anything',
      calls: /^vision\.detection\.CaptionVocabulary\.toString (misspelt|one too many|two too many)$/,
      takes: [''],
    },
    {
      why: 'the scale, as where it is left out',
      calls: /^vision\.detection\.selectiveSearch minSize$/,
      takes: ['null'],
    },
    {
      why: 'may be left out',
      calls: /^vision\.ops\.DeformConv2d\(\) (without mask|one missing|mask)$/,
      takes: ['', '{}'],
    },
    {
      why: 'the palette, the built-in font, the ending of the name: left out, as in torchvision',
      calls: /^vision\.utils\.\w+ (colors|font|labelColors|labelBackgroundColors|format)$/,
      takes: ['null'],
    },
    {
      why: 'a file, or an address, that may have any name',
      calls: /^vision\.io\.(readImage source|writePng filename)$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'one number, of which torchvision makes a mask, too',
      calls: /^vision\.tvTensors\.Mask data$/,
      takes: ['NaN', 'true', '-1', '1.5', '1e12'],
    },
    {
      why: 'all networks',
      calls: /^vision\.models\.listModels (module|include|exclude)$/,
      takes: ['null', '[]', "''"],
    },
    { why: 'a pattern that no name fits', calls: /^vision\.models\.listModels (include|exclude)$/, takes: ["'foo'"] },
    {
      why: 'no weights, or a file of them, which may have any name',
      calls: /^vision\.models\.(squeezenet\w+|getModel) weights$/,
      takes: ['null', "''", "'foo'"],
    },
    {
      why: 'nodes are given for each mode, or for both',
      calls: /^vision\.models\.createFeatureExtractor (train|eval)?[rR]eturnNodes$/,
      takes: ['null'],
    },
    {
      why: 'takes a name and an object of options, which a call by name gives in one',
      calls: /^vision\.models\.getModel (dropout|weights|progress)$/,
      takes: ['promise'],
    },
    {
      why: 'a dictionary of maps stands in the place of names, so that what is in it is told by its kind',
      calls: /^vision\.ops\.FeaturePyramidNetwork\(\) x$/,
      takes: ['promise'],
    },
  ],
};
