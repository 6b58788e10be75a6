// Damaged ONNX models end in a network or a typed error; `npm run check -- fuzz onnx` reads more of them, and watches time and memory.
import { readFileSync } from 'node:fs';
import * as torch from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { expect, test } from 'vitest';
import { drawsFrom, mutant } from '../fuzz/mutate';
import { insideOnnx } from '../fuzz/onnx-layer';
import { sampleModels } from '../support/onnx-models';

test('damaged models are read, or refused by a typed error', async () => {
  const seeds = [...sampleModels(), Uint8Array.from(readFileSync('test/fixtures/onnx/gru-dynamo.onnx'))];
  for (const seed of seeds) await onnx.load(seed);
  let read = 0;
  for (let i = 0; i < 500; i++) {
    const draw = drawsFrom(i);
    const seed = seeds[draw(seeds.length)]!;
    const damage = (part: Uint8Array) => mutant(part, draw, seeds[draw(seeds.length)]!);
    const bytes = i % 2 === 0 ? damage(seed) : await insideOnnx(seed, damage, draw);
    try {
      await onnx.load(bytes);
      read++;
    } catch (error) {
      expect(error, `mutant ${i}: ${(error as Error).stack}`).toBeInstanceOf(torch.LamplightError);
      expect((error as Error).message).not.toContain('internal:');
    }
  }
  expect(read).toBeGreaterThan(50);
});
