// Rows of sizes and geometries that suit no tile: odd products beside the next friendly one, and convolutions of every kind.
import { alexNet } from './alexnet';
import { convolution, type Geometry } from './convolution';
import { product } from './matmul';
import type { FunctionRow } from './row';

/** At most as many times the time of the next friendly size as this. */
export const cliffGoal = 1.3;

const products = [
  product([511, 511, 511], { friendly: product([512, 512, 512]) }),
  product([513, 513, 513], { friendly: product([520, 520, 520]) }),
  product([1000, 37, 3001], { friendly: product([1000, 40, 3008]) }),
];

const geometries: Record<string, Geometry & { title: string }> = {
  'channels-1': { title: '1 → 32 channels', batch: 8, from: 1, to: 32, size: 56, kernel: 3, padding: 1 },
  'channels-3': { title: '3 → 7 channels', batch: 8, from: 3, to: 7, size: 56, kernel: 3, padding: 1 },
  'channels-7': { title: '7 → 65 channels', batch: 8, from: 7, to: 65, size: 28, kernel: 3, padding: 1 },
  'channels-65': { title: '65 → 65 channels', batch: 4, from: 65, to: 65, size: 14, kernel: 3, padding: 1 },
  'to-1': { title: '32 → 1 channels', batch: 8, from: 32, to: 1, size: 56, kernel: 3, padding: 1 },
  'stride-2': { title: 'stride 2', batch: 8, from: 32, to: 32, size: 29, kernel: 3, padding: 1, stride: 2 },
  'dilation-2': { title: 'dilation 2', batch: 8, from: 16, to: 32, size: 28, kernel: 3, padding: 2, dilation: 2 },
  'groups-4': { title: '4 groups', batch: 8, from: 64, to: 64, size: 28, kernel: 3, padding: 1, groups: 4 },
  depthwise: { title: 'depthwise', batch: 8, from: 32, to: 32, size: 56, kernel: 3, padding: 1, groups: 32 },
  '1x1': { title: '1×1', batch: 8, from: 64, to: 64, size: 28, kernel: 1 },
  '5x5': { title: '5×5', batch: 8, from: 16, to: 16, size: 28, kernel: 5, padding: 2 },
  '7x7': { title: '7×7, stride 2', batch: 4, from: 3, to: 32, size: 57, kernel: 7, padding: 3, stride: 2 },
  '11x11': { title: '11×11', batch: 2, from: 8, to: 16, size: 28, kernel: 11, padding: 5 },
};

const kinds = ['forward', 'gradients'] as const;

/** Where a library leaves a case out, and why. */
function missing(kind: FunctionRow['kind'], { dilation = 1, from, to, groups = 1 }: Geometry): FunctionRow['missing'] {
  if (groups > 1 && !(groups === from && groups === to)) return { tfjs: 'it has no grouped convolution' };
  if (dilation > 1 && kind === 'gradients') return { tfjs: 'its gradients know no dilation' };
  return {};
}

const named = kinds.flatMap((kind) =>
  Object.entries(geometries).map(([name, { title, ...geometry }]) => {
    const { batch, from, to, size, kernel, groups = 1 } = geometry;
    return convolution(kind, geometry, {
      name: `conv-${name}${kind === 'forward' ? '' : '-gradients'}`,
      title: `conv ${title}, ${kind}: x[${batch},${from},${size},${size}] w[${to},${from / groups},${kernel},${kernel}]`,
      goal: 1,
      missing: missing(kind, geometry),
    });
  }),
);

export const oddRows: readonly FunctionRow[] = [
  ...products,
  ...named,
  ...kinds.flatMap((kind) => alexNet.map((layer) => layer(kind))),
];
