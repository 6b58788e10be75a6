// Checks functions of tensors, and the methods of the same name, against PyTorch: outputs and gradients.

import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { loadFixture } from '../support/fixtures';
import { checkFunction, type FunctionCall } from '../support/function-calls';
import { sampled } from '../support/sample';

const fixture = await loadFixture<FunctionCall>('functions');

type UnpackedDual = ReturnType<typeof torch.autograd.forwardAd.unpackDual>;

const { functional } = torch.autograd;
const two = (p: Tensor, q: Tensor) => [p.mul(q.sin()), p.sum().mul(q).prod()];
const one = (p: Tensor, q: Tensor) => p.mul(p).mul(q).sum().add(q.prod());
const createGraph = true;

/** What the cases of vmap map, and those of torch.autograd.functional, as one list each. */
const mapped = {
  functionalJacobian: (x: Tensor, y: Tensor) => functional.jacobian(two, [x, y], { createGraph }).flat(),
  functionalHessian: (x: Tensor, y: Tensor) => functional.hessian(one, [x, y], { createGraph }).flat(),
  functionalVjp: (x: Tensor, y: Tensor, v: Tensor) => functional.vjp(two, [x, y], [v, v.sum()], { createGraph }).flat(),
  functionalJvp: (x: Tensor, y: Tensor, v: Tensor, w: Tensor) =>
    functional.jvp(two, [x, y], [v, w], { createGraph }).flat(),
  functionalVhp: (x: Tensor, y: Tensor, v: Tensor, w: Tensor) =>
    functional.vhp(one, [x, y], [v, w], { createGraph }).flat(),
  functionalHvp: (x: Tensor, v: Tensor) => functional.hvp((p: Tensor) => p.pow(3).sum(), x, v),
  dual: (x: Tensor, y: Tensor, v: Tensor, w: Tensor) => {
    const { dualLevel, makeDual, unpackDual } = torch.autograd.forwardAd;
    return dualLevel(() => {
      const [p, q] = [makeDual(x, v), makeDual(y, w)];
      const [a, b] = two(p, q).map((each) => unpackDual(each)) as [UnpackedDual, UnpackedDual];
      return [a.primal, a.tangent, b.tangent, unpackDual(p.cos()).tangent, unpackDual(p).tangent!.clone()];
    });
  },
  linearised: (x: Tensor, y: Tensor, v: Tensor, w: Tensor) => {
    const [values, push] = torch.func.linearize(two, x, y);
    return [...values, ...push(v, w), ...push(w, v)];
  },
  vmapDot: torch.vmap(torch.dot),
  vmapColumns: torch.vmap((x: Tensor, y: Tensor) => x.mul(y.sum()), { inDims: [1, null], outDims: 1 }),
  vmapPairs: torch.vmap((x: Tensor, y: Tensor) => [x.sum(), x.sub(y)], [0, -2], [0, 1]),
  vmapTwice: torch.func.vmap(torch.vmap(torch.dot, { inDims: [null, 0] }), { inDims: [0, null] }),
  vmapGrad: torch.vmap(
    torch.func.grad((w: Tensor, x: Tensor) => w.mul(x).sum().sin()),
    { inDims: [null, 0] },
  ),
};

test.each(sampled(fixture.cases, 40))('$name', (item) => checkFunction(fixture, item, mapped));

