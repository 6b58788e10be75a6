// Discrete Fourier transforms along a dimension, of real or complex numbers; complex ones are pairs in a last dimension of 2.
import { kernels } from '../../compiler/texts';
import type { Shape } from '../../core/meta';
import { expectFloat, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import type { FftAttrs } from './ends';

/** The kernels, loaded when a plan first needs them. */
const kernel = kernels('fft', () => import('../../kernels/fft'), 'fft', 'functions');

function shapeOf(x: Shape, { dim, from, to }: FftAttrs): Shape {
  const sizes = (from.real ? x : x.slice(0, -1)).map((size, d) => (d === dim ? to.length : size));
  return to.real ? sizes : [...sizes, 2];
}

const fftOp: Op<FftAttrs> = {
  name: 'fft',
  saves: { inputs: [] },
  infer([x], attrs) {
    expectFloat('fft', 'input', x!);
    return [{ shape: shapeOf(x!.shape, attrs), dtype: 'float32' }];
  },
  lower: (context) => kernel().fft(context),
  // As linear maps of real numbers, reading and writing are each other's adjoints, and so are the two signs.
  vjp: ([dy], { attrs }) => [
    record(fftOp, [dy!], { ...attrs, inverse: !attrs.inverse, from: attrs.to, to: attrs.from }),
  ],
};

/** The transform; see `FftAttrs`. x has `from.length` elements along `dim`, at most n. */
export const fft = (x: Value, attrs: FftAttrs): Value => record(fftOp, [x], attrs);
