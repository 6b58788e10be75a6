// The summaries that TensorBoard's hyperparameter plugin reads: tensorboard/plugins/hparams.
import { type Bytes, double, message, text, whole } from './protobuf';
import { metadata, summary } from './summaries';

/** The value of a hyperparameter. */
export type HparamValue = string | number | boolean;

/** google.protobuf.Value */
const protoValue = (value: HparamValue): number[] =>
  typeof value === 'string' ? text(3, value) : double(2, Number(value));

const DATA_TYPE_STRING = 1;
const DATA_TYPE_FLOAT64 = 3;
const STATUS_SUCCESS = 1;

/**
 * The three summaries that describe a run to the plugin: the experiment's hyperparameters and metrics, the start of the
 * run, and its end.
 */
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
