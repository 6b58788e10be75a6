// NumPy's files and safetensors' further types, to and from tensors on the device.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

const state = () => ({
  f: torch.tensor([
    [1.5, Number.NaN],
    [-0, 1e-40],
  ]),
  n: torch.tensor([-(2 ** 31), 7], { dtype: 'int64' }),
  i: torch.tensor([-3], { dtype: 'int32' }),
  u: torch.tensor([4294967295], { dtype: 'uint32' }),
  bytes: torch.tensor([0, 255], { dtype: 'uint8' }),
  mask: torch.tensor(true),
  ['__proto__']: torch.zeros(2, 0, 3),
  view: torch.arange(6).reshape(2, 3).t(),
});

test('arrays by name cross both ways, compressed or not', async () => {
  const before = state();
  for (const compressed of [false, true]) {
    const after = await torch.load(await torch.saveBytes(before, 'x.npz', { compressed }));
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [name, tensor] of Object.entries(before)) {
      const copy = after[name]!;
      expect([copy.shape, copy.dtype, await copy.data()], name).toEqual([
        tensor.shape,
        tensor.dtype,
        await tensor.data(),
      ]);
    }
  }
  expect((await torch.saveBytes({ x: torch.zeros(1000) }, { format: 'npz', compressed: true })).length).toBeLessThan(
    400,
  );
});

test('a tensor crosses as .npy, and as a File', async () => {
  const bytes = (await torch.saveBytes(torch.arange(6).reshape(2, 3), 'x.npy')) as Uint8Array<ArrayBuffer>;
  const loaded = await torch.load<torch.Tensor>(new File([bytes], 'x.npy'), { rows: [1, 2] });
  expect(await loaded.tolist()).toEqual([[3, 4, 5]]);
});

test.each(['x.npy', 'x.npz', 'x.pt', 'x.safetensors'])(
  'what is saved as %s are the values of the call',
  async (name) => {
    const x = torch.arange(4).mul(1);
    const saved = torch.saveBytes(name === 'x.npy' ? x : { x }, name);
    x.fill_(7);
    const loaded = await torch.load<torch.Tensor & { x: torch.Tensor }>(await saved);
    expect(await (name === 'x.npy' ? loaded : loaded.x).tolist()).toEqual([0, 1, 2, 3]);
  },
);