describe('misuse', () => {
  const [vector, matrix] = [torch.ones(3), torch.ones(2, 3)];
  const message = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      if (error instanceof torch.LamplightError) return error.message;
      throw error;
    }
    return 'nothing thrown';
  };

  /** Arguments with a rounding mode, which `div` alone takes. */
  const rounded = (...first: Tensor[]) => [...first, 2, { roundingMode: 'floor' }] as unknown as [never];

  test.each([
    [() => torch.autograd.forwardAd.makeDual(vector, vector), /makeDual: expected to be called within dualLevel/],
    [
      () => torch.autograd.forwardAd.dualLevel(() => torch.autograd.forwardAd.makeDual(vector, matrix)),
      /makeDual: expected a tangent of the tensor's shape \[3\], but got \[2, 3\]/,
    ],
    [
      () => torch.func.linearize((x: Tensor) => x, vector)[1](...([] as never as [Tensor])),
      /func.linearize: expected tangents/,
    ],
    [() => torch.klDiv(vector, vector, 3 as 2), /klDiv: expected reduction/],
    [() => torch.featureDropout(vector, 0.5, true), /featureDropout: expected input \[N, C, …\], but got shape \[3\]/],
    [() => torch.trace(vector), /trace: expected a matrix, but got shape \[3\]/],
    [() => torch.diag(torch.ones(2, 2, 2)), /diag: expected a vector or a matrix, but got shape \[2, 2, 2\]/],
    [() => torch.diagEmbed(vector, 0, 1, -1), /diagEmbed: expected two different dimensions .* got 1 and -1/],
    [() => torch.diagonalScatter(matrix, vector), /diagonalScatter: expected src of shape \[2\] .* got \[3\]/],
    [() => torch.selectScatter(matrix, vector, 0, 2), /selectScatter: index 2 is out of bounds for dimension 0/],
    [() => torch.ones(2, 3, 4).at(0, null, 3), /at: index 3 is out of bounds for dimension 1 with size 3/],
    [() => vector.fillDiagonal_(1), /fillDiagonal_: expected a matrix, .* got shape \[3\]/],
    [() => torch.put(vector, torch.tensor([0]), vector), /put: expected as many indices as elements of source/],
    [() => torch.addmv(vector, matrix, matrix), /mv: expected tensors of 2 and 1 dimensions/],
    [() => torch.inner(matrix, torch.ones(2)), /inner: expected equal last dimensions, .* \[2, 3\] and \[2\]/],
    [() => torch.cross(matrix, matrix, { dim: 0 }), /cross: expected a dimension of size 3/],
    [() => torch.pdist(vector), /pdist: expected a matrix, but got shape \[3\]/],
    [() => torch.renorm(vector, 2, 0, 1), /renorm: expected at least 2 dimensions/],
    [() => torch.cov(torch.ones(2, 2, 2)), /cov: expected a vector or a matrix, but got shape \[2, 2, 2\]/],
    [() => torch.kthvalue(vector, 4), /kthvalue: expected k from 1 to 3 for shape \[3\], but got 4/],
    [() => torch.mode(torch.ones(2, 0)), /mode: expected a dimension with elements, but got shape \[2, 0\]/],
    [() => torch.quantile(vector, 1.5), /quantile: expected q from 0 to 1, but got 1.5/],
    [() => vector.quantile(0.5, { interpolation: 'cubic' as 'linear' }), /an interpolation of linear, .* got 'cubic'/],
    [() => torch.histogram(vector, 0), /histogram: expected bins to be a whole number from 1 to .*, but got 0/],
    [() => torch.searchsorted(matrix, vector), /searchsorted: expected a sorted vector, .* got \[2, 3\]/],
    [() => torch.searchsorted(vector, 1, { side: 'middle' as 'left' }), /expected side 'left' or 'right'/],
    [() => torch.diff(torch.tensor(1)), /diff: expected at least one dimension, but got shape \[\]/],
    [() => torch.gradient(vector, { edgeOrder: 3 }), /gradient: expected edgeOrder 1 or 2, but got 3/],
    [() => torch.gradient(torch.ones(1)), /gradient: expected at least 2 points, but got 1/],
    [() => torch.trapezoid(vector, torch.ones(2)), /trapezoid: expected 3 coordinates .* got 2/],
    [() => torch.tensorSplit(vector, 0), /tensorSplit: expected sections to be a whole number from 1 to .*, but got 0/],
    [() => torch.hsplit(matrix, 2), /hsplit: expected a number of sections that divides 3/],
    [() => torch.fliplr(vector), /fliplr: expected at least 2 dimensions, but got shape \[3\]/],
    [() => torch.blockDiag(torch.ones(1, 1, 1)), /blockDiag: expected tensors of at most 2 dimensions/],
    [() => matrix.repeatInterleave(torch.tensor([1, 2, 3]), 0), /repeatInterleave: expected 2 counts for dimension 0/],
    [() => matrix.scatter(0, torch.tensor([[0]]), {}), /scatter: missing 1 required argument: 'src'/],
    [() => matrix.norm('nuclear' as 'nuc'), /norm: expected p to be a number, 'fro' or 'nuc', but got "nuclear"/],
    [() => matrix.sum({ dims: 1 } as { dim?: number }), /sum: got an unknown argument 'dims'; did you mean 'dim'\?/],
    [() => matrix.sum({ axes: 1 } as { dim?: number }), /argument 'axes'; it takes 'dim', 'keepdim', and 'dtype'/],
    [() => matrix.std({ correction: 1, unbiased: true }), /std: expected either correction or unbiased/],
    [() => vector.to('gpu' as 'int32'), /to: expected a dtype of float32, .* but got "gpu"/],
    [() => torch.zeros(2, { device: 'gpu' } as object), /zeros: expected a device such as 'cuda'.* but got 'gpu'/],
    [() => torch.gather(matrix, 0, torch.tensor([[0]]), true as false), /gather: expected sparseGrad false/],
    [() => torch.vmap(torch.dot)(vector, torch.ones(2)), /vmap: expected one size, at least 1, .* got \[3, 2\]/],
    [() => torch.vmap(torch.dot, { inDims: [null, null] })(vector, vector), /vmap: expected at least one argument/],
    [() => torch.vmap(torch.abs, { inDims: [0, 0] })(vector), /vmap: expected inDims for 1 arguments, but got 2/],
    [() => torch.trueDivide(...rounded(vector)), /^trueDivide: got an unknown argument 'roundingMode'/],
    [() => vector.trueDivide(...rounded()), /^trueDivide: got an unknown argument 'roundingMode'/],
    [() => vector.trueDivide_(...rounded()), /^trueDivide_: got an unknown argument 'roundingMode'/],
    [() => torch.Size([1.5]), /Size: expected sizes to be a list of whole numbers, but got/],
    [() => torch.Size([-1]), /Size: expected sizes ≥ 0, but got \[-1\]/],
    [() => torch.setDefaultDtype('float16'), /setDefaultDtype: expected 'float32', .* but got "float16"; write/],
    [() => torch.setDefaultDtype('float64' as 'float32'), /setDefaultDtype: .*float64/],
    [() => torch.setDefaultDtype('int32'), /setDefaultDtype: expected 'float32', .* but got "int32"/],
    [() => torch.vmap(torch.abs, { outDims: null })(vector), /vmap: expected the result to be one tensor for all/],
    [() => torch.vmap(torch.abs, { outDims: [0] })(vector), /vmap: expected one outDims for the result.* got \[0\]/],
    [
      () => torch.vmap((x: Tensor) => ({ a: [x, x] }), { outDims: { a: [0] } })(vector),
      /vmap: expected 2 outDims, but got 1/,
    ],
    [
      () => torch.vmap((x: Tensor) => ({ a: x }), { outDims: { b: 0 } })(vector),
      /vmap: expected outDims for a, as the result has them, but got them for b/,
    ],
    [() => torch.vmap((x: Tensor) => ({ a: x }), { outDims: [0] })(vector), /vmap: expected an object of outDims/],
    [
      () => functional.hessian((x: Tensor) => x.mul(2), vector),
      /functional.hessian: expected a function of one element/,
    ],
    [() => functional.vjp((x: Tensor) => x, vector), /functional.vjp: expected v, since .* is not a single element/],
    [
      () => functional.jvp((x: Tensor) => x, vector, matrix),
      /functional.jvp: expected v of shape \[3\], but got \[2, 3\]/,
    ],
    [() => functional.hvp(one, [vector, vector], [vector]), /functional.hvp: expected 2 tensors as v, but got 1/],
    [
      () => functional.jacobian(() => vector, matrix, { strict: true }),
      /with strict: true, result 0 of func must depend/,
    ],
    [() => functional.jacobian((x: Tensor) => x, [], {}), /functional.jacobian: expected inputs to be a tensor/],
    [
      () => functional.vhp((x: Tensor, _: Tensor) => x.pow(2).sum(), [vector, vector], [vector, vector], false, true),
      /functional.vhp: with strict: true, func must depend on input 1/,
    ],
  ])('%#', (call, text) => expect(message(call)).toMatch(text));
});

