// Concepts: what people have a word for, said by examples of it; and the vectors that point to them within a layer.
import { ArgumentError } from '../../errors';
import { instance, listOf, text } from '../../tensor/argument-kinds';
import { expectKind, isPlainObject, kindOf } from '../../tensor/options';
import { Tensor } from '../../tensor/tensor';
import type { Inputs } from '../attribution/arguments';

/** Examples in batches, each the input of the model or a list of its inputs, such as a DataLoader gives; a tensor is one batch. */
export type ConceptExamples = Tensor | Iterable<Inputs> | AsyncIterable<Inputs>;

/**
 * A concept, such as stripes, as pictures with stripes show it.
 *
 *     const stripes = new Concept(0, 'stripes', new DataLoader(pictures, { batchSize: 64 }));
 */
export class Concept {
  readonly id: number;
  readonly name: string;
  readonly dataIter: ConceptExamples | null;

  /**
   * @param id a whole number that no other concept has
   * @throws ArgumentError for what is no number, name or list of examples
   */
  constructor(id: number, name: string, dataIter: ConceptExamples | null = null) {
    if (!Number.isInteger(id)) {
      throw new ArgumentError(`Concept: expected id to be a whole number, but got ${kindOf(id)}`);
    }
    if (typeof name !== 'string') {
      throw new ArgumentError(`Concept: expected name to be a string, but got ${kindOf(name)}`);
    }
    if (dataIter !== null && !isExamples(dataIter)) {
      throw new ArgumentError(
        `Concept: expected dataIter to be a Tensor, or batches such as a DataLoader gives, but got ${kindOf(dataIter)}`,
      );
    }
    this.id = id;
    this.name = name;
    this.dataIter = dataIter;
  }

  /** 'stripes-0' */
  get identifier(): string {
    return `${this.name}-${this.id}`;
  }

  toString(): string {
    return `Concept(${this.id}, '${this.name}')`;
  }
}

const isExamples = (value: unknown): value is ConceptExamples =>
  typeof value === 'object' &&
  value !== null &&
  (value instanceof Tensor || Symbol.iterator in value || Symbol.asyncIterator in value);

/** The batches of a concept's examples. @throws ArgumentError where it has none */
export function batchesOf(op: string, concept: Concept): Iterable<Inputs> | AsyncIterable<Inputs> {
  const { dataIter } = concept;
  if (dataIter === null)
    throw new ArgumentError(`${op}: expected ${concept} to have examples, but its dataIter is null`);
  return dataIter instanceof Tensor ? [dataIter] : dataIter;
}

/** The key of a set of concepts: their numbers, '0-1'. */
export const keyOf = (concepts: readonly Concept[]): string => concepts.map(({ id }) => id).join('-');

/** What is known of the vectors of a set of concepts. */
export interface CavStats {
  /** A row for each of the classes, [concepts, features]. */
  readonly weights: Tensor;
  /** The numbers of the concepts, in the order of the rows. */
  readonly classes: readonly number[];
  /** What else the classifier tells, such as `accs`, its accuracy on examples that it was not trained on. */
  readonly [stat: string]: unknown;
}

/**
 * Concept activation vectors: for each of a set of concepts the direction in a layer that leads from the examples of the others to its own.
 */
export class CAV {
  constructor(
    readonly concepts: readonly Concept[],
    /** The layer's name. */
    readonly layer: string,
    readonly stats: CavStats,
    readonly modelId: string = 'default_model_id',
  ) {
    expectKind('CAV', 'concepts', concepts, listOf(instance(Concept)));
    expectKind('CAV', 'layer', layer, text);
    expectKind('CAV', 'stats', stats, { words: 'an object of figures', fits: isPlainObject });
    expectKind('CAV', 'modelId', modelId, text);
  }
}
