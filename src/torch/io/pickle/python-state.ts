// Converts the state dicts of optimizers and schedulers between PyTorch's form and ours, wherever they are in a
// checkpoint. The names are the same; the differences are in types that only Python distinguishes: integer keys,
// tuples, counts in tensors, milestones in a Counter.

import { isPlainObject } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import { numberAtHand } from '../../tensor/reading/shown';
import { Tensor } from '../../tensor/tensor';
import { originOf, setOrigin, setSlot, slotOf } from './origins';

type Fields = Record<string, unknown>;

/** The fields that every single-optimizer scheduler saves. */
const SCHEDULER = ['base_lrs', 'last_epoch', '_step_count', '_last_lr'];
/** More milestones than any program lists; a Counter can claim any number. */
const MOST_MILESTONES = 1_000_000;

const isScheduler = (fields: Fields): boolean => SCHEDULER.every((name) => Object.hasOwn(fields, name));

const isOptimizer = ({ state, param_groups }: Fields): boolean =>
  typeof state === 'object' &&
  state !== null &&
  Array.isArray(param_groups) &&
  param_groups.every((group) => isPlainObject(group) && Array.isArray(group.params));

// ── From Python ──

/**
 * A dictionary in the form of our `loadStateDict`: unchanged, unless it is the state of an optimizer or a scheduler.
 */
export function fromPython(dict: object): object {
  if (!isPlainObject(dict)) return dict;
  if (isOptimizer(dict)) dict.state = recordsOf(dict.state as object);
  if (isScheduler(dict)) {
    const milestones = milestonesOf(dict.milestones);
    if (milestones) dict.milestones = milestones;
    addCyclePhases(dict);
  }
  return dict;
}

/**
 * The state of each parameter by its index, in an object. In L-BFGS's history, PyTorch's tensors of one element become
 * numbers.
 */
function recordsOf(state: object): object {
  if (!(state instanceof Map) || ![...state.keys()].every((key) => typeof key === 'number')) return state;
  const records = setOrigin(Object.fromEntries(state) as Fields, 'integer keys');
  for (const record of Object.values(records)) {
    if (!isPlainObject(record) || !Array.isArray(record.old_dirs)) continue;
    for (const name of ['H_diag', 't', 'prev_loss']) record[name] = numberOf(record[name]);
    if (Array.isArray(record.ro)) record.ro = record.ro.map(numberOf);
  }
  return records;
}

const numberOf = (value: unknown): unknown => (value instanceof Tensor ? (numberAtHand(value) ?? value) : value);

/** The epochs in a Counter, each repeated as often as the Counter says; null for any other value. */
function milestonesOf(counter: unknown): number[] | null {
  if (!(counter instanceof Map)) return null;
  const entries = [...counter] as [unknown, unknown][];
  const total = entries.reduce(
    (sum, [, count]) => sum + (Number.isInteger(count) ? Math.max(0, count as number) : Infinity),
    0,
  );
  if (total > MOST_MILESTONES || !entries.every(([epoch]) => typeof epoch === 'number')) return null;
  return entries
    .flatMap(([epoch, count]) => new Array<number>(Math.max(0, count as number)).fill(epoch as number))
    .sort((a, b) => a - b);
}

/** For OneCycleLR: adds the options from which PyTorch computes the phases. */
function addCyclePhases(fields: Fields): void {
  const { _schedule_phases: phases, total_steps: total, _anneal_func_type: strategy } = fields;
  const first: unknown = Array.isArray(phases) ? phases[0] : null;
  if (!isPlainObject(first) || typeof first.end_step !== 'number' || typeof total !== 'number') return;
  fields.pct_start ??= (first.end_step + 1) / total;
  fields.three_phase ??= (phases as unknown[]).length === 3;
  fields.anneal_strategy ??= strategy;
}

// ── To Python ──

/**
 * A dictionary in the form of PyTorch's `load_state_dict`: unchanged, unless it is the state of an optimizer or a
 * scheduler.
 */
export function toPython(dict: Fields): Fields {
  if (isOptimizer(dict)) {
    const groups = (dict.param_groups as Fields[]).map((group) => like(group, { ...group, ...tuples(group) }));
    return like(dict, { ...dict, state: statesOf(dict.state as object), param_groups: groups });
  }
  return isScheduler(dict) ? like(dict, { ...dict, ...schedulerFields(dict) }) : dict;
}

/** Remembers, for the changed copy, the Python type of the original. */
function like(original: object, copy: Fields): Fields {
  const kind = originOf(original);
  if (kind) setOrigin(copy, kind);
  for (const key of Object.keys(copy)) {
    const slot = slotOf(original, key);
    if (slot) setSlot(copy, key, slot);
  }
  return copy;
}

/** The options of a parameter group that are tuples in PyTorch. */
const TUPLES = ['betas', 'etas', 'step_sizes'];

function tuples(group: Fields): Fields {
  const given = TUPLES.filter((name) => Array.isArray(group[name]) && !originOf(group[name]));
  return Object.fromEntries(given.map((name) => [name, copied(group[name] as unknown[])]));
}

function copied(list: readonly unknown[]): unknown[] {
  const copy = setOrigin([...list], 'tuple');
  list.forEach((_, i) => {
    const slot = slotOf(list, i);
    if (slot) setSlot(copy, i, slot);
  });
  return copy;
}

/** The numbers in a parameter's state that PyTorch keeps as tensors. */
const COUNTS = ['step', 'mu_product', 'eta', 'mu'];

function statesOf(state: object): unknown {
  if (state instanceof Map) return state;
  const entries = Object.entries(state as Fields);
  if (!entries.every(([key]) => /^\d+$/.test(key))) return state;
  return new Map(entries.map(([key, record]) => [Number(key), isPlainObject(record) ? withTensors(record) : record]));
}

function withTensors(record: Fields): Fields {
  const counts = COUNTS.filter((name) => typeof record[name] === 'number');
  const tensors = counts.map((name) => [
    name,
    Tensor.of(fromHost(Float32Array.of(record[name] as number), [], 'float32')),
  ]);
  return like(record, { ...record, ...Object.fromEntries(tensors) });
}

function schedulerFields(fields: Fields): Fields {
  // A state with only these fields belongs to LambdaLR or MultiplicativeLR. Their functions are not saved; PyTorch
  // writes a list of None instead.
  if (Object.keys(fields).length === SCHEDULER.length) {
    return { lr_lambdas: (fields.base_lrs as unknown[]).map(() => null) };
  }
  if ('scale_mode' in fields) return { _scale_fn_custom: null, ...fields };
  if (!Array.isArray(fields.milestones)) return {};
  const counter = new Map<unknown, number>();
  for (const milestone of fields.milestones as unknown[]) counter.set(milestone, (counter.get(milestone) ?? 0) + 1);
  return { milestones: setOrigin(counter, 'Counter') };
}
