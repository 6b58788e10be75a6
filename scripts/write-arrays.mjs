// Writes arrays as .npy, .npz and .safetensors, for test/fixtures/read_arrays.py to read with NumPy: node scripts/write-arrays.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { withDriver, withModule } from './in-node.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('write-arrays: expected a folder to write to');
mkdirSync(folder, { recursive: true });

const status = await withDriver(async () => {
  await withModule('/src/index.ts', write);
  // Dawn keeps a process alive as long as there is a device.
  return process.exit(0);
});
process.exitCode = status ?? 1;

/** @param {typeof import('../src/index')} torch */
async function write(torch) {
  /** @type {readonly [name: string, numpy: string, tensor: import('../src/index').Tensor][]} */
  const cases = [
    [
      'float32',
      'f4',
      torch.tensor([
        [1.5, -0.25],
        [1e-40, 3],
      ]),
    ],
    ['int64', 'i8', torch.tensor([-(2 ** 31), 7, 2 ** 31 - 1], { dtype: 'int64' })],
    ['int32', 'i4', torch.tensor([[-3]], { dtype: 'int32' })],
    ['uint32', 'u4', torch.tensor([4294967295], { dtype: 'uint32' })],
    ['uint8', 'u1', torch.tensor([0, 255, 3], { dtype: 'uint8' })],
    ['bool', 'b1', torch.tensor([true, false])],
    ['scalar', 'f4', torch.tensor(2.5)],
    ['empty/größe', 'f4', torch.zeros(2, 0, 3)],
    ['__proto__', 'f4', torch.arange(6, { dtype: 'float32' }).reshape(2, 3).t()],
  ];
  const all = Object.fromEntries(cases.map(([name, , tensor]) => [name, tensor]));
  for (const [i, [, , tensor]] of cases.entries()) await torch.save(tensor, join(folder, `${i}.npy`));
  await torch.save(all, join(folder, 'stored.npz'));
  await torch.save(all, join(folder, 'compressed.npz'), { compressed: true });
  await torch.safetensors.saveFile(all, join(folder, 'all.safetensors'), { metadata: { note: 'größer' } });
  const described = cases.map(async ([name, numpy, tensor], file) => ({
    name,
    numpy,
    file,
    shape: tensor.shape,
    values: [...(await tensor.data())],
  }));
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(await Promise.all(described)));
}
