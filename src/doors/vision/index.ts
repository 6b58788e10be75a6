// The public surface of `vision`: data sets, transforms, and reading and drawing pictures.
export * as datasets from './datasets';
export * as detection from './detection';
export * as models from './models';
export * as ops from './ops';
export * as io from './pictures/image-io';
export { Picture } from './pictures/picture';
export * as transforms from './transforms';
export * as tvTensors from './tv-tensors-door';
export * as utils from './utils';
