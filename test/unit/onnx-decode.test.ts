// Bytes of protocol buffers that lie: each ends in an error that names the field.

import { expect, test } from 'vitest';
import { decodeModel } from '../../src/doors/onnx/proto/decode';
import { DATA } from '../../src/doors/onnx/proto/messages';
import { FileFormatError } from '../../src/engine/core/errors';
import { model, node, tensor, value } from '../support/onnx-models';

const decode = (...bytes: number[]) => decodeModel(Uint8Array.from(bytes), 'm.onnx');

/** A field of that number and wire type, and bytes behind it. */
const field = (number: number, wire: number, ...bytes: number[]): number[] => [number * 8 + wire, ...bytes];

/** A message within, with its length. */
const within = (number: number, bytes: readonly number[]): number[] => {
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return [number * 8 + 2, ...length, ...bytes];
};

test('messages are read, and fields that are not known are passed over', () => {
  const bytes = model({
    nodes: [node('Add', ['x', 'c'], ['y'], { axis: -1, scale: 0.5, mode: 'up', sizes: [1, -2, 2 ** 40] })],
    initializers: [tensor('c', [2], [1, 2])],
    inputs: [value('x', ['n', 2, null])],
    outputs: [value('y', null, DATA.int64)],
  });
  const unknown = [
    ...within(100 % 16, [1]),
    ...field(15, 0, 5),
    ...field(15, 1, 1, 2, 3, 4, 5, 6, 7, 8),
    ...field(15, 5, 1, 2, 3, 4),
  ];
  const decoded = decodeModel(Uint8Array.from([...unknown, ...bytes]), 'm.onnx');
  const [add] = decoded.graph!.nodes;
  expect([add!.opType, add!.inputs, add!.outputs]).toEqual(['Add', ['x', 'c'], ['y']]);
  expect(add!.attributes.map(({ i, f, s, ints }) => i ?? f ?? s ?? ints)).toEqual([-1, 0.5, 'up', [1, -2, 2 ** 40]]);
  expect(decoded.graph!.inputs[0]!.shape).toEqual(['n', 2, null]);
  expect([decoded.graph!.outputs[0]!.shape, decoded.graph!.outputs[0]!.dataType]).toEqual([null, DATA.int64]);
  const { raw } = decoded.graph!.initializers[0]!;
  expect([raw!.length, raw!.buffer.byteLength]).toEqual([8, unknown.length + bytes.length]);
});

test('lists are read packed and one by one', () => {
  const dims = (bytes: number[]) => decode(...within(7, within(5, bytes))).graph!.initializers[0]!.dims;
  expect(dims(within(1, [2, 3, 0x80, 1]))).toEqual([2, 3, 128]);
  expect(dims([...field(1, 0, 2), ...field(1, 0, 3)])).toEqual([2, 3]);
});

test('lies are refused with the place', () => {
  const cases: readonly (readonly [number[], RegExp])[] = [
    [
      within(7, [...within(1, []), 0x2a, 50]),
      /expected at most 0 bytes, but got a length of 50 in graph\.initializer\[0\]/,
    ],
    [[0x3a, 5, 1], /length of 5 in graph/],
    [[0x08, ...new Array<number>(12).fill(0xff)], /whole number, but it does not end/],
    [[0x08], /whole number, but it does not end in ir_version/],
    [field(1, 5, 1, 2, 3, 4), /wire type 0, but got 5 in ir_version/],
    [[0x7b], /known wire type, but got 3/],
    [[0x00, 1], /the number of a field/],
    [[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], /length of -1 in graph/],
    [
      within(7, within(1, within(5, field(2, 5, 1, 2)))),
      /expected 4 bytes, but the message ends before in graph\.node\[0\]\.attribute\[0\]\.f/,
    ],
  ];
  for (const [bytes, message] of cases) {
    expect(() => decode(...bytes)).toThrowError(FileFormatError);
    expect(() => decode(...bytes)).toThrowError(message);
  }
});

test('depth and the number of messages are bounded', () => {
  let nested: number[] = [];
  for (let i = 0; i < 60; i++) nested = within(1, within(5, within(6, nested)));
  expect(() => decode(...within(7, nested))).toThrowError(/nested at most 100 deep/);
  // Empty nodes of two bytes each.
  const many = new Uint8Array(2 ** 21);
  for (let at = 0; at < many.length; at += 2) many[at] = 0x0a;
  const head = [0x3a, 0x80, 0x80, 0x80, 0x01];
  const bytes = new Uint8Array(head.length + many.length);
  bytes.set(head);
  bytes.set(many, head.length);
  expect(() => decodeModel(bytes, 'm.onnx')).toThrowError(/memory in proportion to the file/);
});
