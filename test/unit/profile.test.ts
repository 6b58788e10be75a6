// Proves that a profile adds up its kernels, and that its trace has the form that Chrome and Perfetto open.
import { expect, test } from 'vitest';
import { Profile } from '../../src/engine/gpu/profile-report';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts?: number;
  dur?: number;
  args: Record<string, unknown>;
}

/** Two submits, at 12 and 20 ms on the host's clock; the GPU's clock is 10 ms ahead, and its first kernel waits for 1 ms. */
const profile = new Profile({
  start: 10,
  end: 30,
  phases: [
    { name: 'compile', start: 11, end: 11.5 },
    { name: 'submit', start: 11.5, end: 12 },
    { name: 'flush', start: 11, end: 12 },
    { name: 'submit', start: 19, end: 20 },
    { name: 'flush', start: 19, end: 20 },
    { name: 'read', start: 20, end: 25 },
  ],
  submits: [
    { time: 12, first: 0 },
    { time: 20, first: 2 },
  ],
  runs: [
    { label: 'conv2d', start: 23, end: 25 },
    { label: 'relu', start: 25, end: 25.5 },
    { label: 'conv2d', start: 30, end: 33 },
  ],
});
const events = (JSON.parse(profile.toChromeTrace()) as { traceEvents: TraceEvent[] }).traceEvents;
const spans = (pid: number, tid: number) =>
  events.filter((e) => e.ph === 'X' && e.pid === pid && e.tid === tid).map(({ name, ts, dur }) => [name, ts, dur]);

test('kernels are added up by label, longest first', () => {
  expect(profile.kernels).toEqual([
    { label: 'conv2d', dispatches: 2, milliseconds: 5 },
    { label: 'relu', dispatches: 1, milliseconds: 0.5 },
  ]);
  expect([...profile]).toEqual(profile.kernels);
  expect(profile.milliseconds).toBe(5.5);
  expect(`${profile}`).toBe(
    [
      '   ms  share  runs  kernel',
      '5.000   91 %     2  conv2d',
      '0.500    9 %     1  relu',
      '5.500            3  total',
    ].join('\n'),
  );
});

test('a trace has the kernels on the GPU, none before its submit', () => {
  expect(spans(2, 1)).toEqual([
    ['conv2d', 3000, 2000],
    ['relu', 5000, 500],
    ['conv2d', 10_000, 3000],
  ]);
  expect(events.filter(({ ph, pid }) => ph === 'X' && pid === 2).map(({ args }) => args.dispatch)).toEqual([0, 1, 2]);
});

test('a trace has what the host did: recording, the library, and waiting for values', () => {
  expect(spans(1, 1)).toEqual([
    ['record', 0, 1000],
    ['record', 2000, 7000],
    ['record', 15_000, 5000],
  ]);
  expect(spans(1, 2)).toEqual([
    ['compile', 1000, 500],
    ['submit', 1500, 500],
    ['flush', 1000, 1000],
    ['submit', 9000, 1000],
    ['flush', 9000, 1000],
  ]);
  expect(spans(1, 3)).toEqual([['read', 10_000, 5000]]);
});

test('every event has what the format asks for, and the tracks have names', () => {
  for (const event of events) {
    expect(['X', 'M']).toContain(event.ph);
    expect(typeof event.name).toBe('string');
    expect(Number.isInteger(event.pid) && Number.isInteger(event.tid)).toBe(true);
    if (event.ph === 'X') expect(event.ts! >= 0 && event.dur! >= 0).toBe(true);
  }
  const names = events.filter(({ name }) => name === 'process_name').map(({ args }) => args.name);
  expect(names).toEqual(['Host', 'GPU']);
});

test('nothing that ran gives an empty profile', () => {
  const empty = new Profile({ start: 0, end: 1, phases: [], submits: [], runs: [] });
  expect(empty.kernels).toEqual([]);
  expect(JSON.parse(empty.toChromeTrace()).traceEvents.filter(({ ph }: TraceEvent) => ph === 'X')).toHaveLength(1);
});
