// The tiles of conv2d-workgroup.wgsl, whose workgroups share what they load, and how its sum is split into chunks.
import type { CorrelationShape } from './chosen-tiles';
import { ceilDiv, partsFor } from './tiles';

/** The tile of a workgroup of conv2d-workgroup.wgsl: the channels and pixels of each of its 16 × 16 invocations. */
export type WorkgroupTile = { readonly outs: number; readonly pixels: number };

/** Invocations along each side of a workgroup of conv2d-workgroup.wgsl, and taps that it holds at a time. */
export const SIDE = 16;

/** So many invocations keep a GPU busy: those of about a hundred workgroups. A chunk has at least so many taps. */
const BUSY = 96 * SIDE ** 2;
const SHORTEST_CHUNK = 128;

/** The taps in a chunk of a workgroup's sum: all of them, unless there are few workgroups. */
export function workgroupChunk(
  { batch, groups, groupIn, groupOut, outSize, kernel }: CorrelationShape,
  tile: WorkgroupTile,
) {
  const pixels = ceilDiv(batch * outSize[0] * outSize[1], SIDE * tile.pixels);
  const lanes = pixels * ceilDiv(groupOut, SIDE * tile.outs) * groups * SIDE ** 2;
  const taps = groupIn * kernel[0] * kernel[1];
  const chunk = ceilDiv(ceilDiv(taps, partsFor(lanes, BUSY, taps / SHORTEST_CHUNK)), SIDE) * SIDE;
  return { taps, chunk, chunks: ceilDiv(taps, chunk) };
}

/** The tiles of workgroups. Both operands of the largest together take 16 kB of workgroup memory. */
export const workgroupTiles: readonly WorkgroupTile[] = [
  { outs: 4, pixels: 4 },
  { outs: 2, pixels: 4 },
  { outs: 1, pixels: 4 },
  { outs: 4, pixels: 2 },
  { outs: 4, pixels: 8 },
];

/** The tile that is expected to be the fastest. */
export const expectedWorkgroupTile = ({ groupOut }: CorrelationShape): WorkgroupTile =>
  workgroupTiles[groupOut > 32 ? 0 : groupOut > 16 ? 1 : 2]!;
