// What every device knows of the convolutions by segments of rows. The kernels and the choice of their tiles load when a
// convolution is first lowered for a GPU that takes them.
import { kernels } from '../../compiler/texts';
import type { AdapterProfile } from '../../gpu/device';
import type { ConvGeometry } from './geometry';
import type { SegmentTile } from './segment-tiles';
import type { SegmentGradTile } from './weight-grad-segment-tiles';

/** @throws MissingParts if the code has not been loaded yet */
export const bySegments = kernels('convSegments', () => import('./by-segments'));

/**
 * Whether kernels of segments suit the adapter: GPUs whose lanes have some hundred registers. Intel's compiler spills
 * most of a segment's sums to memory (Mesa's for Tiger Lake 499, of a kernel of 16 sums 91).
 */
export const takesSegments = ({ kind, vendor }: AdapterProfile): boolean => kind === 'gpu' && vendor !== 'intel';

export const isSegmentTile = (tile: object): tile is SegmentTile => 'segmentLanes' in tile;

export const isSegmentGradTile = (tile: object): tile is SegmentGradTile => 'lineLanes' in tile;

/** Whether the kernel covers the image, so that a GPU computes a product of matrices. */
export const coversImage = (g: ConvGeometry, { kind }: AdapterProfile): boolean =>
  kind === 'gpu' &&
  g.groups === 1 &&
  g.batch > 0 &&
  [0, 1].every(
    (d) =>
      g.outSize[d] === 1 &&
      g.size[d] === g.kernel[d] &&
      g.padding[2 * d] === 0 &&
      (g.dilation[d] === 1 || g.kernel[d] === 1),
  );
