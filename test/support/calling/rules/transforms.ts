// Owns what the calls of vision.transforms may take.
import type { Rules } from '.';

export const transforms: Rules = {
  doors: ['vision.transforms'],
  reasons: [
    { why: 'fills by class of picture, of which there may be none, as in torchvision', calls: / fill$/, takes: ['{}'] },
    {
      why: 'left out, as in torchvision',
      calls:
        / (brightness|contrast|hue|saturation|numClasses|center|scale|shear|translate|p|padding|maxSize|sigma|coefficients)$/,
      takes: ['null'],
    },
    {
      why: 'what has no form for batches gives null',
      calls: /^vision\.transforms\.batched transform$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype', 'promise'],
    },
    { why: 'any factor is a scale', calls: /functional\.affine scale$/, takes: ['1.5', '1e12'] },
  ],
};