test('Size gives sizes, and float32 is the default dtype', () => {
  const size: torch.Size = torch.Size([2, 3]);
  expect(size).toEqual(torch.zeros(2, 3).shape);
  expect(new torch.Size([4])).toEqual([4]);
  expect([torch.Size(), torch.zeros(size).shape]).toEqual([[], [2, 3]]);
  torch.setDefaultDtype(torch.float32);
  expect(torch.getDefaultDtype()).toBe('float32');
});

test('vmap places results of any nesting where outDims says, and gives what no example changes as it is', async () => {
  const x = torch.arange(6, { dtype: torch.float32 }).view(3, 2);
  const w = torch.tensor([1, 2]);
  const call = torch.vmap((row: Tensor, weight: Tensor) => ({ sum: row.sum(), pair: [row.mul(weight), weight] }), {
    inDims: [0, null],
    outDims: { sum: 0, pair: [1, null] },
  });
  const { sum, pair } = call(x, w);
  expect(await sum.tolist()).toEqual([1, 5, 9]);
  expect(pair[1]).toBe(w);
  // PyTorch 2.15: torch.vmap(lambda r, w: {'sum': r.sum(), 'pair': [r * w, w]}, in_dims=(0, None), out_dims={'sum': 0, 'pair': [1, None]})
  expect(await pair[0]!.tolist()).toEqual([
    [0, 2, 4],
    [2, 6, 10],
  ]);
  // One for a part is for all of it.
  const nested = torch.vmap((row: Tensor) => [row.mul(2), { twice: [row, row] }] as const, { outDims: [0, 1] })(x);
  expect([nested[0].shape, nested[1].twice[1]!.shape]).toEqual([
    [3, 2],
    [2, 3],
  ]);
});

