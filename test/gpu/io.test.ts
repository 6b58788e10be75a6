// Saving and loading: round trips, PyTorch's own files, downloads, and files that are something else.
import * as torch from 'lamplight';
import { afterEach, describe, expect, test, vi } from 'vitest';
import fixtureUrl from '../fixtures/random.safetensors?url';

const state = () => ({
  'conv.weight': torch.tensor([
    [1.5, -2, Number.NaN],
    [0, 1e-40, Number.POSITIVE_INFINITY],
  ]),
  steps: torch.tensor(7, { dtype: 'int64' }),
  mask: torch.tensor([true, false]),
  bytes: torch.tensor([0, 255, 3], { dtype: 'uint8' }),
  empty: torch.zeros(0, 3),
});

afterEach(() => vi.restoreAllMocks());

describe('saveBytes and load', () => {
  test('give back every tensor, in order', async () => {
    const before = state();
    const loaded = await torch.load(await torch.saveBytes(before));
    expect(Object.keys(loaded)).toEqual(Object.keys(before));
    for (const [name, tensor] of Object.entries(before)) {
      const copy = loaded[name]!;
      expect([copy.shape, copy.dtype, await copy.data()]).toEqual([tensor.shape, tensor.dtype, await tensor.data()]);
    }
  });

  test('take files, blobs, buffers and gzip', async () => {
    const bytes = (await torch.saveBytes({ x: torch.tensor([1, 2]) })) as Uint8Array<ArrayBuffer>;
    const gzip = await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
    for (const source of [new File([bytes], 'x.safetensors'), new Blob([bytes]), bytes.slice().buffer, gzip]) {
      const { x } = await torch.load(source);
      expect(await x!.tolist()).toEqual([1, 2]);
    }
  });

  test('views are saved as they look', async () => {
    const t = torch.arange(6).reshape(2, 3).t();
    const { t: copy } = await torch.load(await torch.saveBytes({ t }));
    expect(await copy!.tolist()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });
});

test('load reads a file that PyTorch wrote, from its address', async () => {
  const tensors = await torch.load(fixtureUrl);
  torch.manualSeed(42);
  expect(await tensors['fill-42-17/rand']!.tolist()).toEqual(await torch.rand(17).tolist());
  expect(tensors['fill-42-17/randint']!.dtype).toBe('int64');
});

test('save has the browser download the file', async () => {
  const clicked: { name: string; url: string }[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    clicked.push({ name: this.download, url: this.href });
  });
  await torch.save({ x: torch.tensor([3]) }, 'weights.safetensors');
  expect(clicked.map(({ name }) => name)).toEqual(['weights.safetensors']);
  expect(await (await torch.load(clicked[0]!.url)).x!.tolist()).toEqual([3]);
});

describe('bad input', () => {
  test('is refused with its kind and a remedy', async () => {
    const pth = new File([Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0)], 'alexnet.pth');
    await expect(torch.load(pth)).rejects.toThrowError(torch.FileFormatError);
    await expect(torch.load(pth)).rejects.toThrowError(
      /^alexnet\.pth: expected a complete zip archive, but its directory is missing/,
    );
    const broken = Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3);
    await expect(torch.load(broken)).rejects.toThrowError(
      /expected a complete gzip stream, but it is truncated or damaged/,
    );
    await expect(torch.load('data:text/plain,hello')).rejects.toThrowError(torch.FileFormatError);
    await expect(torch.load(7 as unknown as string)).rejects.toThrowError(torch.ArgumentError);
    await expect(torch.save({ x: () => 1 }, 'x')).rejects.toThrowError(
      /expected what can be saved at "x", but got a function/,
    );
    await expect(torch.save({}, '')).rejects.toThrowError(/expected the name of a file/);
  });

  test('a missing address is a FetchError with its status', async () => {
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('gone', { status: 404, statusText: 'Not Found' }));
    await expect(torch.load('nowhere.safetensors')).rejects.toMatchObject({
      name: 'FetchError',
      status: 404,
      message: 'nowhere.safetensors: the server answered 404 Not Found',
    });
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
    await expect(torch.load('https://nowhere.example/x')).rejects.toThrowError(
      /no answer \(Failed to fetch\); check the address/,
    );
  });
});
