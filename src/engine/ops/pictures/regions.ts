// Pools regions of interest of feature maps into bins, by means (RoIAlign, PS-RoIAlign, PS-RoIPool) or maxima (RoIPool).
import faultLib from '../../../../shaders/lib/fault.wgsl?raw';
import { fault, gridFor, input, type Operand, output, type Pass, scalar, scratch } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { ShapeError } from '../../core/errors';
import { BYTES_PER_ELEMENT, numel, type Shape, showShape } from '../../core/meta';
import { faultOp } from '../../gpu/fault-errors';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const exactLib: Text = '#regions/libExact';
const regionLib: Text = '#regions/libRegion';
const alignSource: Text = '#regions/roiAlign';
const alignGradSource: Text = '#regions/roiAlignGrad';
const coverSource: Text = '#regions/roiCover';
const geometrySource: Text = '#regions/roiGeometry';
const poolSource: Text = '#regions/roiPool';

const WORKGROUP = 64;
/** How many numbers a region has in the table of roi-geometry.wgsl. */
const FIELDS = 8;
/** How many channels an invocation processes at once. */
const LANES = 4;
/** The side length of a tile in roi-cover.wgsl. */
const TILE = 8;

type Size = readonly [height: number, width: number];

/**
 * How bins are pooled. `align`: by the mean of bilinear samples. `alignHalf`: the same, with pixel centres at
 * half-integer coordinates. `psAlign`: like `alignHalf`, but position-sensitive: each bin reads its own channels.
 * `psPool`: by the mean of the bin's elements, where each bin reads its own channels.
 */
export type Pooling = 'align' | 'alignHalf' | 'psAlign' | 'psPool';

interface PoolingAttrs {
  readonly kind: Pooling;
  /** The number of bins along height and width. */
  readonly out: Size;
  /** The number of samples in a bin along each axis; 0: as many as the bin has pixels. */
  readonly ratio: number;
  /** The name of the function that users call. */
  readonly asked: string;
}

const geometryKinds: Readonly<Record<Pooling, number>> = { align: 0, alignHalf: 1, psAlign: 1, psPool: 2 };
const spreads: Readonly<Record<Pooling, number>> = { align: 0, alignHalf: 0, psAlign: 1, psPool: 2 };

const isSpread = (kind: Pooling): boolean => spreads[kind] > 0;

interface GeometryOptions {
  readonly asked: string;
  readonly kind: number;
  readonly regions: Operand;
  readonly levels: Operand | null;
  readonly table: Operand;
  readonly count: number;
  readonly pictures: number;
  readonly level: number;
  readonly first: boolean;
  readonly out: Size;
  readonly ratio: number;
  /** The index of the dynamic scalar by which coordinates are multiplied. */
  readonly scale: number;
}

function geometryPass({ asked, kind, regions, levels, table, count, ...rest }: GeometryOptions): Pass {
  const { pictures, level, first, out, ratio, scale } = rest;
  return {
    source: [exactLib, faultLib, regionLib, geometrySource],
    label: 'regions',
    overrides: { KIND: kind, LEVELS: levels ? 1 : 0, FIRST: first ? 1 : 0, FAULT_OP: faultOp(asked) },
    reads: [regions, levels ?? regions],
    writes: [table, fault],
    params: { count, pictures, level, rows: out[0], columns: out[1], ratio, scale: scalar(scale) },
    grid: gridFor(count, WORKGROUP),
  };
}

const outChannelsOf = (kind: Pooling, channels: number, [rows, columns]: Size): number =>
  isSpread(kind) ? channels / (rows * columns) : channels;

interface AlignAttrs extends PoolingAttrs {
  /** Whether regions have levels (input 1), and each pools from the map of its level. */
  readonly levelled: boolean;
  /** The level of each map. */
  readonly levels: readonly number[];
  /** Whether bins of `psPool` reach to the last row and column. */
  readonly edge: boolean;
}

/**
 * Inputs: regions [K, 5], with `levelled` their levels [K], then maps [N, C, H, W], all with the same number of
 * channels. Dynamic scalar i: the scale of map i.
 */
