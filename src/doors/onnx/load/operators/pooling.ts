// Pooling: means, maxima and norms over windows, and over whole images.
import { arange, nn, type Tensor, tensor, zeros } from '../../../../torch';
import { numelOf as numel } from '../../../../torch/inside';
import { bounded } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { countsOf, givenPadding, reach, type Windows, windowsOf } from './windows';

type Pool = (x: Tensor, kernelSize: readonly number[], options: object) => Tensor;

const means = [nn.functional.avgPool1d, nn.functional.avgPool2d, nn.functional.avgPool3d] as unknown as readonly Pool[];
const maxima = [
  nn.functional.maxPool1d,
  nn.functional.maxPool2d,
  nn.functional.maxPool3d,
] as unknown as readonly Pool[];

/** A tensor, the sliding windows, and the number of windows along each dimension. */
type Pooling = ReturnType<typeof poolingOf>;

function poolingOf(call: Call) {
  const x = call.tensor(0);
  const sizes = x.shape.slice(2);
  const windows = windowsOf(call, sizes, call.ints('kernel_shape') ?? call.fail("expected attribute 'kernel_shape'"));
  const counts = countsOf(sizes, windows, call.int('ceil_mode', 0) === 1);
  if (counts.some((count) => count < 1))
    call.fail(`expected images larger than the window, but got shape [${x.shape.join(', ')}]`);
  return { call, x, sizes, windows, counts };
}

/** x padded to exactly what the windows reach. */
function surrounded({ call, x, sizes, windows, counts }: Pooling, value: number): Tensor {
  const amounts = sizes.map((size, d) => {
    const [before] = windows.padding[d]!;
    const end = (counts[d]! - 1) * windows.stride[d]! + reach(windows.kernel[d]!, windows.dilation[d]!);
    return [before, end - size - before];
  });
  if (amounts.flat().every((amount) => amount === 0)) return x;
  bounded(call, [...x.shape.slice(0, 2), ...sizes.map((size, d) => size + amounts[d]![0]! + amounts[d]![1]!)]);
  return nn.functional.pad(x, amounts.reverse().flat(), 'constant', value);
}

/** Sums over windows. For dilated windows, adds the elements of each tap. */
function sums(pooling: Pooling): Tensor {
  const { windows, counts } = pooling;
  const { kernel, stride, dilation } = windows;
  const x = surrounded(pooling, 0);
  if (dilation.every((step) => step === 1)) return means[kernel.length - 1]!(x, kernel, { stride }).mul(numel(kernel));
  return kernel.reduce((y, size, d) => {
    const taps = Array.from({ length: size }, (_, tap) => {
      const start = tap * dilation[d]!;
      const length = (counts[d]! - 1) * stride[d]! + 1;
      const part = y.narrow(2 + d, start, length);
      return stride[d] === 1 ? part : part.at(...new Array<string>(2 + d).fill(':'), `::${stride[d]}`);
    });
    return taps.reduce((a, b) => a.add(b));
  }, x);
}

/**
 * How many elements each window covers along a dimension: of the image alone, or with `padded` of the image and its
 * padding.
 */
function covered({ sizes, windows, counts }: Pooling, d: number, padded: boolean): Tensor {
  const [before, after] = windows.padding[d]!;
  const [least, most] = padded ? [-before, sizes[d]! + after] : [0, sizes[d]!];
  const numbers = Array.from({ length: counts[d]! }, (_, i) => {
    const start = i * windows.stride[d]! - before;
    const tapAt = (place: number) => Math.ceil((place - start) / windows.dilation[d]!);
    return Math.min(windows.kernel[d]!, tapAt(most)) - Math.max(0, tapAt(least));
  });
  return tensor(Float32Array.from(numbers)).reshape(sizes.map((_, k) => (k === d ? -1 : 1)));
}

const isEven = ({ padding, kernel }: Windows): boolean =>
  padding.every(([before, after], d) => before === after && before <= kernel[d]! / 2);

const AveragePool: Operator = (call) => {
  const pooling = poolingOf(call);
  const { x, sizes, windows } = pooling;
  const padded = call.int('count_include_pad', 0) === 1;
  const ceilMode = call.int('ceil_mode', 0) === 1;
  const { kernel, stride, dilation, padding } = windows;
  if (isEven(windows) && dilation.every((step) => step === 1)) {
    const before = padding.map(([amount]) => amount);
    return means[kernel.length - 1]!(x, kernel, { stride, padding: before, ceilMode, countIncludePad: padded });
  }
  const counts = sizes.map((_, d) => covered(pooling, d, padded)).reduce((a, b) => a.mul(b));
  return sums(pooling).div(counts).to(x.dtype);
};

