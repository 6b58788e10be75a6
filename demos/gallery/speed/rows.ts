// What is timed, by the names of the benchmark's rows, which other libraries know, too.

export interface TimedRow {
  readonly name: string;
  readonly title: string;
  readonly kind: 'kernels' | 'networks' | 'steps';
  /** Whether it is for the roofline alone, and no other library is asked for it. */
  readonly alone?: boolean;
}

export const ROWS: readonly TimedRow[] = [
  { name: 'matmul-512', title: 'matmul 512³', kind: 'kernels' },
  { name: 'matmul-1024', title: 'matmul 1024³', kind: 'kernels' },
  { name: 'conv-a', title: 'conv2d [32,16,28,28] → 32, 3×3', kind: 'kernels' },
  { name: 'conv-b', title: 'conv2d [8,64,28,28] → 64, 3×3', kind: 'kernels' },
  { name: 'conv-a-gradients', title: 'conv2d as the first, with both gradients', kind: 'kernels' },
  { name: 'stream', title: 'x + 1, 8 M numbers', kind: 'kernels', alone: true },
  { name: 'elementwise', title: 'Σ relu(x·a + b)·sigmoid(x) + c, 1 M numbers', kind: 'kernels' },
  { name: 'softmax', title: 'softmax over [4096,512]', kind: 'kernels' },
  { name: 'layer-norm', title: 'layer norm over [4096,512]', kind: 'kernels' },
  { name: 'resnet18-64', title: 'ResNet-18, one picture of 64²', kind: 'networks' },
  { name: 'mobilenetv2-64', title: 'MobileNetV2, one picture of 64²', kind: 'networks' },
  { name: 'mlp', title: 'MLP 784-128-10, batch 64, step of Adam', kind: 'steps' },
  { name: 'cnn', title: 'CNN 1-16-32-10, batch 64, step of Adam', kind: 'steps' },
];

/** A row that a visitor has added to the program has its name alone. */
export const titleOf = (name: string): string => ROWS.find((row) => row.name === name)?.title ?? name;

/** What was timed of a row by Lamplight. */
export interface Result {
  readonly milliseconds: number;
  /** By the GPU's own clock, which not every browser gives to pages. */
  readonly gpu: number | null;
  readonly flops?: number;
  readonly bytes?: number;
}