const alignOp: Op<AlignAttrs> = {
  name: 'roiAlign',
  saves: { inputs: [0, 1] },
  infer([regions, ...rest], { kind, out, asked, levelled }) {
    const maps = rest.slice(levelled ? 1 : 0);
    const [, channels] = maps[0]!.shape as readonly [number, number];
    if (isSpread(kind) && channels % (out[0] * out[1]) !== 0) {
      throw new ShapeError(
        `${asked}: expected channels in a multiple of ${out[0] * out[1]}, the number of bins, but got input ${showShape(maps[0]!.shape)}`,
      );
    }
    return [{ shape: [regions!.shape[0]!, outChannelsOf(kind, channels, out), ...out], dtype: 'float32' }];
  },
  lower({ inputs: [regions, ...rest], outputs: [y], attrs }) {
    const { kind, out, ratio, asked, levelled, levels, edge } = attrs;
    const offset = levelled ? 2 : 1;
    const maps = rest.slice(offset - 1);
    const count = regions!.shape[0]!;
    const outChannels = y!.shape[1]!;
    const invocations = count * Math.ceil(outChannels / (isSpread(kind) ? 1 : LANES)) * out[0] * out[1];
    const passes = maps.flatMap((x, i): Pass[] => {
      const [pictures, channels, height, width] = x.shape as readonly [number, number, number, number];
      const level = levels[i]!;
      const first = i === 0;
      const table = scratch(0);
      return [
        geometryPass({
          ...{ asked, kind: geometryKinds[kind], count, pictures, level, first, out, ratio, table, scale: i },
          regions: input(0),
          levels: levelled ? input(1) : null,
        }),
        {
          source: [regionLib, alignSource],
          label: asked,
          overrides: { SPREAD: spreads[kind], EDGE: edge ? 1 : 0, FIRST: first ? 1 : 0 },
          reads: [table, input(i + offset)],
          writes: [output()],
          params: { count: invocations, channels, outChannels, height, width, rows: out[0], columns: out[1], level },
          grid: gridFor(invocations, WORKGROUP),
        },
      ];
    });
    return { kind: 'passes', passes, scratch: [Math.max(count, 1) * FIELDS * BYTES_PER_ELEMENT] };
  },
  vjp([dy], { inputs: [regions, ...rest], attrs, scalars, needs }) {
    const { levelled, levels, kind, out, ratio, asked } = attrs;
    const offset = levelled ? 2 : 1;
    const places = levelled ? [regions!, rest[0]!] : [regions!];
    const grads = rest.slice(offset - 1).map((x, i) => {
      if (!needs[i + offset]) return null;
      const adjoint = { kind, out, ratio, asked, levelled, level: levels[i]!, from: x.shape };
      return record(alignAdjointOp, [dy!, ...places], adjoint, [scalars[i]!]);
    });
    return [...new Array<null>(offset).fill(null), ...grads];
  },
};

/**
 * The adjoint as a function of one map, whose shape (`from`) the result has. Inputs: dy, regions, with `levelled` their
 * levels.
 */