/** (Σ |x|^p)^(1/p) over each window. */
const LpPool: Operator = (call) => {
  const p = call.int('p', 2);
  const pooling = poolingOf(call);
  return root(sums({ ...pooling, x: power(pooling.x, p) }), p);
};

const power = (x: Tensor, p: number): Tensor => (p === 2 ? x.square() : p === 1 ? x.abs() : x.abs().pow(p));
const root = (x: Tensor, p: number): Tensor => (p === 2 ? x.sqrt() : p === 1 ? x : x.pow(1 / p));

const MaxPool: Operator = (call) => {
  const pooling = poolingOf(call);
  const { x, windows } = pooling;
  const { kernel, stride, dilation, padding } = windows;
  const pool = maxima[kernel.length - 1]!;
  const floats = x.isFloatingPoint();
  if (!call.wants(1)) {
    if (isEven(windows) && floats) {
      const ceilMode = call.int('ceil_mode', 0) === 1;
      return pool(x, kernel, { stride, dilation, ceilMode, padding: padding.map(([before]) => before) });
    }
    return pool(surrounded({ ...pooling, x: x.float() }, -Infinity), kernel, { stride, dilation }).to(x.dtype);
  }
  const options = { stride, dilation, returnIndices: true };
  const around = surrounded({ ...pooling, x: x.float() }, -Infinity);
  const [values, places] = pool(around, kernel, options) as unknown as [Tensor, Tensor];
  return [values.to(x.dtype), placesOf(call, pooling, around.shape.slice(2), places)];
};

/** Indices into the padded image as indices into the whole input. */
function placesOf(call: Call, { x, sizes, windows }: Pooling, padded: readonly number[], places: Tensor): Tensor {
  const columns = call.int('storage_order', 0) === 1;
  let rest = places;
  let flat: Tensor | null = null;
  for (let d = sizes.length - 1; d >= 0; d--) {
    const own = rest.remainder(padded[d]!).sub(windows.padding[d]![0]);
    const stride = numel(columns ? sizes.slice(0, d) : sizes.slice(d + 1));
    flat = flat === null ? own.mul(stride) : flat.add(own.mul(stride));
    rest = rest.div(padded[d]!, { roundingMode: 'floor' });
  }
  const images = arange(x.shape[0]! * x.shape[1]!).mul(numel(sizes));
  return flat!.add(images.reshape([x.shape[0]!, x.shape[1]!, ...sizes.map(() => 1)])).to('int64');
}

/** Scatters numbers to the indices that MaxPool returned; zeros elsewhere. */
const MaxUnpool: Operator = (call) => {
  const [x, places] = [call.tensor(0), call.tensor(1)];
  const sizes = x.shape.slice(2);
  const kernel = call.ints('kernel_shape') ?? call.fail("expected attribute 'kernel_shape'");
  const stride = call.ints(
    'strides',
    sizes.map(() => 1),
  );
  const pads = givenPadding(call, sizes.length);
  const natural = sizes.map((size, d) => (size - 1) * stride[d]! + kernel[d]! - pads[d]![0] - pads[d]![1]);
  const own = [...x.shape.slice(0, 2), ...natural];
  const wanted = bounded(call, call.optionalNumbers(2) ?? own);
  // The indices count in the natural output size. A larger output is padded from it.
  const flat = zeros([numel(own)], { dtype: x.dtype }).scatter(0, places.flatten(), x.flatten());
  const amounts = wanted.slice(2).map((size, d) => [0, size - natural[d]!]);
  return nn.functional.pad(flat.reshape(own), amounts.reverse().flat());
};

const allSpatial = (x: Tensor): number[] => x.shape.map((_, d) => d).slice(2);

export const pooling: Operators = {
  AveragePool,
  MaxPool,
  LpPool,
  MaxUnpool,
  GlobalAveragePool: (call) => call.tensor(0).mean(allSpatial(call.tensor(0)), true),
  GlobalMaxPool: (call) => call.tensor(0).amax(allSpatial(call.tensor(0)), true),
  GlobalLpPool: (call) => {
    const [x, p] = [call.tensor(0), call.int('p', 2)];
    return root(power(x, p).sum(allSpatial(x), true), p);
  },
};
