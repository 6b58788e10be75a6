// PyTorch's own database of samples: every function of torch, tensors, nn.functional, linalg and special that both libraries have, with gradients.
// LAMPLIGHT_SAMPLES names a file of all samples, of `python test/fixtures/make.py samples_whole`.
import { expect, test } from 'vitest';
import { sampled } from '../support/sample';
import { idOf, loadSamples, type Sample, sampleDiffers } from '../support/samples';
import { isKnown } from '../support/samples-differences';

const samples = loadSamples(process.env.LAMPLIGHT_SAMPLES);
const byName = new Map<string, Sample[]>();
for (const sample of samples) byName.set(sample.name, [...(byName.get(sample.name) ?? []), sample]);

test.each(sampled([...byName], 128))('%s', async (_, cases) => {
  const unexpected: string[] = [];
  for (const sample of cases) {
    const found = await sampleDiffers(sample);
    if (found !== null && !isKnown(idOf(sample), found)) unexpected.push(`${idOf(sample)}: ${found}`);
  }
  expect(unexpected).toEqual([]);
});
