// Checks by hand-made programs who hangs on which faults, and that a slot tells its faults once.
import { expect, test } from 'vitest';
import { faultFlow, noteSources } from '../../src/engine/compiler/fault-flow';
import {
  fault,
  input,
  type KernelOp,
  type LoweredProgram,
  type Operand,
  output,
  type Pass,
  spare,
} from '../../src/engine/compiler/ir';
import { faultOp } from '../../src/engine/gpu/fault-errors';
import {
  expectGood,
  FaultRecord,
  type FaultSources,
  joinSources,
  placesToRead,
  takeFaultSlot,
} from '../../src/engine/gpu/fault-slots';

// The first operation that a kernel names brings the texts of errors along.
faultOp('test');

const pass = (...writes: Operand[]): Pass => ({ source: [], label: '', reads: [input(0)], writes, grid: [1, 1, 1] });
const op = (name: string, gated = false): KernelOp => ({ name, gated, lower: () => ({ kind: 'passes', passes: [] }) });

/** Inputs 0 to 2; 3 may fault, 4 is the update of 0 by 3, 5 may fault and reads 1 and 2, 6 reads 4, 7 has a spare binding. */
function program(): LoweredProgram {
  const nodes = [
    { op: op('loss'), inputs: [0], outputs: [3], writes: [output(), fault] },
    { op: op('update', true), inputs: [0, 3], outputs: [4], writes: [output(), fault] },
    { op: op('lookUp'), inputs: [1, 2], outputs: [5], writes: [output(), fault] },
    { op: op('read'), inputs: [4], outputs: [6], writes: [output()] },
    { op: op('matmul'), inputs: [2], outputs: [7], writes: [output(), spare] },
  ];
  return {
    program: {
      values: Array.from({ length: 8 }, () => ({ shape: [4], dtype: 'float32' as const })),
      inputCount: 3,
      nodes: nodes.map((node) => ({ ...node, attrs: undefined, scalarBase: 0, scalarCount: 0 })),
      exports: [3, 4, 5, 6, 7],
    },
    lowerings: nodes.map(({ writes }) => ({ kind: 'passes', passes: [pass(...writes)] })),
  };
}

test('a program knows whose faults its updates and its exports hang on', () => {
  const lowered = program();
  const { gating, free, updates, exports } = faultFlow(lowered);
  expect([...gating].map((node) => node.op.name)).toEqual(['update', 'loss']);
  expect([...free].map(([node, slot]) => [node.op.name, slot])).toEqual([['lookUp', 0]]);
  expect(updates).toEqual([0]);
  expect(exports).toEqual([
    { free: [], gating: true, update: false, inputs: [0] },
    { free: [], gating: false, update: true, inputs: [] },
    { free: [0], gating: false, update: false, inputs: [1, 2] },
    { free: [], gating: false, update: true, inputs: [] },
    { free: [], gating: false, update: false, inputs: [2] },
  ]);
});

test('exports hang on the slot, on the records of the run, and on what the inputs hang on', () => {
  const slot = takeFaultSlot();
  const [record, earlier] = [new FaultRecord(0), new FaultRecord(32)];
  const inputs: { faults: FaultSources }[] = [
    { faults: slot.kept },
    { faults: null },
    { faults: [{ place: earlier, kind: 'result' }] },
  ];
  const cells = program().program.exports.map(() => ({ faults: null as FaultSources }));
  const exports = cells.map((cell, i) => ({ cell, replaces: i === 2 ? { faults: null } : null }));
  noteSources(faultFlow(program()), { inputs, exports, slot }, [record]);
  expect(slot.runs).toBe(1);
  expect(cells.map(({ faults }) => faults)).toEqual([
    slot.both,
    slot.kept,
    [
      { place: record, kind: 'state' },
      { place: earlier, kind: 'state' },
    ],
    slot.kept,
    [{ place: earlier, kind: 'result' }],
  ]);
  // What has been found to be good is not carried on.
  earlier.reading().clean();
  expect(joinSources(slot.kept, cells[4]!.faults)).toBe(slot.kept);
});

test('a slot tells its faults once, and which updates were not applied', () => {
  const slot = takeFaultSlot();
  const heard: unknown[] = [];
  const listener = {
    applied: (runs: number) => heard.push(['applied', runs]),
    dropped: (runs: number, updates: number) => heard.push(['dropped', runs, updates]),
  };
  slot.listen(listener);
  slot.runs = 3;
  slot.reading().clean();
  const [one, two] = [slot.reading(), slot.reading()];
  slot.runs = 5;
  let cleared = 0;
  const words = Int32Array.of(2, 7, 3, 0, 2, 0, 0, 0);
  for (const reading of [one, two]) {
    expect(reading.report(words, () => cleared++).message).toMatch(/class labels from 0 to 2, but got 7/);
  }
  expect(cleared).toBe(1);
  expect(heard).toEqual([
    ['applied', 3],
    ['dropped', 3, 2],
  ]);
});

test('a result of a bad run is refused for good, and what was written in place goes on', () => {
  const record = new FaultRecord(0);
  const [result, state] = (['result', 'state'] as const).map((kind): FaultSources => [{ place: record, kind }]);
  expect(placesToRead(result!)).toEqual([record]);
  record.reading().report(Int32Array.of(1, 9, 5, 0, 0, 0, 0, 0), () => {});
  for (let i = 0; i < 2; i++) expect(() => placesToRead(result!)).toThrow(/indices from 0 to 4, but got 9/);
  expect(placesToRead(state!)).toEqual([]);
});

test('a value is refused whose report is read back while the value is', async () => {
  const record = new FaultRecord(0);
  const sources: FaultSources = [{ place: record, kind: 'result' }];
  record.leaving = Promise.resolve(null);
  expect(placesToRead(sources)).toEqual([]);
  const error = record.reading().report(new Int32Array([1, 3, 3, 0]), () => {});
  await expect(expectGood(sources)).rejects.toThrow(error);
});

test('a value is refused whose report could not be read back', async () => {
  const record = new FaultRecord(0);
  const sources: FaultSources = [{ place: record, kind: 'result' }];
  record.leaving = Promise.resolve(new Error('a read-back failed'));
  expect(placesToRead(sources)).toEqual([]);
  await expect(expectGood(sources)).rejects.toThrow('a read-back failed');
});
