// Proves that kernels get measured choices where there are some that fit, and their own rule's choice otherwise.
import { describe, expect, test } from 'vitest';
import { TuningRecorder } from '../../src/engine/compiler/tuning/recorder';
import { type ChoicePoint, candidatesOf, fingerprint, TuningTable } from '../../src/engine/compiler/tuning/table';
import { type Candidate, tuned } from '../../src/engine/compiler/tuning/tuning';
import type { Tuning } from '../../src/engine/gpu/device';
import { adapterOf, roomy } from '../support/adapter';

const adapter = (tuning?: Tuning) => adapterOf('gpu', { ...roomy, ...(tuning && { tuning }) });

const small = { tm: 4, tn: 4 };
const large = { tm: 8, tn: 8 };
const wide = { tm: 4, tn: 16 };
const point: ChoicePoint = { kernel: 'matmul', shape: [2, 3], candidates: [small, large], fallback: small };
const ask = (tuning: Tuning | undefined, candidates: readonly Candidate[] = point.candidates, shape = [2, 3]) =>
  tuned(adapter(tuning), 'matmul', shape, candidates, small);
const measured = (best: Candidate) =>
  new TuningTable([{ kernel: 'matmul', shape: [2, 3], best, among: fingerprint(candidatesOf(point)) }]);

describe('tuned', () => {
  test('is the fallback where nothing was measured', () => {
    expect(ask(undefined)).toBe(small);
    expect(ask(new TuningTable())).toBe(small);
  });

  test('is the measured candidate for that shape only', () => {
    expect(ask(measured(large))).toBe(large);
    expect(ask(measured({ ...large }))).toBe(large);
    expect(ask(measured(large), point.candidates, [3, 2])).toBe(small);
  });

  test('is the fallback where the candidates have changed since, or the measured one is none of them', () => {
    expect(ask(measured(large), [small, large, wide])).toBe(small);
    expect(ask(measured(wide))).toBe(small);
  });

  test('a recorder notes each question once and answers as told', () => {
    const recorder = new TuningRecorder(new Map([['matmul 2 3', large]]));
    expect(ask(recorder)).toBe(large);
    expect(ask(recorder)).toBe(large);
    expect(ask(recorder, point.candidates, [5])).toBe(small);
    expect([...recorder.points.values()]).toEqual([point, { ...point, shape: [5] }]);
  });
});

test('the candidates of a point are the fallback and the others, each once', () => {
  expect(candidatesOf(point)).toEqual([small, large]);
  expect(candidatesOf({ ...point, fallback: wide })).toEqual([wide, small, large]);
});
