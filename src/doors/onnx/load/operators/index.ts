// All operators by name, ONNX's and some of onnxruntime's, merged from their families.
import type { Operators } from '../call';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { attentions } from './attention';
import { constants } from './constant';
import { convolutions } from './convolution';
import { counted } from './counted';
import { indexing } from './indexing';
import { logic } from './logic';
import { losses } from './loss';
import { microsoft } from './microsoft';
import { normalization } from './normalization';
import { padding } from './padding';
import { pooling } from './pooling';
import { products } from './product';
import { quantization } from './quantization';
import { randomness } from './random';
import { recurrence } from './recurrent';
import { reductions } from './reduction';
import { resizing } from './resize';
import { samplings } from './sampling';
import { sequences } from './sequence';
import { shapes } from './shape';
import { signals } from './signal';

/** How each supported operator is computed. */
export const operators: Operators = {
  ...activation,
  ...arithmetic,
  ...attentions,
  ...constants,
  ...convolutions,
  ...counted,
  ...indexing,
  ...logic,
  ...losses,
  ...microsoft,
  ...normalization,
  ...padding,
  ...pooling,
  ...products,
  ...quantization,
  ...randomness,
  ...recurrence,
  ...reductions,
  ...resizing,
  ...samplings,
  ...sequences,
  ...shapes,
  ...signals,
};
