// What the command that checks exported files asks of the library: files, with the inputs and outputs that go with them.
import * as torch from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { models } from 'lamplight/vision';
import { type Example, families, named } from '../../../test/support/onnx/small-networks';

/** A tensor as the checker reads it. */
export interface Written {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export interface Case {
  readonly bytes: Uint8Array;
  readonly inputs: readonly Written[];
  readonly outputs: readonly Written[];
}

/** Sides of pictures: for networks that need more than the others. */
const SIDES: Readonly<Record<string, number>> = {
  inception_v3: 96,
  vit_b_16: 224,
  alexnet: 96,
  lenet5: 28,
  conv_vae: 28,
  lenet5_paper: 32,
};
const SIDE = 64;

/** Detectors read back which boxes they found, and go on by that: their export is refused. */
export const isDetector = (name: string): boolean => /rcnn|retinanet|ssd|fcos|yolo/.test(name);

/** Every network that the command knows, by name; those of `vision.models` that are built by name, and small ones. */
export const names = (): string[] => [...Object.keys(named), ...Object.keys(families), ...models.listModels()];

function exampleOf(name: string, pictures: number): Example {
  const small = named[name] ?? families[name];
  if (small) return small();
  const model = models.getModel(name as models.ModelName, { weights: null } as never) as torch.nn.Module;
  if (name === 'dcgan') return { model, inputs: [torch.randn(2, 100, 1, 1)] };
  const side = SIDES[name] ?? SIDE;
  const picture = torch.rand(3, side, side);
  if (isDetector(name)) return { model, inputs: [[picture]] };
  const channels = /^lenet|vae/.test(name) ? 1 : 3;
  return { model, inputs: [torch.rand(pictures, channels, side, side)] };
}

/** Changes every number a little: networks begin with zeros and ones, which hide what becomes of them. */
function stir(model: torch.nn.Module): void {
  torch.noGrad(() => {
    for (const tensor of model.parameters()) tensor.add_(torch.randnLike(tensor).mul(0.02));
    for (const [name, tensor] of model.namedBuffers()) {
      if (/mean/i.test(name)) tensor.add_(torch.randnLike(tensor).mul(0.1));
      if (/var/i.test(name)) tensor.mul_(torch.randLike(tensor).add(0.5));
    }
  });
}

/** Has everything train but what draws random numbers. */
function withoutDropout(model: torch.nn.Module): void {
  model.train();
  for (const module of model.modules())
    if (/Dropout|StochasticDepth|RReLU|MultiheadAttention|LSTM/.test(module.constructor.name)) module.eval();
}

const written = async (tensor: torch.Tensor): Promise<Written> => {
  const data = (await tensor.data()) as Float32Array;
  return {
    dtype: tensor.dtype,
    shape: tensor.shape,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
};

const tensorsIn = (value: unknown): torch.Tensor[] => {
  if (value instanceof torch.Tensor) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsIn) : [];
};

/** A network as a file, with an input and its output. */
export async function caseOf(name: string, opsetVersion: number, training: boolean): Promise<Case> {
  torch.manualSeed(1);
  const { model, inputs } = exampleOf(name, training ? 4 : 1);
  stir(model);
  if (training) withoutDropout(model);
  else model.eval();
  const bytes = await onnx.export(model, inputs, { opsetVersion, training: 'preserve' });
  const result = torch.noGrad(() => (model as unknown as (...given: unknown[]) => unknown)(...inputs));
  return {
    bytes,
    inputs: await Promise.all(tensorsIn(inputs).map(written)),
    outputs: await Promise.all(tensorsIn(result).map(written)),
  };
}
