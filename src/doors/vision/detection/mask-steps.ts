// The mask branch of Mask R-CNN's heads: its loss in training, and the masks of detections.
import type { nn, Tensor } from '../../../torch';
import type { MultiScaleRoIAlign } from '../ops/multi-scale-roi-align';
import { tensorOf } from './host';
import type { ImageSize } from './image-list';
import { entropySum } from './losses';
import type { FeatureMaps } from './maps';
import { type HostMasks, ofClasses, projectOnHost } from './masks';
import { boxesIn, padded, roomFor, roomsIn } from './targets';

/** The modules of the branch. */
export interface MaskParts {
  readonly pool: MultiScaleRoIAlign;
  readonly head: nn.UnaryModule;
  readonly predictor: nn.UnaryModule;
}

/** Boxes of a picture with their classes. */
interface Regions {
  readonly boxes: Float32Array;
  readonly labels: Int32Array;
}

/** A picture's positive proposals, and its ground-truth masks. */
export interface MaskSample extends Regions {
  /** The index of each proposal's ground-truth object. */
  readonly matches: Int32Array;
  readonly masks: HostMasks;
}

/** The inputs of the branch. */
interface Seen {
  readonly features: FeatureMaps;
  readonly imageShapes: readonly ImageSize[];
}

/**
 * The logits [K, M, M] of the mask of each region's class. Each picture's regions are padded to its number of rows in
 * `rooms`.
 */
function logitsOf(
  { pool, head, predictor }: MaskParts,
  regions: readonly Regions[],
  rooms: readonly number[],
  { features, imageShapes }: Seen,
): Tensor {
  const boxes = boxesIn(
    rooms,
    regions.map((each) => each.boxes),
  );
  const shapes = imageShapes.map(([h, w]) => [h, w]);
  const maps = predictor(head(pool(features, boxes, shapes)));
  const labels = padded(maps.shape[0]!, 'int64');
  let row = 0;
  for (const [i, each] of regions.entries()) {
    labels.data.set(each.labels, row);
    row += rooms[i]!;
  }
  return ofClasses(maps, labels.tensor());
}

/**
 * Binary cross entropy of the masks of positive proposals, averaged over all their pixels. A picture has at most `most`
 * positive proposals.
 */
export function maskLoss(parts: MaskParts, samples: readonly MaskSample[], most: number, seen: Seen): Tensor {
  const counts = samples.map(({ labels }) => labels.length);
  const rooms = roomsIn(parts.head, counts, roomFor(Math.max(...counts), most));
  const drawn = counts.reduce((sum, count) => sum + count, 0);
  // With batch norm in the head there is no padding, so a step without positive proposals has nothing to compute.
  if (rooms.every((room) => room === 0)) return Object.values(seen.features)[0]!.sum().mul(0);
  const logits = logitsOf(parts, samples, rooms, seen);
  const [count, side] = logits.shape as readonly [number, number];
  const wanted = new Float32Array(count * side * side);
  const weights = padded(count, 'float32');
  let row = 0;
  for (const [i, sample] of samples.entries()) {
    projectOnHost(sample.masks, sample, side, { out: wanted, at: row * side * side });
    weights.data.fill(1, row, row + counts[i]!);
    row += rooms[i]!;
  }
  const truths = tensorOf(wanted, [count, side, side], 'float32');
  return entropySum(logits, truths, weights.tensor().reshape([count, 1, 1])).div(Math.max(drawn, 1) * side * side);
}

/**
 * Probabilities [K, M, M] of the masks of detections, at most `most` in a picture, and the padded number of each
 * picture.
 */
export function maskAnswers(
  parts: MaskParts,
  found: readonly Regions[],
  most: number,
  seen: Seen,
): { readonly answers: Tensor; readonly room: number } {
  const room = roomFor(Math.max(...found.map(({ labels }) => labels.length)), most);
  const logits = logitsOf(
    parts,
    found,
    found.map(() => room),
    seen,
  );
  return { answers: logits.detach().sigmoid(), room };
}
