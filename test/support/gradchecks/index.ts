// All cases of gradcheck, by family.
import { detection } from './detection';
import { convolutions, pooling, resampling } from './images';
import type { Gradcheck } from './inputs';
import { layers, normalisation } from './layers';
import { losses } from './losses';
import { activations, arithmetic, choices, elementary, functions, inPlace } from './pointwise';
import { products } from './products';
import { reductions, shapes } from './shapes';
import { slices } from './slices';
import { special } from './special';

export { inputsOf } from './inputs';

export const gradchecks: Readonly<Record<string, readonly Gradcheck[]>> = {
  arithmetic,
  functions,
  'elementary functions': elementary,
  'special functions': special,
  activations,
  choices,
  'writes in place': inPlace,
  reductions,
  shapes,
  slices,
  products,
  convolutions,
  pooling,
  resampling,
  normalisation,
  layers,
  losses,
  detection,
};
