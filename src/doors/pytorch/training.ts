// Writes the part of the file that continues training, with torchrun or Ray.
import { indented, wrapped } from './python';

/** The parts of a training script. */
export interface Training {
  readonly trainer: 'torchrun' | 'ray';
  /** The name of the checkpoint file. */
  readonly file: string;
  /** The lines that create the optimizer; null if the script takes the optimizer's name as an argument. */
  readonly optimizer: readonly string[] | null;
  readonly scheduler: string | null;
  readonly byBatch: boolean;
  readonly loss: string;
}

const RESUME = `PROGRESS = ('base_lrs', 'last_epoch', '_step_count', '_last_lr', 'T_cur', 'T_i', 'best', 'num_bad_epochs', 'cooldown_counter')


def resume(scheduler, state):
    """Puts a scheduler where a checkpoint says it was."""
    for key in PROGRESS:
        if state.get(key) is not None:
            setattr(scheduler, key, state[key])
    for inner, part in zip(getattr(scheduler, '_schedulers', []), state.get('_schedulers', [])):
        resume(inner, part)`;

const DATA = `def load_data(path):
    """The tensors of a file of torch.save, inputs first and targets last. Put a dataset of your own here."""
    data = torch.load(path, weights_only=True)
    return TensorDataset(*(data.values() if isinstance(data, dict) else data))`;

/** The `import` lines for modules of Python's standard library. */
export const trainingImports = (trainer: Training['trainer']): string[] => [
  'import argparse',
  'import os',
  ...(trainer === 'ray' ? ['import tempfile'] : []),
];

/** The `import` lines for other packages. */
export const trainingPackages = (trainer: Training['trainer']): string[] => [
  ...(trainer === 'ray' ? ['import ray.train', 'import ray.train.torch'] : []),
  'import torch.distributed as dist',
  ...(trainer === 'ray' ? ['from ray.train.torch import TorchTrainer'] : []),
  'from torch import optim',
  'from torch.optim import lr_scheduler',
  'from torch.utils.data import DataLoader, DistributedSampler, TensorDataset',
];

