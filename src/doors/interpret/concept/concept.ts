// Concepts, such as "striped", defined by examples, and the vectors that point to them within a layer.

import { ArgumentError, Tensor } from '../../../torch';
import { type Arguments, closeMethods, isPlainObject, kinds, parseArgs } from '../../../torch/inside';
import type { Inputs } from '../attribution/arguments';

/**
 * Batches of examples, such as a DataLoader yields: each is the model's input, or a list of its inputs. A tensor is a
 * single batch.
 */
export type ConceptExamples = Tensor | Iterable<Inputs> | AsyncIterable<Inputs>;

interface ConceptArguments {
  /** A whole number, unique among the concepts. */
  id: number;
  name: string;
  /** Batches of examples of the concept. */
  dataIter?: ConceptExamples | null;
}

/**
 * A concept, such as stripes, defined by pictures that show it.
 *
 *     const stripes = new Concept(0, 'stripes', new DataLoader(pictures, { batchSize: 64 }));
 */
export class Concept {
  readonly id: number;
  readonly name: string;
  readonly dataIter: ConceptExamples | null;

  static {
    closeMethods(Concept.prototype, ['toString']);
  }

  /** @throws ArgumentError for a wrong id, name or list of examples */
  constructor(...args: Arguments<ConceptArguments, ['id', 'name', 'dataIter']>) {
    const o = parseArgs<ConceptArguments>('Concept', ['id', 'name'], { dataIter: null }, args, {
      id: kinds.integer,
      name: kinds.text,
      dataIter: kinds.orNull({ words: 'a tensor, or batches such as a DataLoader gives,', fits: isExamples }),
    });
    this.id = o.id;
    this.name = o.name;
    this.dataIter = o.dataIter;
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

/** The batches of a concept's examples. @throws ArgumentError if it has none */
export function batchesOf(op: string, concept: Concept): Iterable<Inputs> | AsyncIterable<Inputs> {
  const { dataIter } = concept;
  if (dataIter === null)
    throw new ArgumentError(`${op}: expected ${concept} to have examples, but its dataIter is null`);
  return dataIter instanceof Tensor ? [dataIter] : dataIter;
}

/** The key of a set of concepts: their ids, '0-1'. */
export const keyOf = (concepts: readonly Concept[]): string => concepts.map(({ id }) => id).join('-');

/** The trained vectors of a set of concepts, and the classifier's statistics. */
export interface CavStats {
  /** One row per class, [concepts, features]. */
  readonly weights: Tensor;
  /** The ids of the concepts, in the order of the rows. */
  readonly classes: readonly number[];
  /** Other statistics of the classifier, such as `accs`, its accuracy on examples that it was not trained on. */
  readonly [stat: string]: unknown;
}

interface CavArguments {
  /** The concepts that are told apart. */
  concepts: readonly Concept[];
  layer: string;
  /** Accuracies and weights of the classifier. */
  stats: CavStats;
  /** Default 'default_model_id'. */
  modelId?: string;
}

/**
 * Concept activation vectors: for each concept of a set, the direction in a layer from the examples of the other
 * concepts to its own.
 */
export class CAV {
  readonly concepts: readonly Concept[];
  /** The layer's name. */
  readonly layer: string;
  readonly stats: CavStats;
  readonly modelId: string;

  constructor(...args: Arguments<CavArguments, ['concepts', 'layer', 'stats', 'modelId']>) {
    const defaults = { modelId: 'default_model_id' };
    // A third positional object is `stats`, not keywords; a further argument keeps parseArgs from reading it as
    // keywords.
    const given = args.length === 3 && isPlainObject(args[2]) && !('stats' in args[2]) ? [...args, undefined] : args;
    const o = parseArgs<CavArguments>('CAV', ['concepts', 'layer', 'stats'], defaults, given, {
      concepts: kinds.listOf(kinds.instance(Concept)),
      layer: kinds.text,
      stats: { words: 'an object of figures', fits: isPlainObject },
      modelId: kinds.text,
    });
    this.concepts = o.concepts;
    this.layer = o.layer;
    this.stats = o.stats;
    this.modelId = o.modelId;
  }
}
