// Encodes summaries as messages of tensorflow/core/framework/summary.proto: numbers, histograms, pictures, sounds,
// texts, curves and tensors.
import {
  type Bytes,
  doubleOrNone,
  doubles,
  float,
  floats,
  message,
  nested,
  text,
  whole,
  wholeOrNone,
  wholes,
} from './protobuf';

/** Element types, as in tensorflow/core/framework/types.proto. */
export const DataType = {
  FLOAT: 1,
  DOUBLE: 2,
  INT32: 3,
  UINT8: 4,
  STRING: 7,
  INT64: 9,
  BOOL: 10,
  HALF: 19,
  UINT32: 22,
} as const;

/** The fields that hold elements, as in tensorflow/core/framework/tensor.proto. */
export const Elements = {
  FLOAT: 5,
  DOUBLE: 6,
  INT: 7,
  STRING: 8,
  INT64: 10,
  BOOL: 11,
  HALF: 13,
  UINT32: 16,
} as const;

/** A shape, as in tensorflow/core/framework/tensor_shape.proto. */
export const shapeOf = (field: number, shape: readonly number[]): number[] =>
  message(field, ...shape.map((size) => message(2, wholeOrNone(1, size))));

/** A tensor as the value of a summary. */
const tensorOf = (type: number, shape: readonly number[], elements: Bytes): number[] =>
  message(8, whole(1, type), shapeOf(2, shape), elements);

/** A summary with one value under a tag. */
export const summary = (tag: string, ...fields: readonly Bytes[]): number[] => message(1, text(1, tag), ...fields);

/** The TensorBoard plugin that shows a value, and its settings. */
export const metadata = (plugin: string, content: Bytes): number[] =>
  message(9, message(1, text(1, plugin), content.length > 0 ? nested(2, content) : []));

export const scalarSummary = (tag: string, value: number): number[] => summary(tag, float(2, value));

/** A number as a tensor, which TensorBoard reads faster. */
export const scalarTensorSummary = (tag: string, value: number, isDouble: boolean): number[] => {
  const [type, elements] = isDouble
    ? [DataType.DOUBLE, doubles(Elements.DOUBLE, [value])]
    : [DataType.FLOAT, floats(Elements.FLOAT, [value])];
  return summary(tag, message(8, whole(1, type), elements), metadata('scalars', []));
};

/** A histogram: the sums over its values, and the number of values in each bucket, given by its upper limit. */
export interface HistogramMoments {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly bucketLimits: readonly number[];
  readonly bucketCounts: readonly number[];
}

export const histogramSummary = (tag: string, h: HistogramMoments): number[] => {
  const numbers = [h.min, h.max, h.num, h.sum, h.sumSquares].map((value, i) => doubleOrNone(i + 1, value));
  return summary(tag, message(5, ...numbers, doubles(6, h.bucketLimits), doubles(7, h.bucketCounts)));
};

export interface EncodedPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** A PNG or a GIF. */
  readonly file: Uint8Array;
}

export const imageSummary = (tag: string, { width, height, channels, file }: EncodedPicture): number[] =>
  summary(tag, message(4, whole(1, height), whole(2, width), whole(3, channels), nested(4, file)));

/** A sound with one channel, as a WAV file of `samples` samples. */
export const audioSummary = (tag: string, wav: Uint8Array, sampleRate: number, samples: number): number[] =>
  summary(tag, message(6, float(1, sampleRate), whole(2, 1), whole(3, samples), nested(4, wav), text(5, 'audio/wav')));

export const textSummary = (tag: string, content: string): number[] =>
  summary(`${tag}/text_summary`, tensorOf(DataType.STRING, [1], text(Elements.STRING, content)), metadata('text', []));

/**
 * The summary of a precision-recall curve. `rows` holds true and false positives, true and false negatives, precision
 * and recall, at each of `thresholds` thresholds.
 */
export const prCurveSummary = (tag: string, rows: readonly (readonly number[])[], thresholds: number): number[] =>
  summary(
    tag,
    tensorOf(DataType.FLOAT, [rows.length, rows[0]!.length], floats(Elements.FLOAT, rows.flat())),
    metadata('pr_curves', wholeOrNone(2, thresholds)),
  );

export const tensorSummary = (tag: string, type: number, shape: readonly number[], elements: Bytes): number[] =>
  summary(tag, tensorOf(type, shape, elements), metadata('tensor', []));

/** A part of a mesh: its vertices, faces or colours, as in tensorboard/plugins/mesh/plugin_data.proto. */
export interface MeshPart {
  readonly name: 'VERTEX' | 'FACE' | 'COLOR';
  readonly type: 1 | 2 | 3;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The parts of a mesh, each as a separate value; `config` is the JSON of the settings for three.js. */
export function meshSummary(tag: string, parts: readonly MeshPart[], config: string): number[] {
  const components = parts.reduce((mask, { type }) => mask | (1 << type), 0);
  return parts.flatMap(({ name, type, shape, values }) => {
    const content = [text(2, tag), whole(3, type), text(5, config), wholes(6, shape), whole(7, components)].flat();
    return summary(
      `${tag}_${name}`,
      tensorOf(DataType.FLOAT, shape, floats(Elements.FLOAT, values)),
      metadata('mesh', content),
    );
  });
}

/** A chart of tags: a line for each, or one line with a margin between two others. */
export interface CustomChart {
  readonly title: string;
  readonly isMargin: boolean;
  readonly tags: readonly string[];
}

/** Charts by category, as a Layout of tensorboard/plugins/custom_scalar/layout.proto. */
export function customScalarsSummary(categories: readonly (readonly [string, readonly CustomChart[]])[]): number[] {
  const chartOf = ({ title, isMargin, tags }: CustomChart): number[] => {
    const content = isMargin
      ? message(3, message(1, ...tags.map((tag, i) => text(i + 1, tag))))
      : message(2, ...tags.map((tag) => text(1, tag)));
    return message(2, text(1, title), content);
  };
  const layout = categories.flatMap(([title, charts]) => message(2, text(1, title), ...charts.map(chartOf)));
  return summary(
    'custom_scalars__config__',
    tensorOf(DataType.STRING, [], nested(Elements.STRING, layout)),
    metadata('custom_scalars', []),
  );
}
