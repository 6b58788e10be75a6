// Constants and uniforms that the kernels of attention have in common.
import { f32, type LowerContext, type Lowering, numbered, type ParamFields, scalar } from '../../compiler/ir';
import type { Meta } from '../../core/meta';
import type { AttentionAttrs } from '../../ops/linalg/attention';
import { maskSteps, type Placed, type Places } from '../../ops/linalg/attention-sizes';

export const areAll = (places: readonly (Places | null)[]): places is readonly Places[] => !places.includes(null);

/** Constants that switch parts of a kernel off: the mask, the causal limit and dropout, if a call has none. */
export const switches = ({ masked, causal, drops }: AttentionAttrs) => ({
  MASK: masked ? 1 : 0,
  CAUSAL: causal ? 1 : 0,
  DROP: drops ? 1 : 0,
});

/** Uniform fields that say where several values lie. Each value's fields begin with its letter or word in `names`. */
export const placeFields = (names: Iterable<string>, places: readonly Places[]): ParamFields =>
  Object.assign({}, ...[...names].map((name, i) => numbered(`${name}At`, 4, (n) => places[i]![n]!)));

/** How many heads of queries share one head of keys and values. */
export const sharingOf = (q: Meta, k: Meta): number => (q.shape.at(-3) ?? 1) / (k.shape.at(-3) ?? 1);

/** The elements of the other side that a workgroup of a tile walks along at a time. */
const TURN = 32;
/**
 * Where there are fewer tiles, several workgroups divide the other side of each: a lone one on a unit waits for memory as long as it
 * works, and most units have none. But each takes at least two turns, since their results have to be put together.
 */
const ENOUGH_GROUPS = 320;
const LEAST_TURNS = 2;

/** Into how many chunks, and of what length, the other side of so many tiles is divided. */
export function chunksOf(tiles: number, others: number): { readonly chunk: number; readonly chunks: number } {
  const turns = Math.ceil(others / TURN);
  const wanted = Math.min(Math.round(ENOUGH_GROUPS / tiles), Math.floor(turns / LEAST_TURNS));
  const each = Math.ceil(turns / Math.max(wanted, 1));
  return { chunk: each * TURN, chunks: Math.ceil(turns / each) };
}

/** The uniform fields for the heads, the scale and the mask. */
export function headFields(attrs: AttentionAttrs, q: Meta, k: Meta, mask: Meta | undefined): ParamFields {
  const none = { inner: 1, outerStep: 0, innerStep: 0, row: 0, key: 0 };
  const steps = attrs.masked ? maskSteps(q.shape.slice(0, -2), mask!) : none;
  return {
    heads: q.shape.at(-3) ?? 1,
    sharing: sharingOf(q, k),
    scale: f32(attrs.scale),
    maskInner: steps.inner,
    maskOuterStep: steps.outerStep,
    maskInnerStep: steps.innerStep,
    maskRow: steps.row,
    maskKey: steps.key,
  };
}

/** The uniform fields for dropout. They come last. */
export const dropFields = ({ drops }: AttentionAttrs): ParamFields => ({
  key0: drops ? scalar(0, 'u32') : 0,
  key1: drops ? scalar(1, 'u32') : 0,
  keep: drops ? scalar(2, 'u32') : 0,
  growth: drops ? scalar(3) : f32(0),
});

/** The passes that `lowered` makes for a call's inputs or, in their place, for views of other values that it can read. */
export const orOfViews = <Attrs>(
  context: LowerContext<Attrs>,
  lowered: (
    context: LowerContext<Attrs>,
    inputs: readonly Placed[],
  ) => Extract<Lowering, { readonly kind: 'passes' }> | undefined,
): Lowering => ({
  ...lowered(context, context.inputs)!,
  viewed: (views) =>
    lowered(
      context,
      context.inputs.map((x, i) => views[i] ?? x),
    ),
});