test('functionalCall takes per-sample gradients and ensembles, as PyTorch’s tutorials do', async () => {
  const model = new nn.Linear(2, 1);
  const params = {
    weight: torch.tensor([[0.5, -1]]),
    bias: torch.tensor([0.25]),
  };
  const x = torch.tensor([
    [1, 2],
    [0.5, -1],
  ]);
  const y = torch.tensor([[0.5], [1]]);
  const computeLoss = (p: typeof params, sample: Tensor, target: Tensor): Tensor =>
    nn.functional.mseLoss(torch.func.functionalCall(model, p, sample.unsqueeze(0)), target.unsqueeze(0));
  const perSample = torch.func.vmap(torch.func.grad(computeLoss), { inDims: [null, 0, 0] })(params, x, y);
  // d = x · w + b − y = [−1.75, 0.5]; the gradients are 2 d x and 2 d.
  expect(await perSample.weight.tolist()).toEqual([[[-3.5, -7]], [[0.5, -1]]]);
  expect(await perSample.bias.tolist()).toEqual([[-3.5], [1]]);
  expect(model.weight).toBeInstanceOf(nn.Parameter);
  const models = [new nn.Linear(2, 1), new nn.Linear(2, 1)];
  const [stacked, buffers] = torch.func.stackModuleState(models);
  expect([stacked.weight!.shape, stacked.weight!.requiresGrad, buffers]).toEqual([[2, 1, 2], true, {}]);
  const all = torch.vmap((p: Record<string, Tensor>, input: Tensor) => torch.func.functionalCall(model, p, [input]), {
    inDims: [0, null],
  })(stacked, x);
  const each = torch.stack(models.map((one) => one(x)));
  expect(await all.tolist()).toEqual(await each.tolist());
  expect(() => torch.func.functionalCall(model, { weights: x }, x)).toThrow(/^functionalCall: .* but got 'weights'/);
});

/** Of PyTorch's tutorial of per-sample gradients, in small. */
class SimpleCNN extends nn.Module {
  conv1 = new nn.Conv2d(1, 4, 3, 1);
  conv2 = new nn.Conv2d(4, 6, 3, 1);
  fc1 = new nn.Linear(96, 12);
  fc2 = new nn.Linear(12, 10);
  forward(input: Tensor): Tensor {
    const x = nn.functional.relu(this.conv2(nn.functional.relu(this.conv1(input))));
    const flat = torch.flatten(nn.functional.maxPool2d(x, 2), 1);
    return nn.functional.logSoftmax(this.fc2(nn.functional.relu(this.fc1(flat))), 1);
  }
}