const alignAdjointOp: Op<PoolingAttrs & { readonly levelled: boolean; readonly level: number; readonly from: Shape }> =
  {
    name: 'roiAlignBackward',
    saves: { inputs: [1, 2] },
    infer: (_, { from }) => [{ shape: from, dtype: 'float32' }],
    lower({ inputs: [dy, regions], attrs: { kind, out, ratio, asked, levelled, level, from } }) {
      const [pictures, channels, height, width] = from as readonly [number, number, number, number];
      const count = regions!.shape[0]!;
      const words = Math.max(Math.ceil(count / 32), 1);
      const tiles = [Math.ceil(height / TILE), Math.ceil(width / TILE)] as const;
      const covering = pictures * tiles[0] * tiles[1] * words;
      const invocations = pictures * Math.ceil(channels / (isSpread(kind) ? 1 : LANES)) * height * width;
      const [table, cover] = [scratch(0), scratch(1)];
      const passes: Pass[] = [
        geometryPass({
          ...{ asked, kind: geometryKinds[kind], count, pictures, level, out, ratio, table, scale: 0 },
          first: true,
          regions: input(1),
          levels: levelled ? input(2) : null,
        }),
        {
          source: [regionLib, coverSource],
          label: 'regions of tiles',
          reads: [table],
          writes: [cover],
          params: {
            count: covering,
            regions: count,
            words,
            tileRows: tiles[0],
            tileColumns: tiles[1],
            level,
            rows: out[0],
            columns: out[1],
          },
          grid: gridFor(covering, WORKGROUP),
        },
        {
          source: [regionLib, alignGradSource],
          label: `${asked} gradient`,
          overrides: { SPREAD: spreads[kind] },
          reads: [table, cover, input(0)],
          writes: [output()],
          params: {
            count: invocations,
            channels,
            outChannels: dy!.shape[1]!,
            height,
            width,
            rows: out[0],
            columns: out[1],
            words,
          },
          grid: gridFor(invocations, WORKGROUP),
        },
      ];
      const bytes = [Math.max(count, 1) * FIELDS, covering].map((n) => n * BYTES_PER_ELEMENT);
      return { kind: 'passes', passes, scratch: bytes };
    },
    vjp([g], { inputs: [, regions, levels], attrs: { level, from: _, ...attrs }, scalars }) {
      const places = attrs.levelled ? [regions!, levels!] : [regions!];
      return [
        record(alignOp, [...places, g!], { ...attrs, levels: [level], edge: true }, scalars),
        ...places.map(() => null),
      ];
    },
  };

/** A feature map, and the factor from the regions' coordinates to the map's. */
export interface ScaledMap {
  readonly map: Value;
  readonly scale: number;
}

/**
 * The bins of regions [K, 5] (picture, x1, y1, x2, y2), each pooled from the map of its level. Shape: [K, C, ...out]. A
 * region whose level has no map gives 0.
 */
export function roiAlign(
  regions: Value,
  levels: Value | null,
  maps: readonly ScaledMap[],
  { kind, out, ratio, asked }: PoolingAttrs,
): Value {
  const values = maps.map(({ map }) => map);
  const scales = maps.map(({ scale }) => scale);
  const attrs = { kind, out, ratio, asked, levelled: levels !== null, levels: maps.map((_, i) => i), edge: false };
  return record(alignOp, [regions, ...(levels ? [levels] : []), ...values], attrs, scales);
}

const poolPlacesOp: Op<{ readonly out: Size }> = {
  name: 'roiPoolPlaces',
  infer: ([regions, x], { out }) => [{ shape: [regions!.shape[0]!, x!.shape[1]!, ...out], dtype: 'int64' }],
  lower({ inputs: [regions, x], outputs: [y], attrs: { out } }) {
    const [pictures, channels, height, width] = x!.shape as readonly [number, number, number, number];
    const count = regions!.shape[0]!;
    const table = scratch(0);
    const passes: Pass[] = [
      geometryPass({
        ...{ asked: 'roiPool', kind: 3, count, pictures, level: 0, first: true, out, ratio: 0, table, scale: 0 },
        regions: input(0),
        levels: null,
      }),
      {
        source: [regionLib, poolSource],
        label: 'roiPool',
        reads: [table, input(1)],
        writes: [output()],
        params: { count: numel(y!.shape), channels, height, width, rows: out[0], columns: out[1] },
        grid: gridFor(numel(y!.shape), WORKGROUP),
      },
    ];
    return { kind: 'passes', passes, scratch: [Math.max(count, 1) * FIELDS * BYTES_PER_ELEMENT] };
  },
};

/**
 * The flat indices into a map of the maxima of the bins of regions [K, 5]: int64 [K, C, ...out]. -1 stands for a bin
 * without elements, -2 for a bin with no number above the least float32, such as one of NaN only.
 */
export const roiPoolPlaces = (regions: Value, map: Value, scale: number, out: Size): Value =>
  record(poolPlacesOp, [regions, map], { out }, [scale]);
