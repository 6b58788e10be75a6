// Owns `pad`: what a network of the cells says of a drawing, now and whenever the page asks for it.
import { noGrad, type Tensor, tensor } from 'lamplight';
import type { PadOptions } from '../builtins';
import { toMnist } from '../mnist/digit';
import { inkOf } from '../mnist/strokes';
import type { Answer, PadData } from '../panels/data';
import { strokesOf } from '../panels/digits';
import type { AskPanel } from '../protocol';
import type { RunOutputs } from './outputs';
import { isTensor } from './texts';

const SIDE = 28;
/** Who may be asked: those of the last cells alone, so that networks of earlier runs can go. */
const MOST = 12;
/** The digit that is drawn first. */
const EXAMPLE = 3;

/** The scores of a drawing of 28 × 28 numbers, 0 to 1. */
export type Scores = (values: Float32Array) => Promise<ArrayLike<number>>;

interface Asked {
  readonly labels: readonly string[];
  readonly scores: Scores;
}

const known = new Map<number, Asked>();

/** e^z_i / Σ_j e^z_j. */
export function softmax(scores: ArrayLike<number>): number[] {
  const values = Array.from(scores, Number);
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((all, one) => all + one, 0);
  return powers.map((power) => power / sum);
}

async function probabilitiesOf({ labels, scores }: Asked, values: Float32Array): Promise<number[]> {
  const found = await scores(values);
  if (found.length === labels.length) return softmax(found);
  throw new TypeError(
    `pad: expected predict to give ${labels.length} scores, one for each label, but got ${found.length}; give as many labels as there are classes`,
  );
}

export async function answerOf({ asked, values }: AskPanel): Promise<Answer> {
  const found = known.get(asked);
  if (!found) return { gone: true };
  try {
    return { probabilities: await probabilitiesOf(found, values) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Puts a pad below the cell. Rejects with what `scores` throws for a first drawing. */
export async function putPad(outputs: RunOutputs, scores: Scores, labels: readonly string[]): Promise<void> {
  const asked = Math.floor(Math.random() * 2 ** 52);
  known.set(asked, { labels, scores });
  for (const old of [...known.keys()].slice(0, -MOST)) known.delete(old);
  const isDigits = labels.length === 10 && labels.every((label, i) => label === String(i));
  await outputs.later(async (slot) => {
    const drawing = toMnist(inkOf(strokesOf(EXAMPLE))) ?? new Float32Array(SIDE * SIDE);
    const probabilities = await probabilitiesOf({ labels, scores }, drawing);
    const first = isDigits ? { example: EXAMPLE, probabilities } : { example: null, probabilities: [] };
    const data: PadData = { panel: 'pad', asked, labels, isDigits, ...first };
    slot.put({ kind: 'panel', data });
  });
}

/** Labels as texts; those of digits by default. */
export const labelsOf = (labels: readonly (string | number)[] | null | undefined): readonly string[] =>
  Array.from(labels ?? Array.from({ length: 10 }, (_, i) => i), String);

export function pad(outputs: RunOutputs, { labels, predict }: PadOptions): Promise<void> {
  if (typeof predict !== 'function') {
    throw new TypeError(
      `pad: expected predict, a function from a drawing [1, 1, 28, 28] to scores, but got ${typeof predict}`,
    );
  }
  const scores: Scores = async (values) => {
    const input: Tensor = tensor(Array.from(values)).reshape(1, 1, SIDE, SIDE);
    const output: unknown = await noGrad(() => predict(input));
    if (isTensor(output)) return (await output.detach().flatten().data()) as ArrayLike<number>;
    throw new TypeError(`pad: expected predict to give a tensor of scores, but got ${typeof output}`);
  };
  return putPad(outputs, scores, labelsOf(labels));
}