test('gradients of each sample are those of PyTorch’s tutorial', async () => {
  torch.manualSeed(0);
  const [samples, targets] = [torch.randn(5, 1, 12, 12), torch.randint(10, [5])];
  const model = new SimpleCNN();
  const params = Object.fromEntries(model.namedParameters().map(([name, p]) => [name, p.detach()]));
  const buffers = Object.fromEntries(model.namedBuffers());
  type Named = Record<string, Tensor>;
  const computeLoss = (p: Named, b: Named, sample: Tensor, target: Tensor): Tensor =>
    nn.functional.nllLoss(torch.func.functionalCall(model, [p, b], [sample.unsqueeze(0)]), target.unsqueeze(0));
  const all = torch.vmap(torch.func.grad(computeLoss), { inDims: [null, null, 0, 0] })(
    params,
    buffers,
    samples,
    targets,
  );
  // PyTorch 2.15: the norms of each sample's gradients from the same seed.
  const norms = {
    'conv1.weight': [
      0.24146100878715515, 0.1543247103691101, 0.26543790102005005, 0.21575310826301575, 0.20665155351161957,
    ],
    'conv2.bias': [
      0.13151869177818298, 0.14954499900341034, 0.10307534784078598, 0.05721323564648628, 0.13738197088241577,
    ],
    'fc1.weight': [1.1417838335037231, 0.9048720002174377, 0.8283001780509949, 1.0216660499572754, 1.4090279340744019],
    'fc2.bias': [0.9669874310493469, 0.9448484778404236, 0.9472715258598328, 0.9467411637306213, 0.977410614490509],
  };
  for (const [name, expected] of Object.entries(norms)) {
    const found = await all[name]!.flatten(1).norm({ dim: 1 }).tolist();
    expect(found).toEqual(expected.map((value) => expect.closeTo(value, 5)));
  }
});

test('functionalCall and stackModuleState take buffers by their names in state dicts', async () => {
  const make = () => new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
  const models = [make(), make()];
  const x = torch.randn(4, 2);
  for (const model of models) model(x);
  for (const model of models) model.eval();
  const base = torch.deepcopy(models[0]!);
  const [params, buffers] = torch.func.stackModuleState(models);
  expect(Object.keys(buffers)).toEqual(['1.running_mean', '1.running_var', '1.num_batches_tracked']);
  type Named = Record<string, Tensor>;
  const call = (p: Named, b: Named, input: Tensor): Tensor => torch.func.functionalCall(base, [p, b], [input]);
  const all = torch.vmap(call, { inDims: [0, 0, null] })(params, buffers, x);
  const each = torch.stack(models.map((model) => model(x)));
  expect(await all.sub(each).abs().max().item()).toBeLessThan(1e-5);
  // In training the statistics that were given are updated, and the module's are left as they are.
  const given = { '1.running_mean': torch.zeros(3) };
  torch.func.functionalCall(base.train(), given, x);
  const means = await torch
    .stack([given['1.running_mean'], base[1].runningMean!, models[0]![1].runningMean!])
    .tolist<number[][]>();
  const batch = await models[0]![0](x).mean(0).mul(0.1).tolist<number[]>();
  expect(means[0]).toEqual(batch.map((value) => expect.closeTo(value, 5)));
  expect(means[1]).toEqual(means[2]);
});

test('the Hessian of several outputs, and by several arguments', async () => {
  const a = torch.tensor([1.5, 2]);
  const b = torch.tensor([3, 0.5]);
  // Of output i: 6 a_i b_i by a_i twice, 3 a_i² by a_i and b_i, 0 by b_i twice.
  const cubic = (x: Tensor, z: Tensor): Tensor => x.pow(3).mul(z);
  const byFirst = await torch.func.hessian(cubic)(a, b).tolist();
  expect(byFirst).toEqual([
    [
      [27, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 6],
    ],
  ]);
  // Of an object, an object of objects.
  const named = torch.func.hessian((p: { a: Tensor; b: Tensor }) => cubic(p.a, p.b).sum())({ a, b });
  expect(await Promise.all([named.a.a, named.a.b, named.b.b].map((block) => block.tolist()))).toEqual([
    [
      [27, 0],
      [0, 6],
    ],
    [
      [6.75, 0],
      [0, 12],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ]);
  const sum = (x: Tensor, z: Tensor): Tensor => cubic(x, z).sum();
  const blocks = torch.func.hessian(sum, { argnums: [0, 1] })(a, b);
  expect(await torch.stack(blocks.map((row) => torch.stack(row))).tolist()).toEqual([
    [
      [
        [27, 0],
        [0, 6],
      ],
      [
        [6.75, 0],
        [0, 12],
      ],
    ],
    [
      [
        [6.75, 0],
        [0, 12],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ]);
});
