// Damage within the messages of an ONNX model, which is then written soundly: names, sizes, attributes, operators, and what is left out or doubled.
import { operators } from '../../src/doors/onnx/load/operators';
import { decodeModel } from '../../src/doors/onnx/proto/decode';
import { encodeModel } from '../../src/doors/onnx/proto/encode';
import type { ModelMessage } from '../../src/doors/onnx/proto/messages';
import type { Layer } from './layers';

/** A place in the messages. */
interface Spot {
  readonly owner: object;
  readonly key: string | number;
  readonly value: unknown;
}

function spotsOf(owner: object, found: Spot[] = []): Spot[] {
  const entries = Array.isArray(owner) ? owner.map((value, i) => [i, value] as const) : Object.entries(owner);
  for (const [key, value] of entries) {
    if (value === null || value === undefined) continue;
    found.push({ owner, key, value });
    if (typeof value === 'object' && !ArrayBuffer.isView(value)) spotsOf(value as object, found);
  }
  return found;
}

const NUMBERS = [0, 1, -1, 2, 3, 7, 100, 255, -128, 2 ** 16, 2 ** 20, 2 ** 28, 2 ** 31, -(2 ** 31), 2 ** 40, 2 ** 53];
const NAMES = [
  '',
  'x',
  'a',
  'y',
  '../x',
  '__proto__',
  'constructor',
  'forward',
  'parameters',
  'a.b.c',
  '/a/b/c',
  '0',
  '\u0000',
];
const types = Object.keys(operators);

/** The models whose messages are damaged; others are left to the damage of bytes. */
export const insideOnnx: Layer = async (bytes, damage, pick) => {
  const decoded = decodeModel(bytes, 'seed');
  if (!decoded.graph) return damage(bytes);
  const model = structuredClone(decoded) as ModelMessage;
  const spots = spotsOf(model);
  const texts = spots.map(({ value }) => value).filter((value) => typeof value === 'string');
  for (let left = 1 + pick(3); left > 0; left--) {
    const { owner, key, value } = spots[pick(spots.length)]!;
    if (Array.isArray(value)) {
      const at = pick(value.length + 1);
      if (pick(3) === 0) value.splice(at, 1);
      else if (pick(2) === 0) value.reverse();
      else if (value.length > 0) value.splice(at, 0, structuredClone(value[pick(value.length)]));
    } else if (ArrayBuffer.isView(value)) Reflect.set(owner, key, damage(value as Uint8Array));
    else if (typeof value === 'number')
      Reflect.set(owner, key, pick(2) === 0 ? NUMBERS[pick(NUMBERS.length)] : value + pick(5) - 2);
    else if (key === 'opType') Reflect.set(owner, key, types[pick(types.length)]);
    else if (typeof value === 'string') {
      Reflect.set(owner, key, pick(3) === 0 ? NAMES[pick(NAMES.length)] : texts[pick(texts.length)]);
    }
  }
  return Uint8Array.from(Buffer.concat(encodeModel(model) as Uint8Array[]));
};
