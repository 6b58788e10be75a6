// The arguments of addVideo and addAudio, and the events that they add.

import { ArgumentError, type Tensor } from '../../../torch';
import { type Arguments, kinds, parseArgs, tensorKind as tensor, warnOnce } from '../../../torch/inside';
import { type Entry, summaryEntry, type When, whenKinds } from '../event-queue';
import { audioSummary, imageSummary } from '../summaries';
import { copyOf, reader, type Values } from '../values';
import { wav } from '../wav';

interface VideoParameters extends When {
  tag: string;
  /** Shape [N, T, C, H, W], with 1 or 3 channels: uint8, or floats from 0 to 1. */
  vidTensor: Tensor;
  /** Frames per second; rates above 50 play at 50. Default 4. */
  fps?: number;
}

export type VideoCall = Arguments<VideoParameters, ['tag', 'vidTensor', 'globalStep', 'fps', 'walltime']>;

/** A GIF stores its width and its height in 16 bits each. */
const MOST_PIXELS = 2 ** 16 - 1;

export function videoEntry(args: VideoCall): Entry {
  const op = 'addVideo';
  const defaults = { globalStep: null, fps: 4, walltime: null };
  const o = parseArgs<VideoParameters>(op, ['tag', 'vidTensor'], defaults, args, {
    tag: kinds.text,
    vidTensor: tensor,
    fps: kinds.positive,
    ...whenKinds,
  });
  const { shape } = o.vidTensor;
  const [count, , channels, height, width] = shape as [number, number, number, number, number];
  const isVideo = shape.length === 5 && !shape.includes(0) && (channels === 1 || channels === 3);
  const [rows, columns] = gridOf(count);
  if (!isVideo || Math.max(rows * height, columns * width) > MOST_PIXELS) {
    throw new ArgumentError(
      `${op}: expected vidTensor [N, T, C, H, W] of 1 or 3 channels, of at most ${MOST_PIXELS} pixels per row and column, but got shape [${shape.join(', ')}]`,
    );
  }
  const kept = copyOf(o.vidTensor);
  const making = import('../video');
  return summaryEntry(o, async () =>
    imageSummary(o.tag, await (await making).videoOf(kept, { rows, columns, fps: o.fps })),
  );
}

/** Lays videos out in a grid whose sides are powers of two, at least as many columns as rows. */
function gridOf(count: number): [rows: number, columns: number] {
  const bits = Math.floor(Math.log2(count));
  const rows = 2 ** Math.floor(bits / 2);
  return [rows, 2 ** Math.ceil(Math.log2(count)) / rows];
}

interface AudioParameters extends When {
  tag: string;
  /** The samples, of shape [1, L] or any shape with a single dimension longer than 1. Values are clipped to −1 … 1. */
  sndTensor: Values;
  /** Samples per second. Default 44100. */
  sampleRate?: number;
}

export type AudioCall = Arguments<AudioParameters, ['tag', 'sndTensor', 'globalStep', 'sampleRate', 'walltime']>;

export function audioEntry(args: AudioCall): Entry {
  const op = 'addAudio';
  const defaults = { globalStep: null, sampleRate: 44100, walltime: null };
  const o = parseArgs<AudioParameters>(op, ['tag', 'sndTensor'], defaults, args, {
    tag: kinds.text,
    sampleRate: kinds.whole(1, 2 ** 31 - 1),
    ...whenKinds,
  });
  const read = reader(op, 'sndTensor', o.sndTensor);
  const shape = 'shape' in o.sndTensor ? o.sndTensor.shape : [o.sndTensor.length];
  if (shape.includes(0) || shape.filter((size) => size > 1).length > 1) {
    throw new ArgumentError(
      `${op}: expected sndTensor with one channel of at least one number, such as [1, L], but got shape [${shape.join(', ')}]`,
    );
  }
  return summaryEntry(o, async () => {
    const samples = await read();
    if (samples.some((sample) => Math.abs(sample) > 1)) {
      warnOnce(`${op}: expected numbers from -1 to 1; what is beyond is cut off.`);
    }
    return audioSummary(o.tag, wav(samples, o.sampleRate), o.sampleRate, samples.length);
  });
}
