// Checks that every family of fixtures can be read, and that each case's arrays hold what their shapes say.
import { describe, expect, it } from 'vitest';
import { fixtureNumber, loadFixture } from '../support/fixtures';

describe('fixtures', () => {
  it('reads arrays by key', async () => {
    const fixture = await loadFixture<{ name: string; stride: number | number[]; groups: number }>('conv2d');
    expect(fixture.torch).toMatch(/^2\./);
    expect(fixture.cases.length).toBeGreaterThan(30);
    for (const { name } of fixture.cases) {
      const output = fixture.tensor(`${name}/output`);
      expect(output.dtype).toBe('float32');
      expect(output.data.length).toBe(output.shape.reduce((a, b) => a * b, 1));
      expect(fixture.tensor(`${name}/grad_input`).shape).toEqual(fixture.tensor(`${name}/input`).shape);
    }
    const indices = (await loadFixture('max-pool2d')).tensor('plain/indices');
    expect(indices.dtype).toBe('int64');
    expect(Math.max(...indices.data)).toBeLessThan(64);
  });

  it('says which family or array is missing', async () => {
    await expect(loadFixture('none')).rejects.toThrow('expected a family in test/fixtures, but got none');
    const fixture = await loadFixture('matmul');
    expect(fixture.has('5-by-5/output')).toBe(true);
    expect(() => fixture.tensor('none/output')).toThrow('expected an array named none/output');
  });

  it('reads numbers that JSON cannot write', () => {
    expect([fixtureNumber('nan'), fixtureNumber('-inf'), fixtureNumber(2)]).toEqual([Number.NaN, -Infinity, 2]);
  });
});