/** The functions of the script, and the code that runs when it is started. */
export function trainingLines({ trainer, file, optimizer, scheduler, byBatch, loss }: Training): string[] {
  const isRay = trainer === 'ray';
  const steps =
    scheduler === null
      ? []
      : [scheduler.includes('ReduceLROnPlateau') ? 'scheduler.step(mean.item())' : 'scheduler.step()'];
  return [
    `def make_optimizer(model${optimizer ? '' : ', args'}):`,
    ...indented(
      optimizer
        ? optimizer.flatMap((line) => wrapped(line, 4))
        : ['return getattr(optim, args.optimizer)(model.parameters(), lr=args.lr)'],
    ),
    '',
    '',
    ...(scheduler === null
      ? []
      : [
          'def make_scheduler(optimizer):',
          ...indented(wrapped(`return ${scheduler}`, 4)),
          '',
          '',
          ...RESUME.split('\n'),
          '',
          '',
        ]),
    ...DATA.split('\n'),
    '',
    '',
    'def train(args):',
    ...indented([
      `"""Goes on from the checkpoint, ${isRay ? 'in each worker' : 'in each process'}; the batch size is that of all ${isRay ? 'workers' : 'processes'} together."""`,
      'rank = dist.get_rank() if dist.is_initialized() else 0',
      'world = dist.get_world_size() if dist.is_initialized() else 1',
      ...(isRay
        ? ['device = ray.train.torch.get_device()']
        : [
            "device = torch.device('cuda', int(os.environ.get('LOCAL_RANK', 0))) if torch.cuda.is_available() else torch.device('cpu')",
          ]),
      'torch.manual_seed(args.seed + rank)',
      "checkpoint = torch.load(args.checkpoint, map_location='cpu', weights_only=True)",
      `model = load(args.checkpoint).to(device)`,
      `optimizer = make_optimizer(model${optimizer ? '' : ', args'})`,
      ...(scheduler === null ? [] : ['scheduler = make_scheduler(optimizer)']),
      "if 'optimizer' in checkpoint:",
      "    optimizer.load_state_dict(checkpoint['optimizer'])",
      ...(scheduler === null
        ? []
        : ["if 'scheduler' in checkpoint:", "    resume(scheduler, checkpoint['scheduler'])"]),
      ...(isRay
        ? ['network = ray.train.torch.prepare_model(model) if world > 1 else model']
        : [
            "ids = [device.index] if device.type == 'cuda' else None",
            'network = nn.parallel.DistributedDataParallel(model, device_ids=ids) if world > 1 else model',
          ]),
      `loss_function = ${loss}${loss.startsWith('nn.') ? '.to(device)' : ''}`,
      'data = load_data(args.data)',
      'sampler = DistributedSampler(data, num_replicas=world, rank=rank, shuffle=args.shuffle, seed=args.seed)',
      'loader = DataLoader(data, batch_size=args.batch_size // world, sampler=sampler)',
      "first = checkpoint.get('epoch', -1) + 1",
      'for epoch in range(first, first + args.epochs):',
      ...indented([
        'sampler.set_epoch(epoch)',
        'network.train()',
        'for step, batch in enumerate(loader):',
        ...indented([
          '*inputs, target = (tensor.to(device) for tensor in batch)',
          'optimizer.zero_grad()',
          'loss = loss_function(network(*inputs), target)',
          'loss.backward()',
          'optimizer.step()',
          'mean = loss.detach().clone()',
          'if world > 1:',
          '    dist.all_reduce(mean)',
          '    mean /= world',
          ...(byBatch ? steps : []),
          'if rank == 0:',
          "    print(f'epoch {epoch} step {step} loss {mean.item():.7f}', flush=True)",
        ]),
        ...(byBatch ? [] : steps),
        'state = {',
        ...indented([
          "'model': model.state_dict(),",
          "'optimizer': optimizer.state_dict(),",
          ...(scheduler === null ? [] : ["'scheduler': scheduler.state_dict(),"]),
          "'epoch': epoch,",
        ]),
        '}',
        'if rank == 0:',
        '    torch.save(state, args.out)',
        ...(isRay ? ["ray.train.report({'loss': mean.item(), 'epoch': epoch})"] : []),
      ]),
    ]),
    '',
    '',
    'def main():',
    ...indented([
      'parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)',
      "parser.add_argument('--data', required=True, help='a file of torch.save: inputs first, targets last')",
      `parser.add_argument('--checkpoint', default=${JSON.stringify(file).replaceAll('"', "'")}, help='where to go on from')`,
      "parser.add_argument('--out', help='where the next checkpoint goes (default: the same file)')",
      "parser.add_argument('--epochs', type=int, default=1)",
      "parser.add_argument('--batch-size', type=int, default=64, help='of all processes together')",
      "parser.add_argument('--shuffle', action=argparse.BooleanOptionalAction, default=True)",
      "parser.add_argument('--seed', type=int, default=0)",
      ...(optimizer
        ? []
        : [
            "parser.add_argument('--optimizer', default='AdamW', help='its name in torch.optim')",
            "parser.add_argument('--lr', type=float, default=1e-3, help='where the checkpoint has no optimizer')",
          ]),
      ...(isRay ? ["parser.add_argument('--workers', type=int, default=2)"] : []),
      'args = parser.parse_args()',
      'args.out = args.out or args.checkpoint',
      ...(isRay
        ? [
            "for key in ('data', 'checkpoint', 'out'):",
            '    setattr(args, key, os.path.abspath(getattr(args, key)))',
            'scaling = ray.train.ScalingConfig(num_workers=args.workers, use_gpu=torch.cuda.is_available())',
            'TorchTrainer(lambda config: train(argparse.Namespace(**config)), train_loop_config=vars(args), scaling_config=scaling).fit()',
          ]
        : [
            "if 'RANK' in os.environ:",
            "    dist.init_process_group('nccl' if torch.cuda.is_available() else 'gloo')",
            'train(args)',
            'if dist.is_initialized():',
            '    dist.destroy_process_group()',
          ]),
    ]),
    '',
    '',
    "if __name__ == '__main__':",
    '    main()',
  ];
}
