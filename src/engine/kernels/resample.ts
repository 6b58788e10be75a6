// Lowers the resizing of images, and its adjoint.
import { f32, gridFor, input, type LowerContext, type Lowering, output } from '../compiler/ir';
import type { Text } from '../compiler/texts';
import type { ResampleAttrs } from '../ops/pictures/resample';

const tapsLib: Text = '#resample/libResampleTaps';
const source: Text = '#resample/resample2d';
const planesSource: Text = '#resample/resample2dPlanes';

const WORKGROUP = 64;
const modes = { nearest: 0, linear: 1, area: 2, cubic: 3 };

/** The most planes whose elements at one place a GPU's invocation computes, and how many invocations a GPU wants. */
const MOST_PLANES = 8;
const BUSY = 8192;

/** The most columns whose weights an invocation of the adjoint holds. */
const MOST_COLS = 4;
/** Between how many inputs of an axis an output lies. */
const between = { nearest: 1, linear: 2, area: 1, cubic: 4 };

/** How many columns: those in which an input usually counts. */
function colsHeld(mode: ResampleAttrs['mode'], inCols: number, outCols: number): number {
  const users = (between[mode] * outCols) / inCols + (mode === 'area' ? 1 : 0);
  return users > 2 ? MOST_COLS : users > 1 ? 2 : 1;
}

/** As many planes for each invocation as leave enough invocations. */
function planesEach(planes: number, places: number): number {
  let each = MOST_PLANES;
  while (each > 1 && (each > planes || (places * planes) / each < BUSY)) each /= 2;
  return each;
}

/** Input: images, or for `grad` the gradient by the resized ones. Output: images of the other size. */
export function resample(
  { inputs: [x], outputs: [y], attrs, adapter }: LowerContext<ResampleAttrs>,
  entry: 'main' | 'grad',
): Lowering {
  const written = y!.shape;
  const planes = written[0]! * written[1]!;
  const places = written[2]! * written[3]!;
  const each = adapter.kind === 'gpu' ? planesEach(planes, places) : 1;
  const byPlanes = each > 1;
  const count = Math.ceil(planes / each) * places;
  const [before, after] = entry === 'main' ? [x!.shape, written] : [written, x!.shape];
  const pass = {
    source: [tapsLib, byPlanes ? planesSource : source],
    entry,
    label: entry === 'main' ? 'resample2d' : 'resample2d gradient',
    ...(byPlanes && { consts: { PLANES: each, COLS: colsHeld(attrs.mode, before[3]!, after[3]!) } }),
    overrides: { MODE: modes[attrs.mode] },
    reads: [input(0)],
    writes: [output()],
    params: {
      count,
      ...(byPlanes && { planes }),
      inRows: before[2]!,
      inCols: before[3]!,
      outRows: after[2]!,
      outCols: after[3]!,
      scaleRows: f32(attrs.scale[0]),
      scaleCols: f32(attrs.scale[1]),
      center: f32(attrs.center),
      shift: f32(attrs.shift),
    },
    grid: gridFor(count, WORKGROUP),
  };
  return { kind: 'passes', passes: [pass] };
}
