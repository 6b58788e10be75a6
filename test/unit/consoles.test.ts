// What consoles and JSON show of tensors, models, optimizers, schedulers and data sets: text of use, and nothing is read back for it.
import { inspect } from 'node:util';
import * as torch from 'lamplight';
import { data, nn, optim, vision } from 'lamplight';
import { expect, test } from 'vitest';

/** As Deno asks for it. */
const inDeno = (x: object): string => Reflect.apply(Reflect.get(x, Symbol.for('Deno.customInspect')), x, []);

const x = torch.tensor([
  [1, 2],
  [3, 4.5],
]);

test('a tensor shows its shape, dtype, device, and the values that are at hand', () => {
  const text =
    'Tensor(shape=[2, 2], dtype=float32, device=webgpu)\ntensor([[1.0000, 2.0000],\n        [3.0000, 4.5000]])';
  expect(inspect(x)).toBe(text);
  expect(inDeno(x)).toBe(text);
  expect(inspect(x.mul(2))).toBe(
    'Tensor(shape=[2, 2], dtype=float32, device=webgpu); await x.print() shows the values',
  );
  expect(inspect(x.t())).toContain('tensor([[1.0000, 3.0000],\n        [2.0000, 4.5000]])');
  expect(inspect(x.at(1))).toContain('tensor([3.0000, 4.5000])');
  expect(inspect(torch.zeros(2))).toContain('tensor([0., 0.])');
  expect(inspect(torch.tensor(true))).toContain('dtype=bool, device=webgpu)\ntensor(True)');
  expect(inspect(torch.tensor([0.5], { dtype: 'float16' }))).toContain('tensor([0.5000], dtype=torch.float16)');
  expect(inspect(x.at(x.gt(1)))).toBe('Tensor(picked by a mask, dtype=float32); await it to know its shape');
});

test('what requires a gradient, is lazy or was disposed says so', () => {
  const p = new nn.Parameter(torch.ones(1));
  expect(inspect(p)).toBe(
    'Parameter(shape=[1], dtype=float32, device=webgpu, requiresGrad=true)\ntensor([1.], requires_grad=True)',
  );
  expect(inspect(p.mul(2))).toMatch(/device=webgpu, gradFn=<MulBackward0>\)/);
  expect(inspect(new nn.LazyLinear(2).weight)).toBe('<UninitializedParameter>');
  expect(JSON.stringify(new nn.LazyLinear(2).weight)).toBe('{"shape":null,"dtype":"float32","device":"webgpu"}');
  const gone = torch.ones(2);
  gone.dispose();
  expect(inspect(gone)).toBe('Tensor(shape=[2], dtype=float32, device=webgpu, disposed)');
});

test('JSON has the same', () => {
  expect(JSON.stringify(x)).toBe('{"shape":[2,2],"dtype":"float32","device":"webgpu","values":[[1,2],[3,4.5]]}');
  expect(JSON.stringify({ loss: x.sum() })).toBe('{"loss":{"shape":[],"dtype":"float32","device":"webgpu"}}');
});

test('the fields that browsers list first are shape, dtype and device', () => {
  expect(Object.keys(x).slice(0, 3)).toEqual(['shape', 'dtype', 'device']);
});

test('lists and objects of tensors are short', () => {
  expect(inspect({ loss: x.sum(), batch: [x] }).split('\n').length).toBeLessThan(9);
});

test('models, transforms, optimizers, schedulers and data sets print as String gives them', () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 30 });
  const plateau = new optim.lrScheduler.ReduceLROnPlateau(optimizer);
  class Squares extends data.Dataset<number> {
    get length(): number {
      return 3;
    }
    get(i: number): number {
      return i * i;
    }
  }
  const squares = new Squares();
  const printed = [
    model,
    optimizer,
    scheduler,
    plateau,
    squares,
    new vision.transforms.ToTensor(),
    torch.device('cuda'),
  ];
  for (const each of printed) {
    expect(inspect(each)).toBe(String(each));
    expect(inDeno(each)).toBe(String(each));
  }
  expect(String(scheduler)).toBe('StepLR(gamma=0.1, stepSize=30, lastEpoch=0, lr=[0.5])');
  expect(String(plateau)).toMatch(/^ReduceLROnPlateau\(mode=min, factor=0\.1, patience=10, /);
  expect(String(squares)).toBe('Squares(length=3)');
  expect([...squares, squares[2]]).toEqual([0, 1, 4, 4]);
  expect(inspect(new data.DataLoader(squares, { batchSize: 2 })).split('\n').length).toBeLessThan(30);
});
