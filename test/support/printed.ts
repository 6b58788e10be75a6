// What a program prints that tells classes by their names: run as it is, and as a minified bundle.
import * as torch from 'lamplight';
import { data, nn, optim, vision } from 'lamplight';

const { transforms } = vision;

/** Every exported class by the name under which it is exported, with the name it has. */
function classes(space: object, path = 'torch', seen = new Set<object>()): [string, string][] {
  seen.add(space);
  return Object.entries(space).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'function') return /^class\b/.test(String(value)) ? [[`${path}.${key}`, value.name]] : [];
    const isSpace = Object.prototype.toString.call(value) === '[object Module]';
    return isSpace && !seen.has(value) ? classes(value, `${path}.${key}`, seen) : [];
  });
}

function caught(fn: () => unknown): string {
  try {
    fn();
    return 'no error';
  } catch (error) {
    const { name } = error as Error;
    return `${name}, ${(error as Error).constructor.name}, ${error}`;
  }
}

/** DCGAN's way of choosing modules. */
const withName = (model: nn.Module, part: string): string[] =>
  model.modules().flatMap((module) => (module.constructor.name.includes(part) ? [String(module)] : []));

export function printed(): { readonly classes: readonly [string, string][]; readonly lines: readonly string[] } {
  const model = new nn.Sequential(
    new nn.Conv2d(1, 2, 3),
    new nn.BatchNorm2d(2),
    new nn.ZeroPad2d(1),
    new nn.LazyConv2d(3, 2),
    new nn.LazyBatchNorm2d(),
    new nn.Flatten(),
    new nn.LazyLinear(10),
    new nn.LSTM(10, 4) as never,
  );
  const decoder = new nn.TransformerDecoder(new nn.TransformerDecoderLayer(4, 2), 2);
  const parametrized = nn.utils.parametrizations.weightNorm(new nn.Linear(2, 2));
  const optimizer = new optim.AdamW(model[0]!.parameters(), { lr: 0.5 });
  const lines = [
    String(model),
    String(decoder),
    String(parametrized),
    ...withName(model, 'Conv'),
    ...withName(model, 'BatchNorm'),
    String(new nn.ModuleList([new nn.Linear(1, 1)])),
    String(
      new transforms.Compose([
        new transforms.ToTensor(),
        new transforms.Normalize([0.5], [0.5]),
        new transforms.Lambda((x: torch.Tensor) => x),
      ]),
    ),
    String(optimizer),
    new optim.lrScheduler.StepLR(optimizer, { stepSize: 1 }).constructor.name,
    new data.RandomSampler([1, 2]).constructor.name,
    new data.TensorDataset(torch.ones(2)).constructor.name,
    caught(() => torch.ones(2, 3).matmul(torch.ones(2, 3))),
    caught(() => torch.ones(2).at(5)),
    caught(() => new nn.Linear(1, 1)(torch.ones(1, 2))),
    caught(() => new nn.Linear(2, 2)({ weight: 1 } as never)),
    caught(() => model.getSubmodule('9')),
    caught(() => torch.tensor([1], { dtype: 'complex' as never })),
    caught(() => torch.ones(1).backward()),
    caught(() => new optim.Adam(new Map() as never)),
  ];
  return { classes: classes(torch).sort(([a], [b]) => (a < b ? -1 : 1)), lines };
}
