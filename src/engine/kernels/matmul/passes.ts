// The passes of a matrix product: chooses the kernel and how specialised it is, and adds a second pass if K is split.
import {
  grid,
  gridFor,
  input,
  type Lowering,
  numbered,
  type Operand,
  output,
  type ParamFields,
  type Pass,
  type Stage,
  scratch,
  spare,
  varied,
} from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { type Probe, probed } from '../../compiler/tuning/tuning';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { BATCH_DIMS } from '../../ops/linalg/matmul-sizes';
import { once } from '../../wgsl/once';
import { hasFewRegisters } from '../lane-registers';
import { sumChunkPairs, sumChunks } from '../reduce/chunks';
import { workOf } from '../work';
import {
  acrossOf,
  type BlockTile,
  chooseTile,
  chunkOf,
  generalTiles,
  invocationsOf,
  isSmall,
  isVectorTile,
  isWorkgroupTile,
  type MatmulShape,
  oftenTile,
  probeShape,
  probeTiles,
  ROW_TILE,
  slicesOf,
  type TileTimes,
  tilesOf,
  type VectorTile,
} from './tiles';

const batches: Text = '#matmul/libBatches';
const lanesAlone: Text = '#matmul/libLanesAlone';
const quad: Text = '#matmul/libLanesQuad';
const registerSource: Text = '#matmul/matmul';
const workgroupSource: Text = '#matmul/matmulWorkgroup';
const vectorSource: Text = '#matmul/matvec';

