// The arguments of addTensor and addText, and the events that they add.

import type { DType, Tensor } from '../../../torch';
import { type Arguments, kinds, parseArgs, tensorKind as tensor, toHalf } from '../../../torch/inside';
import { type Entry, noWhen, summaryEntry, type When, whenKinds } from '../event-queue';
import { type Bytes, floats, wholes } from '../protobuf';
import { DataType, Elements, tensorSummary, textSummary } from '../summaries';
import { copyOf, numbersOf } from '../values';

interface TensorParameters extends When {
  tag: string;
  tensor: Tensor;
}

export type TensorCall = Arguments<TensorParameters, ['tag', 'tensor', 'globalStep', 'walltime']>;

/**
 * The encoding of each dtype's elements, as TensorFlow reads it. (TensorFlow cannot read PyTorch's encodings of uint8
 * and float16.)
 */
export const encodings: Readonly<Record<DType, readonly [type: number, encode: (values: number[]) => Bytes]>> = {
  float32: [DataType.FLOAT, (values) => floats(Elements.FLOAT, values)],
  float16: [DataType.HALF, (values) => wholes(Elements.HALF, values.map(toHalf))],
  int32: [DataType.INT32, (values) => wholes(Elements.INT, values)],
  int64: [DataType.INT64, (values) => wholes(Elements.INT64, values)],
  uint32: [DataType.UINT32, (values) => wholes(Elements.UINT32, values)],
  uint8: [DataType.UINT8, (values) => wholes(Elements.INT, values)],
  bool: [DataType.BOOL, (values) => wholes(Elements.BOOL, values)],
};

export function tensorEntry(args: TensorCall): Entry {
  const o = parseArgs<TensorParameters>('addTensor', ['tag', 'tensor'], noWhen, args, {
    tag: kinds.text,
    tensor,
    ...whenKinds,
  });
  const kept = copyOf(o.tensor);
  const [type, encode] = encodings[kept.dtype];
  return summaryEntry(o, async () => tensorSummary(o.tag, type, kept.shape, encode(await numbersOf(kept))));
}

interface TextParameters extends When {
  tag: string;
  /** The text, as Markdown. */
  textString: string;
}

export type TextCall = Arguments<TextParameters, ['tag', 'textString', 'globalStep', 'walltime']>;

export function textEntry(args: TextCall): Entry {
  const kind = { tag: kinds.text, textString: kinds.text, ...whenKinds };
  const o = parseArgs<TextParameters>('addText', ['tag', 'textString'], noWhen, args, kind);
  return summaryEntry(o, async () => textSummary(o.tag, o.textString));
}
