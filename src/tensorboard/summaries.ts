// What TensorBoard shows, as messages of tensorflow/core/framework/summary.proto: numbers, histograms, pictures, texts, curves and hyperparameters.
import { type Bytes, double, doubleOrNone, doubles, float, floats, message, nested, text, whole } from './protobuf';

const DT_FLOAT = 1;
const DT_STRING = 7;

/** A summary of one value under a tag. */
const summary = (tag: string, ...fields: readonly Bytes[]): number[] => message(1, text(1, tag), ...fields);

/** Which plugin of TensorBoard shows a value, and what it is told. */
const metadata = (plugin: string, content: Bytes): number[] =>
  message(9, message(1, text(1, plugin), content.length > 0 ? nested(2, content) : []));

export const scalarSummary = (tag: string, value: number): number[] => summary(tag, float(2, value));

/** A histogram: sums over its values, and how many are in the bucket up to each limit. */
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
  readonly png: Uint8Array;
}

export const imageSummary = (tag: string, { width, height, channels, png }: EncodedPicture): number[] =>
  summary(tag, message(4, whole(1, height), whole(2, width), whole(3, channels), nested(4, png)));

export const textSummary = (tag: string, content: string): number[] =>
  summary(
    `${tag}/text_summary`,
    message(8, whole(1, DT_STRING), message(2, message(2, whole(1, 1))), text(8, content)),
    metadata('text', []),
  );

/** `rows`: true and false positives, true and false negatives, precision and recall, at each threshold. */
export const prCurveSummary = (tag: string, rows: readonly (readonly number[])[]): number[] => {
  const thresholds = rows[0]!.length;
  const shape = message(2, message(2, whole(1, rows.length)), message(2, whole(1, thresholds)));
  return summary(
    tag,
    message(8, whole(1, DT_FLOAT), shape, floats(5, rows.flat())),
    metadata('pr_curves', whole(2, thresholds)),
  );
};

/** The value of a hyperparameter. */
export type HparamValue = string | number | boolean;

/** google.protobuf.Value */
const protoValue = (value: HparamValue): number[] =>
  typeof value === 'string' ? text(3, value) : double(2, Number(value));

const DATA_TYPE_STRING = 1;
const DATA_TYPE_FLOAT64 = 3;
const STATUS_SUCCESS = 1;

/** The three summaries by which the plugin of hyperparameters knows a run: which there are, how it began, how it ended. */
export function hparamSummaries(
  hparams: Readonly<Record<string, HparamValue>>,
  metrics: readonly string[],
  discrete: Readonly<Record<string, readonly HparamValue[]>>,
): number[][] {
  const infos = Object.entries(hparams).map(([name, value]) => {
    const type = typeof value === 'string' ? DATA_TYPE_STRING : DATA_TYPE_FLOAT64;
    const domain = discrete[name]?.map((each) => message(1, protoValue(each)));
    return message(4, text(1, name), whole(4, type), domain ? message(5, ...domain) : []);
  });
  const measured = metrics.map((tag) => message(5, message(1, text(2, tag))));
  const start = Object.entries(hparams).map(([name, value]) =>
    message(1, text(1, name), message(2, protoValue(value))),
  );
  const said = (tag: string, content: Bytes) => summary(`_hparams_/${tag}`, metadata('hparams', content));
  return [
    said('experiment', message(2, ...infos, ...measured)),
    said('session_start_info', message(3, ...start)),
    said('session_end_info', message(4, whole(1, STATUS_SUCCESS))),
  ];
}