/** One batch dimension, with the stride of each operand along it, in elements. */
export interface BatchDim {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

/** A run of `cols` columns of b, and the stride to the next run, in elements. */
interface Run {
  readonly cols: number;
  readonly step: number;
}

/** A product with the strides of its operands, in elements. */
export interface Product extends MatmulShape {
  readonly steps: { readonly m: number; readonly ka: number; readonly kb: number; readonly n: number };
  /** The dimensions of the batch, always BATCH_DIMS of them. */
  readonly dims: readonly BatchDim[];
  /** Input 2 is added to every row, or to every column. */
  readonly bias: boolean | 'rows';
  /**
   * The columns are the pixels of images: `cols` per image, `step` elements apart in b; results are contiguous. For a
   * batch of one.
   */
  readonly images?: Run & {
    /** If the pixels of an image are not contiguous: its rows. */
    readonly rows?: Run;
  };
}

/**
 * Lowers a product of inputs 0 and 1 into output 0. With `sums`, output 1 gets the sums of the first operand's rows.
 */
export function matmulPasses(product: Product, adapter: AdapterProfile): Lowering & { readonly kind: 'passes' } {
  const { m, k, n, batch, sums } = product;
  const times = timesOf(product, adapter);
  const tile = chooseTile(product, adapter, times);
  const chunk = chunkOf(product, tile, adapter.kind);
  const chunks = Math.max(1, Math.ceil(k / chunk));
  const pass = {
    ...(isVectorTile(tile)
      ? vectorPass(product, tile, chunk, chunks)
      : anyBlockPass(product, tile, chunk, chunks, adapter, times)),
    ...workOf(batch * m * k * n, adapter),
  };
  if (chunks === 1) return { kind: 'passes', passes: [pass] };
  const count = batch * m * n;
  if (sums) {
    const second = sumChunkPairs([scratch(0), scratch(1)], [output(0), output(1)], [count, m], chunks);
    const bytes = [count, m].map((length) => chunks * length * BYTES_PER_ELEMENT);
    return { kind: 'passes', passes: [pass, second], scratch: bytes };
  }
  const reduce = sumChunks(scratch(), output(), count, chunks, biasOf(product), adapter.kind);
  return { kind: 'passes', passes: [pass, reduce], scratch: [chunks * count * BYTES_PER_ELEMENT] };
}

const biasOf = ({ bias, m, n, images }: Product) =>
  bias && { operand: input(2), cols: bias === 'rows' ? m : n, run: bias === 'rows' ? (images?.cols ?? n) : 1 };

/** The measured times of tiles on this adapter; null for small products, for which measuring is not worth it. */
function timesOf(product: MatmulShape, adapter: AdapterProfile): TileTimes | null {
  const { m, k, n, batch } = product;
  return adapter.tuning && batch * m * k * n >= LARGE[adapter.kind] ? probed(adapter, probeOf(adapter)) : null;
}

/** Tiles are measured for products of at least this many multiplications, which take some milliseconds. */
const LARGE = { software: 2 ** 22, gpu: 2 ** 27 };

function probeOf(adapter: AdapterProfile): Probe {
  const shape = probeShape(adapter);
  const { m, k, n } = shape;
  const none: BatchDim = { size: 1, a: 0, b: 0 };
  const dims = Array.from({ length: BATCH_DIMS }, () => none);
  const product: Product = { ...shape, steps: { m: k, ka: 1, kb: n, n: 1 }, dims, bias: false };
  return {
    kernel: 'matmul',
    shape: [m, k, n],
    candidates: probeTiles(adapter),
    inputs: [m * k, k * n],
    output: m * n,
    pass: (tile) => blockPass(product, tile as BlockTile, k, 1, adapter),
  };
}

const target = (chunks: number, index = 0): Operand => (chunks === 1 ? output(index) : scratch(index));

/** The number of batch dimensions that a kernel must distinguish: 0, 1, or all. */
const separateDims = ({ batch, dims }: Product): number =>
  batch === 1 ? 0 : dims.slice(0, -1).every(({ size }) => size === 1) ? 1 : BATCH_DIMS;

/** The sizes of the batch's dimensions, and the strides of the kernel's first and second operand along them. */
const batchParams = ({ dims }: Product, p: 'a' | 'b', q: 'a' | 'b'): ParamFields => ({
  ...numbered('batch', dims.length, (d) => dims[d]!.size, 1),
  ...numbered('p', dims.length, (d) => dims[d]![p]),
  ...numbered('q', dims.length, (d) => dims[d]![q]),
});

/** The workgroup size. On a CPU it is smaller if there are few invocations, so that every core has some. */
const workgroupFor = (adapter: AdapterProfile, invocations: number): number =>
  adapter.kind === 'gpu' || invocations >= 1024 ? 64 : invocations >= 256 ? 16 : 4;

/**
 * The product with its own tile; the general variant has a tile that other sizes share. Every tile of a kernel sums a
 * chunk in the same order. A small product is not worth a kernel of its own.
 */
function anyBlockPass(
  product: Product,
  tile: BlockTile,
  chunk: number,
  chunks: number,
  adapter: AdapterProfile,
  times: TileTimes | null,
): Pass {
  // A convolution uses one general tile for images of all sizes.
  const columns = product.images ? Number.POSITIVE_INFINITY : product.n;
  const general = generalTiles({ ...product, n: columns }, tile, adapter)
    .map((any) => blockPass(product, any, chunk, chunks, adapter, true))
    .reduceRight((after, before) => varied(before, { general: after }));
  const passBy = (any: BlockTile) => blockPass(product, any, chunk, chunks, adapter);
  const specialised = (): Pass => {
    const often = oftenTile(product, tile, chunk, adapter, times);
    return varied(passBy(tile), { ...(often !== tile && { often: () => passBy(often) }), general });
  };
  const own = isSmall(product, adapter) ? general : specialised();
  if (isWorkgroupTile(tile) || product.sums || product.images || product.m === 1) return own;
  return varied(own, { besides: [blockPass(product, ROW_TILE, chunk, chunks, adapter, true)] });
}

/** The stage of a row: its elements, in all images, share loads. */
const stageOf = ({ m, n, images }: Product): Stage =>
  images ? { where: 'store', run: images.cols, of: m } : { where: 'store', run: n };

/** The lengths of the kernel's arrays, computed from the index of the last element of each. */
function lengthsOf({ m, k, n, batch, steps, dims, images, sums }: Product, chunks: number) {
  const last = (operand: 'a' | 'b') => dims.reduce((sum, dim) => sum + (dim.size - 1) * dim[operand], 0);
  const cols = images?.cols ?? n;
  const first = images ? (Math.ceil(n / cols) - 1) * images.step : 0;
  const inRow = images?.rows?.cols ?? cols;
  const lastRow = images?.rows ? (Math.ceil(cols / inRow) - 1) * images.rows.step : 0;
  return {
    p: last('a') + (m - 1) * steps.m + (k - 1) * steps.ka + 1,
    q: last('b') + first + (k - 1) * steps.kb + lastRow + (inRow - 1) * steps.n + 1,
    y: chunks * batch * m * n,
    ...(sums && { sums: chunks * m }),
  };
}

/** The workgroup size of a general kernel: small, since small products have few invocations. */
const GENERAL_WORKGROUP = 16;

function blockPass(
  product: Product,
  tile: BlockTile,
  chunk: number,
  chunks: number,
  adapter: AdapterProfile,
  general = false,
): Pass {
  const { m, k, n, batch, steps, bias, sums, images } = product;
  const { side, tm, tn } = tile;
  const tiles = tilesOf(product, tile) * chunks;
  const invocations = tiles * invocationsOf(tile);
  const alone = general ? GENERAL_WORKGROUP : workgroupFor(adapter, invocations);
  const workgroup = isWorkgroupTile(tile) ? invocationsOf(tile) : alone;
  const shared = {
    BATCH: general ? BATCH_DIMS : separateDims(product),
    BIAS: chunks > 1 || !bias ? 0 : bias === 'rows' ? 2 : 1,
    SUMS: sums ? 1 : 0,
  };
  const fours = isWorkgroupTile(tile) && !general ? foursOf(product, tile) : ([0, 0] as const);
  const consts = isWorkgroupTile(tile)
    ? { ...shared, ...workgroupConsts(product, tile, fours, { general, few: hasFewRegisters(adapter) }) }
    : {
        ...shared,
        ...registerConsts(tile, general),
        IMAGES: images && (general || images.rows || images.cols < n) ? 1 : 0,
        ROWS: images?.rows ? 1 : 0,
        SPLIT: general || chunks > 1 ? 1 : 0,
        TAIL: general || k % 4 !== 0 ? 1 : 0,
        WORKGROUP: workgroup,
      };
  const source = isWorkgroupTile(tile)
    ? [batches, workgroupSource]
    : [side === 2 ? quad : lanesAlone, batches, registerSource];
  return {
    source,
    ...(fours.some(Boolean) && { edit: (text: string) => once(inFours(text, fours)) }),
    label: 'matmul',
    ...(!isWorkgroupTile(tile) && { stage: stageOf(product) }),
    ...(adapter.kind === 'software' && !general && { variants: { layerLengths: lengthsOf(product, chunks) } }),
    consts,
    reads: [input(0), input(1), input(bias ? 2 : 1)],
    // The number of bindings is fixed, so without sums a spare buffer takes their place.
    writes: [target(chunks), sums ? target(chunks, 1) : spare],
    params: {
      tiles,
      mTiles: Math.ceil(m / (side * tm)),
      nTiles: Math.ceil(n / (acrossOf(tile) * tn)),
      batch,
      rows: m,
      cols: n,
      inner: k,
      chunk,
      ...(isWorkgroupTile(tile) && { steps: tile.depth }),
      pRow: steps.m,
      pInner: steps.ka,
      qInner: steps.kb,
      qCol: steps.n,
      ...batchParams(product, 'a', 'b'),
      ...(!isWorkgroupTile(tile) && imageParams(product)),
    },
    grid: isWorkgroupTile(tile) ? grid(tiles) : gridFor(invocations, workgroup),
  };
}

const imageParams = ({ n, images }: Product): ParamFields => ({
  imageCols: images?.cols ?? n,
  qImage: images?.step ?? 0,
  rowCols: images?.rows?.cols ?? 1,
  qRow: images?.rows?.step ?? 0,
});

/** The constants of the register kernel. A general kernel unrolls less, so that it compiles sooner. */
const registerConsts = ({ side, tm, tn }: BlockTile, general: boolean) => ({
  SIDE: side,
  TM: tm,
  TN: tn,
  OWN_M: tm / side,
  OWN_N: tn / side,
  FAR_M: tm - tm / side,
  FAR_N: tn - tn / side,
  STORES: general ? 0 : tn,
  NEXT_M: general ? 0 : tm - 1,
  ACC: tm * tn,
  INDEXED: general ? tm * tn : 1,
});

/** The invocations of a slice. */
const lanesOf = (tile: BlockTile): number => invocationsOf(tile) / slicesOf(tile);

/** How the kernel for workgroups loads an operand: its P_FOUR or Q_FOUR. */
type Fours = 0 | 1 | 2;

/**
 * How both operands can be loaded: in fours where whatever separates four neighbours from other fours is a multiple of
 * four, and where the invocations can share a panel's blocks evenly.
 */
function foursOf({ m, k, n, steps, dims }: Product, tile: BlockTile): readonly [Fours, Fours] {
  const blocks = (rows: number) => (rows * tile.depth) / 16;
  const four = (count: number, rows: number, along: number, inner: number, step: (dim: BatchDim) => number): Fours => {
    if (!dims.every((dim) => dim.size === 1 || step(dim) % 4 === 0)) return 0;
    if (inner === 1 && k % 4 === 0 && (count === 1 || along % 4 === 0))
      return blocks(rows) % lanesOf(tile) === 0 ? 2 : 0;
    return along === 1 && count % 4 === 0 && (k === 1 || inner % 4 === 0) ? 1 : 0;
  };
  return [
    four(m, tile.side * tile.tm, steps.m, steps.ka, ({ a }) => a),
    four(n, acrossOf(tile) * tile.tn, steps.n, steps.kb, ({ b }) => b),
  ];
}

/** The kernel's text with the operands that are loaded in fours as arrays of vectors. */
const inFours = (text: string, fours: readonly [Fours, Fours]): string =>
  ['p', 'q'].reduce(
    (all, name, i) => (fours[i] ? all.replace(`${name}: array<f32>;`, `${name}: array<vec4f>;`) : all),
    text,
  );

function workgroupConsts(
  { steps }: Product,
  tile: BlockTile,
  [p, q]: readonly [Fours, Fours],
  { general, few }: { readonly general: boolean; readonly few: boolean },
) {
  const { side, tm, tn, depth } = tile;
  const [pWidth, qWidth] = [(side * tm) / 4, (acrossOf(tile) * tn) / 4] as const;
  const threads = lanesOf(tile);
  const slices = slicesOf(tile);
  const loads = (width: number, four: Fours) => {
    const vectors = (width * depth) / threads;
    return { vectors, units: four === 2 ? vectors / 4 : vectors, places: four === 0 ? 4 * vectors : vectors };
  };
  const [ofP, ofQ] = [loads(pWidth, p), loads(qWidth, q)];
  return {
    THREADS: threads,
    SLICES: slices,
    ACROSS: acrossOf(tile),
    DEPTH: depth,
    WRITTEN: general || few ? 0 : depth,
    LATE: few ? 1 : 0,
    TM4: tm / 4,
    TN4: tn / 4,
    ACC: (tm * tn) / 4,
    P_FOUR: p,
    Q_FOUR: q,
    P_ALONG_K: p === 0 && steps.ka === 1 ? 1 : 0,
    Q_ALONG_K: q === 0 && steps.kb === 1 ? 1 : 0,
    P_ROW: pWidth + 1,
    Q_ROW: qWidth + 1,
    P_PANEL: depth * (pWidth + 1),
    Q_PANEL: depth * (qWidth + 1),
    P_PANELS: slices * depth * (pWidth + 1),
    Q_PANELS: slices * depth * (qWidth + 1),
    P_LOADS: ofP.vectors,
    Q_LOADS: ofQ.vectors,
    P_UNITS: ofP.units,
    Q_UNITS: ofQ.units,
    P_PLACES: ofP.places,
    Q_PLACES: ofQ.places,
  };
}

/**
 * The kernel's first operand is the matrix: a row times a matrix is computed as the transposed matrix times a column.
 */
function vectorPass(product: Product, { lanes, rows }: VectorTile, chunk: number, chunks: number): Pass {
  const { m, k, n, batch, steps, bias } = product;
  const matrixFirst = n === 1;
  const [matrix, vector] = matrixFirst ? [input(0), input(1)] : [input(1), input(0)];
  const [row, inner, other] = matrixFirst ? [steps.m, steps.ka, steps.kb] : [steps.n, steps.kb, steps.ka];
  const groups = tilesOf(product, { lanes, rows }) * chunks;
  return {
    source: [batches, vectorSource],
    label: 'matvec',
    consts: {
      WORKGROUP: lanes * rows,
      LANES: lanes,
      ROWS: rows,
      ALONG_K: inner === 1 ? 1 : 0,
      BATCH: separateDims(product),
      BIAS: bias && chunks === 1 ? 1 : 0,
    },
    reads: [matrix, vector, bias ? input(2) : vector],
    writes: [target(chunks)],
    params: {
      groups,
      rowGroups: Math.ceil((m * n) / rows),
      batch,
      rows: m * n,
      inner: k,
      chunk,
      pRow: row,
      pInner: inner,
      qInner: other,
      bStep: matrixFirst ? 0 : 1,
      ...(matrixFirst ? batchParams(product, 'a', 'b') : batchParams(product, 'b', 'a')),
    },
    grid: grid(groups),
  };
}
